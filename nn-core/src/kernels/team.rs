//! Work of a few microseconds on several threads.
//!
//! Rayon's caller sleeps while its pool works, and the pool sleeps soon after: each costs about 5 µs, as much as many
//! operations take. Here the caller works too, and the pool's threads that help it look out for its next piece of work for a while,
//! which they then begin within a fraction of a microsecond. The caller never waits for a helper that has not begun: it does
//! everything itself if nobody comes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a helper looks out for more work after the last.
const LINGER: Duration = Duration::from_micros(50);

/// How long a helper stays at most, so that what others ask of the pool gets its turn.
const STAY: Duration = Duration::from_millis(2);

/// Looks at a value between two readings of the clock, and before giving the processor to others.
const LOOKS: usize = 64;
const PATIENCE: usize = 1 << 12;

/// A value on cache lines of its own (processors fetch pairs of them), so that threads that watch it are not disturbed by others.
#[repr(align(128))]
struct Apart<T>(T);

/// The work that is shared now; of all callers one at a time shares.
static BUSY: AtomicBool = AtomicBool::new(false);
static WORK: AtomicPtr<Work<'static>> = AtomicPtr::new(null_mut());
/// Counts up when work is offered, to an odd number, and when it is withdrawn, to an even one.
static OFFER: Apart<AtomicUsize> = Apart(AtomicUsize::new(0));
/// Helpers that may be using [`WORK`].
static INSIDE: Apart<AtomicUsize> = Apart(AtomicUsize::new(0));
/// Helpers that were called and have not left.
static HELPERS: AtomicUsize = AtomicUsize::new(0);

/// Tasks `0..count`.
struct Work<'a> {
    task: &'a (dyn Fn(usize) + Sync),
    count: usize,
    /// How many tasks have been taken, and how many of these by helpers.
    taken: AtomicUsize,
    helped: AtomicUsize,
    /// What a helper's task panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Work<'_> {
    /// The right to one more task.
    fn take(&self) -> bool {
        self.taken.fetch_add(1, Ordering::Relaxed) < self.count
    }

    /// The caller begins at the front and helpers at the back: with one of them, each half stays with one thread from one operation to
    /// the next, and so in its cache.
    fn do_first(&self) {
        let mut i = 0;
        while self.take() {
            (self.task)(i);
            i += 1;
        }
    }

    fn do_last(&self) {
        while self.take() {
            let i = self.count - 1 - self.helped.fetch_add(1, Ordering::Relaxed);
            (self.task)(i);
        }
    }
}

/// Offers work until it is dropped, and then waits until no helper uses it.
struct Offer {
    number: usize,
}

impl Offer {
    fn new(work: &Work<'_>) -> Offer {
        WORK.store(
            std::ptr::from_ref(work).cast_mut().cast(),
            Ordering::Relaxed,
        );
        let number = OFFER.0.load(Ordering::Relaxed) + 1;
        OFFER.0.store(number, Ordering::SeqCst);
        Offer { number }
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        OFFER.0.store(self.number + 1, Ordering::SeqCst);
        let mut looks = 0;
        while INSIDE.0.load(Ordering::SeqCst) > 0 {
            looks += 1;
            match looks < PATIENCE {
                true => std::hint::spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

/// Sets a flag back when it is dropped.
struct Reset<'a>(&'a AtomicBool);

impl Drop for Reset<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
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
/// # Panics
/// If a task does; the others may then not have run.
pub(super) fn share(count: usize, threads: usize, call: Call, task: &(dyn Fn(usize) + Sync)) {
    if BUSY.swap(true, Ordering::Acquire) {
        // Another thread, or this one further up, is sharing: the processors have work.
        return (0..count).for_each(task);
    }
    let _free = Reset(&BUSY);
    let wanted = (threads - 1).min(count - 1);
    let present = HELPERS.load(Ordering::Relaxed);
    if present < wanted && (call == Call::Now || often()) {
        HELPERS.fetch_add(wanted - present, Ordering::Relaxed);
        (present..wanted).for_each(|_| rayon::spawn(help));
    } else if present == 0 {
        return (0..count).for_each(task);
    }
    let work = Work {
        task,
        count,
        taken: AtomicUsize::new(0),
        helped: AtomicUsize::new(0),
        panic: Mutex::new(None),
    };
    {
        let _offer = Offer::new(&work);
        work.do_first();
    }
    let panic = work.panic.into_inner().unwrap_or_else(|e| e.into_inner());
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

/// Whether the last small work was so recent that a helper called then would still be there.
fn often() -> bool {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let now = Instant::now();
    let last = LAST.lock().unwrap_or_else(|e| e.into_inner()).replace(now);
    last.is_some_and(|last| now - last < LINGER)
}

/// What a helper does: take part in all work that is offered, until none has been for a while.
fn help() {
    let began = Instant::now();
    let (mut last, mut seen) = (began, 0);
    loop {
        for _ in 0..LOOKS {
            let number = OFFER.0.load(Ordering::Relaxed);
            if number % 2 == 1 && number != seen {
                seen = number;
                take_part(number);
                last = Instant::now();
                break;
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

/// Does tasks of the offer with this number, unless it has been withdrawn.
fn take_part(number: usize) {
    // Announced before looking again. The caller withdraws before it looks who is inside, so one sees the other (both sequentially
    // consistent): either the offer is found withdrawn here, or the caller waits.
    INSIDE.0.fetch_add(1, Ordering::SeqCst);
    if OFFER.0.load(Ordering::SeqCst) == number {
        // SAFETY: the offer stands, so the pointer is that of its work, and the caller does not leave `share`, in which the work lives,
        // before INSIDE is back at 0.
        let work = unsafe { &*WORK.load(Ordering::Relaxed) };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work.do_last())) {
            let mut first = work.panic.lock().unwrap_or_else(|e| e.into_inner());
            first.get_or_insert(panic);
        }
    }
    INSIDE.0.fetch_sub(1, Ordering::SeqCst);
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
