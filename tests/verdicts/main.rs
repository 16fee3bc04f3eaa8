//! Random models are judged three times: by the compiler, by the trace that `build` makes, and by a run on data. All must agree.
//!
//! `NN_MODELS=5000 NN_SEED=7 cargo test --test verdicts` judges other models, and more of them; `.ci/run` judges 1,000.

mod generate;
mod statements;
mod tensors;

use generate::Model;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many models are compiled as one crate.
const TOGETHER: usize = 150;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// The library as this test was built with it, and the folder of everything that it depends on.
fn library() -> (PathBuf, PathBuf) {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    // Without naming a package, as `cargo test` is called: of one package alone the features are others, and all would be compiled again.
    command.args(["test", "--no-run", "--test", "verdicts"]);
    command.args(["--message-format", "json", "--offline"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let library = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == "nn")
        .filter_map(|m| m["filenames"][0].as_str().map(PathBuf::from))
        .find(|path| path.extension().is_some_and(|e| e == "rlib"))
        .unwrap_or_else(|| panic!("cargo names the library: {output:?}"));
    let folder = library.parent().expect("a folder");
    let deps = match folder.ends_with("deps") {
        true => folder.to_path_buf(),
        false => folder.join("deps"),
    };
    (library, deps)
}

fn rustc(source: &Path, library: &(PathBuf, PathBuf), arguments: &[&str]) -> Output {
    let mut command = Command::new("rustc");
    command.args([
        "--edition",
        "2024",
        "--crate-name",
        "models",
        "--cap-lints",
        "allow",
    ]);
    command
        .arg("--extern")
        .arg(format!("nn={}", library.0.display()));
    command
        .arg("-L")
        .arg(format!("dependency={}", library.1.display()));
    command.args(arguments).arg(source);
    command.output().expect("rustc runs")
}

/// The messages of the compiler, by the number of the model that they are about.
fn refused(
    models: &[Model],
    folder: &Path,
    library: &(PathBuf, PathBuf),
) -> BTreeMap<usize, String> {
    let mut source = String::from("#![allow(dead_code)]\n");
    let mut starts = Vec::new();
    for (i, model) in models.iter().enumerate() {
        starts.push(source.lines().count() + 1);
        source.push_str(&model.module(&format!("m{i}"), true));
    }
    source.push_str("fn main() {}\n");
    let file = folder.join("checked.rs");
    std::fs::write(&file, source).expect("a file");
    let metadata = folder.join("checked.rmeta");
    let metadata = metadata.to_str().expect("a path");
    let output = rustc(
        &file,
        library,
        &["--error-format=json", "--emit=metadata", "-o", metadata],
    );
    let mut refused: BTreeMap<usize, String> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        let message: serde_json::Value = serde_json::from_str(line).expect("a message");
        let text = message["message"].as_str().unwrap_or_default();
        if message["level"] != "error" || text.starts_with("aborting") {
            continue;
        }
        let code = message["code"]["code"].as_str();
        assert_eq!(
            code,
            Some("E0080"),
            "another error than about shapes: {message:#}"
        );
        let span = &message["spans"][0];
        let at = span["line_start"].as_u64().expect("a line") as usize;
        let model = starts.partition_point(|&start| start <= at) - 1;
        // Two blocks may have a mistake each.
        assert!(
            places.insert((at, span["column_start"].as_u64())),
            "two errors for one mistake: {:?} and {text}\n{}",
            refused.get(&model),
            models[model].module("m", true)
        );
        refused.entry(model).or_insert_with(|| text.to_string());
    }
    refused
}

/// What traces and runs a model, whatever its type: what is compiled for each of them anew is most of the time.
const JUDGE: &str = r#"#![allow(dead_code)]
use nn::prelude::*;
use nn::extend::AnyLayer;

fn judge(known: String, new: fn() -> AnyLayer, input: &[usize]) {
    println!("{known}");
    tell(&|| nn::trace::trace(&new(), Shape::from(input)).map(|t| t.shape(t.outputs()[0])));
    // Even, since a trace leaves the batch open and cannot know that it is not halved; and no size of any layer.
    let batch = [&[22], input].concat();
    tell(&|| new().forward(Tensor::ones(Shape::from(&batch[..]))).into_result().map(|x| x.shape()));
}

fn tell(what: &dyn Fn() -> nn::Result<Shape>) {
    // Asking a failed tensor for its shape panics with the error.
    let what = std::panic::catch_unwind(std::panic::AssertUnwindSafe(what));
    match what.unwrap_or_else(|_| Err(nn::Error::value("panic"))) {
        Ok(shape) => println!("ok {}", Shape::from(&shape[1..])),
        Err(e) => println!("error {}", e.to_string().replace('\n', " ")),
    }
}
"#;

/// What the trace and a run say, and the shapes that come out.
struct Seen {
    known: String,
    traced: Result<String, String>,
    run: Result<String, String>,
}

fn seen(
    models: &[Model],
    refused: &BTreeMap<usize, String>,
    folder: &Path,
    library: &(PathBuf, PathBuf),
) -> Vec<Seen> {
    let mut source = String::from(JUDGE);
    let mut main = String::from("fn main() {\nstd::panic::set_hook(Box::new(|_| {}));\n");
    for (i, model) in models.iter().enumerate() {
        let checked = !refused.contains_key(&i);
        source.push_str(&model.module(&format!("m{i}"), checked));
        let known = match checked {
            true => format!("m{i}::Net::OUTPUT.to_string()"),
            false => "\"_\".to_string()".to_string(),
        };
        main.push_str(&format!(
            "judge({known}, || Box::new(m{i}::Net::new()), &{:?});\n",
            model.input
        ));
    }
    main.push_str("}\n");
    source.push_str(&main);
    let file = folder.join("run.rs");
    std::fs::write(&file, source).expect("a file");
    let program = folder.join("run");
    let output = rustc(&file, library, &["-o", program.to_str().expect("a path")]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = Command::new(&program).output().expect("the models run");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3 * models.len());
    let verdict = |line: &str| match line.split_once(' ').expect("a verdict") {
        ("ok", shape) => Ok(shape.to_string()),
        (_, error) => Err(error.to_string()),
    };
    let seen = lines.chunks(3).map(|lines| Seen {
        known: lines[0].to_string(),
        traced: verdict(lines[1]),
        run: verdict(lines[2]),
    });
    seen.collect()
}

/// How many models of a crate were right, wrong, and wrong where the compiler cannot see.
type Counts = [u64; 3];

/// Judges models that are compiled as one crate.
fn judge(models: &[Model], folder: &Path, library: &(PathBuf, PathBuf)) -> Counts {
    std::fs::create_dir_all(folder).expect("a folder");
    let refused = refused(models, folder, library);
    let seen = seen(models, &refused, folder, library);
    let [mut right, mut wrong, mut unknown] = Counts::default();
    for (i, (model, seen)) in models.iter().zip(&seen).enumerate() {
        let source = || model.module(&format!("m{i}"), true);
        match (refused.get(&i), &seen.traced, &seen.run) {
            (None, Ok(traced), Ok(run)) => {
                assert!(
                    fits(traced, run),
                    "traced {traced}, ran {run}:\n{}",
                    source()
                );
                let known = &seen.known;
                match model.is_open_to_the_compiler {
                    true => assert!(fits(known, run), "knew {known}, ran {run}:\n{}", source()),
                    false => assert!(
                        known == "_" || fits(known, run),
                        "{known} {run}\n{}",
                        source()
                    ),
                }
                right += 1;
            }
            (Some(_), Err(_), Err(_)) => wrong += 1,
            (None, Err(_), Err(_)) if !model.is_open_to_the_compiler => unknown += 1,
            (refused, traced, run) => panic!(
                "the compiler says {refused:?}\nthe trace {traced:?}\nthe run {run:?}\n{}",
                source()
            ),
        }
    }
    // What the linker made is a third of a megabyte a model.
    std::fs::remove_dir_all(folder).expect("the folder");
    [right, wrong, unknown]
}

#[test]
fn compiler_trace_and_run_agree() {
    let (count, seed) = (number("NN_MODELS", 300), number("NN_SEED", 1));
    let models: Vec<Model> = (0..count)
        .map(|i| generate::model(seed * 1_000_003 + i))
        .collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verdicts");
    let library = library();
    let crates: Vec<&[Model]> = models.chunks(TOGETHER).collect();
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Counts::default());
    // The compiler takes more than a gigabyte for each of them.
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((k, models)) = {
                    let k = next.fetch_add(1, Ordering::Relaxed);
                    crates.get(k).map(|models| (k, models))
                } {
                    let counts = judge(models, &folder.join(k.to_string()), &library);
                    let mut total = total.lock().expect("no thread has panicked");
                    total
                        .iter_mut()
                        .zip(counts)
                        .for_each(|(total, n)| *total += n);
                }
            });
        }
    });
    let [right, wrong, unknown] = total.into_inner().expect("no thread has panicked");
    println!("{right} models right, {wrong} wrong, {unknown} wrong where the compiler cannot see");
    assert_eq!(right + wrong + unknown, count);
    assert!(
        wrong * 5 > count && right * 5 > count,
        "{right} right, {wrong} wrong"
    );
}

/// Whether a shape with dimensions that are not known may be another.
fn fits(open: &str, known: &str) -> bool {
    let (open, known): (Vec<&str>, Vec<&str>) =
        (open.split(", ").collect(), known.split(", ").collect());
    let trim = |d: &str| d.trim_matches(['[', ']']).to_string();
    open.len() == known.len()
        && open
            .iter()
            .zip(&known)
            .all(|(a, b)| trim(a) == "_" || trim(a) == trim(b))
}
