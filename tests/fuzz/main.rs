//! Readers and configurations under changed input: files of models, IDX and CSV files, the JSON of models, of every registered layer, loss,
//! metric, optimizer and schedule, of initializers, regularizers, constraints and activations, specifications of `einsum`. Whatever can be
//! read is then used, trained and saved again. Nothing may panic, abort, or take for ever, and what was saved must be loaded.
//!
//! Each target runs in a process of its own with a limit of memory, first with every class as it is, then with changes: in
//! `cargo test` always the same ones, some hundred, and as many as there is time for where `NN_FUZZ_SECONDS` says how long (30 in
//! `.ci/fuzz`). `NN_FUZZ_SEED` fixes the input there, `NN_FUZZ_TARGET` takes one target. The last input of a process that ended is kept.

mod configs;
mod files;
mod json;
mod layers;
mod random;
mod seeds;
mod targets;

use random::Random;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use targets::TARGETS;

/// How much address space a process may take, in KiB.
const MEMORY: u64 = 2 << 20;

/// How long one input may take before it counts as one that hangs: an orthogonal kernel of 4096 units is 10¹² operations, and the machine may
/// be busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// How many changed inputs are tried where no time is given.
const CHANGES: u64 = 500;

/// Where panics happened, and what they said.
static PANICS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// How many inputs were tried.
static TRIED: AtomicU64 = AtomicU64::new(0);

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Where files go that are written often: in memory, if there is such a place.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let base = match memory.is_dir() {
        true => memory.to_path_buf(),
        false => PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
    };
    base.join(format!("nn-fuzz-{}", std::process::id()))
}

fn main() {
    match std::env::var("NN_FUZZ_CHILD") {
        Ok(target) => child(&target),
        Err(_) => parent(),
    }
}

/// Runs every target, and says what became of it.
fn parent() {
    let only = std::env::var("NN_FUZZ_TARGET").ok();
    // A test that passes today passes tomorrow; a search looks elsewhere every time.
    let other = match setting("NN_FUZZ_SECONDS") {
        Some(_) => u64::from(std::process::id()),
        None => 1,
    };
    let seed = setting("NN_FUZZ_SEED").unwrap_or(other);
    let wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    let targets = Mutex::new(
        TARGETS
            .iter()
            .map(|target| target.name)
            .filter(|name| wanted(name)),
    );
    let failed = Mutex::new(Vec::new());
    let next = || targets.lock().expect("nobody panics").next();
    let run_all = || {
        while let Some(name) = next() {
            let limited = format!("ulimit -v {MEMORY} && exec \"$0\"");
            let status = Command::new("sh")
                .args(["-c", &limited])
                .arg(std::env::current_exe().expect("a test has a file"))
                .env("NN_FUZZ_CHILD", name)
                .env("NN_FUZZ_SEED", seed.to_string())
                .status()
                .expect("a shell");
            if !status.success() {
                println!("test fuzz {name} ... FAILED ({status}, seed {seed})");
                failed.lock().expect("nobody panics").push(name);
            }
        }
    };
    let at_once = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        (0..at_once).for_each(|_| drop(scope.spawn(run_all)));
    });
    let failed = failed.into_inner().expect("nobody panics");
    assert!(failed.is_empty(), "these failed: {}", failed.join(", "));
}

/// Runs one target until its time is up.
fn child(name: &str) {
    let target = TARGETS.iter().find(|t| t.name == name).expect("a target");
    let time = setting("NN_FUZZ_SECONDS").map(Duration::from_secs);
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut random = Random::new(setting("NN_FUZZ_SEED").unwrap_or(1));
    let last = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-last"));
    let mut run = (target.prepare)(&folder);
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string().replace('\n', " ");
        PANICS
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .insert(text);
    }));
    watch();
    let (least, begin, mut kept) = (run.least(), Instant::now(), 0);
    let is_over = |tried: u64| match time {
        Some(time) => tried >= least && begin.elapsed() >= time,
        None => tried >= least + CHANGES,
    };
    while !is_over(TRIED.load(Ordering::Relaxed)) {
        let input = run.make(&mut random);
        std::fs::write(folder.join("last"), &input).expect("room for the input");
        let known = panics();
        if catch_unwind(AssertUnwindSafe(|| run.try_input(&input))).is_err() && panics() > known {
            kept += 1;
            std::fs::write(last.with_extension(kept.to_string()), &input).expect("room");
        }
        TRIED.fetch_add(1, Ordering::Relaxed);
    }
    let tried = TRIED.load(Ordering::Relaxed);
    let panics = PANICS.lock().unwrap_or_else(|e| e.into_inner());
    panics
        .iter()
        .for_each(|text| println!("fuzz {name}: {text}"));
    let used = targets::USED.load(Ordering::Relaxed);
    println!(
        "test fuzz {name} ... {tried} inputs, {used} times read and used, {} panics",
        panics.len()
    );
    let _ = std::fs::remove_dir_all(folder);
    std::process::exit(i32::from(!panics.is_empty()));
}

fn panics() -> usize {
    PANICS.lock().unwrap_or_else(|e| e.into_inner()).len()
}

/// Ends the process when an input takes too long.
fn watch() {
    std::thread::spawn(|| {
        let mut before = u64::MAX;
        loop {
            let tried = TRIED.load(Ordering::Relaxed);
            if tried == before {
                println!(
                    "fuzz: an input takes more than {PATIENCE:?}, see {}",
                    folder().display()
                );
                std::process::exit(3);
            }
            before = tried;
            std::thread::sleep(PATIENCE);
        }
    });
}
