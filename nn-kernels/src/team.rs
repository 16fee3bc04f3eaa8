//! Work of a few microseconds on several threads.
//!
//! Rayon's caller sleeps while its pool works, and the pool sleeps soon after: each costs about 5 µs, as much as many
//! operations take. Here the caller works too, and the pool's threads that help it look out for its next piece of work for a while,
//! which they then begin within a fraction of a microsecond. The caller never waits for a helper that has not begun: it does
//! everything itself if nobody comes.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a helper looks out for more work after the last.
const LINGER: Duration = Duration::from_micros(50);

/// How long a helper stays at most, so that what others ask of the pool gets its turn.
const STAY: Duration = Duration::from_millis(2);

/// Looks at a value between two readings of the clock, and before giving the processor to others.
const LOOKS: usize = 64;
const PATIENCE: usize = 1 << 12;

/// The work that is shared now. Of all callers one at a time shares: who has set `busy`.
///
/// Everything that a helper needs is on two cache lines that come together: fetching a line from the other processor takes about 0.1 µs.
#[repr(align(128))]
struct Team {
    /// The number of the work, and how many of its tasks nobody has claimed (the lowest [`TASK_BITS`] bits).
    open: AtomicU64,
    task: UnsafeCell<&'static (dyn Fn(usize) + Sync)>,
    count: AtomicUsize,
    /// Tasks that helpers claimed, and those that they finished.
    helped: AtomicUsize,
    finished: AtomicUsize,
    panicked: AtomicBool,
    busy: AtomicBool,
}

// SAFETY: `task` is written by who has set `busy`, while no task is open or unfinished, and read by helpers between claiming and
// finishing one.
unsafe impl Sync for Team {}

static TEAM: Team = Team {
    open: AtomicU64::new(0),
    task: UnsafeCell::new(&|_| {}),
    count: AtomicUsize::new(0),
    helped: AtomicUsize::new(0),
    finished: AtomicUsize::new(0),
    panicked: AtomicBool::new(false),
    busy: AtomicBool::new(false),
};

/// Helpers that were called and have not left.
static HELPERS: AtomicUsize = AtomicUsize::new(0);

/// What a helper's task panicked with.
static PANIC: Mutex<Option<Box<dyn Any + Send>>> = Mutex::new(None);

/// Room for the number of open tasks. The other 40 bits count works, so a thread that stands still between looking and claiming would
/// have to do so for days to mistake one for another.
const TASK_BITS: u32 = 24;
const MAX_TASKS: usize = (1 << TASK_BITS) - 1;

/// The right and the duty to do one task of the work, or no task is open.
fn claim() -> bool {
    let mut open = TEAM.open.load(Ordering::Relaxed);
    while open as usize & MAX_TASKS > 0 {
        match TEAM
            .open
            .compare_exchange_weak(open, open - 1, Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => return true,
            Err(now) => open = now,
        }
    }
    false
}

/// Whether to call helpers who are asleep.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Call {
    /// The work takes longer than waking them.
    Now,
    /// The work is small: only if there was other such work a moment ago, so that there is likely to be more a moment later.
    Often,
}

/// Calls `task` with every number below `count`, on the calling thread and on up to `threads - 1` threads of rayon's global pool.
///
/// The caller begins at the front and helpers at the back: with one of them, each half stays with one thread from one operation to the
/// next, and so in its cache.
///
/// # Panics
/// If a task does; the others may then not have run.
pub(super) fn share(count: usize, threads: usize, call: Call, task: &(dyn Fn(usize) + Sync)) {
    // Another thread, or this one further up, is sharing: the processors have work.
    if count > MAX_TASKS || TEAM.busy.swap(true, Ordering::Acquire) {
        return (0..count).for_each(task);
    }
    let free = Free;
    let wanted = (threads - 1).min(count - 1);
    let present = HELPERS.load(Ordering::Relaxed);
    if present < wanted && (call == Call::Now || often()) {
        HELPERS.fetch_add(wanted - present, Ordering::Relaxed);
        (present..wanted).for_each(|_| rayon::spawn(help));
    } else if present == 0 {
        drop(free);
        return (0..count).for_each(task);
    }

    // SAFETY: nobody else writes (`busy`) or reads it: no task is open, and all that were claimed are finished, because who shared
    // before left only then. The reference does not outlive `task`: `Finish` waits for all who could use it.
    unsafe { *TEAM.task.get() = std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static _>(task) };
    TEAM.count.store(count, Ordering::Relaxed);
    TEAM.helped.store(0, Ordering::Relaxed);
    TEAM.finished.store(0, Ordering::Relaxed);
    TEAM.panicked.store(false, Ordering::Relaxed);
    let number = (TEAM.open.load(Ordering::Relaxed) >> TASK_BITS) + 1;
    // The first task is the caller's.
    TEAM.open
        .store(number << TASK_BITS | (count - 1) as u64, Ordering::Release);
    let mut finish = Finish { own: 1 };
    task(0);
    while claim() {
        finish.own += 1;
        task(finish.own - 1);
    }
    drop(finish);
    if TEAM.panicked.load(Ordering::Relaxed) {
        let panic = PANIC.lock().unwrap_or_else(|e| e.into_inner()).take();
        drop(free);
        resume_unwind(panic.expect("left by who panicked"));
    }
}

/// Lets the next caller share when it is dropped.
struct Free;

impl Drop for Free {
    fn drop(&mut self) {
        TEAM.busy.store(false, Ordering::Release);
    }
}

/// Closes the work when it is dropped, and waits until helpers have finished what they claimed.
struct Finish {
    /// Tasks that the caller claimed.
    own: usize,
}

impl Drop for Finish {
    fn drop(&mut self) {
        // There are open tasks only if one of the caller's panicked.
        let mut left = 0;
        while claim() {
            left += 1;
        }
        let helped = TEAM.count.load(Ordering::Relaxed) - self.own - left;
        let mut looks = 0;
        while TEAM.finished.load(Ordering::Acquire) < helped {
            looks += 1;
            match looks < PATIENCE {
                true => std::hint::spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

/// Whether the last small work was so recent that a helper called then would still be there.
fn often() -> bool {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let now = Instant::now();
    let last = LAST.lock().unwrap_or_else(|e| e.into_inner()).replace(now);
    last.is_some_and(|last| now - last < LINGER)
}

/// What a helper does: tasks of all work that is shared, until there has been none for a while.
fn help() {
    let began = Instant::now();
    let mut last = began;
    loop {
        for _ in 0..LOOKS {
            if claim() {
                do_one();
                last = Instant::now();
            }
            std::hint::spin_loop();
        }
        let now = Instant::now();
        if now - last > LINGER || now - began > STAY {
            break;
        }
    }
    HELPERS.fetch_sub(1, Ordering::Relaxed);
}

/// Does a task that was claimed.
fn do_one() {
    let from_the_end = TEAM.helped.fetch_add(1, Ordering::Relaxed) + 1;
    let i = TEAM.count.load(Ordering::Relaxed) - from_the_end;
    // SAFETY: written before the task that was claimed was open, and not again before it is finished.
    let task = unsafe { *TEAM.task.get() };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| task(i))) {
        PANIC
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .replace(panic);
        TEAM.panicked.store(true, Ordering::Relaxed);
    }
    TEAM.finished.fetch_add(1, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// Several threads share small work at once, again and again: every task runs once, and what it wrote is seen afterwards.
    #[test]
    fn every_task_runs_once() {
        let caller = |seed: usize| {
            for round in 0..2_000 {
                let count = 2 + (round * 7 + seed) % 9;
                let seen: Vec<AtomicU64> = (0..count).map(|_| AtomicU64::new(0)).collect();
                let call = [Call::Now, Call::Often][round % 2];
                share(count, 3, call, &|i| {
                    seen[i].store(seen[i].load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                });
                assert!(seen.iter().all(|n| n.load(Ordering::Relaxed) == 1));
            }
        };
        std::thread::scope(|scope| {
            for seed in 0..3 {
                scope.spawn(move || caller(seed));
            }
        });
    }

    #[test]
    fn work_within_work_is_done() {
        let done = AtomicUsize::new(0);
        share(4, 4, Call::Now, &|_| {
            share(3, 4, Call::Now, &|_| {
                done.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(done.into_inner(), 12);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_later_work_is_done() {
        for bad in 0..4 {
            let panic = catch_unwind(|| {
                share(4, 4, Call::Now, &|i| {
                    std::thread::sleep(Duration::from_micros(200));
                    assert!(i != bad, "task {i}");
                });
            });
            let message = *panic.unwrap_err().downcast::<String>().unwrap();
            assert_eq!(message, format!("task {bad}"));
        }
        let done = AtomicUsize::new(0);
        share(5, 2, Call::Now, &|_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 5);
    }
}
