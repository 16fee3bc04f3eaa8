//! Work that a thread of a pool shares with the other threads of its pool.
//!
//! A caller that waits in rayon's own `join` runs other tasks of its pool meanwhile, whatever they are: one that needs a lock which the
//! caller holds would wait for the caller, and the caller for it, for ever; and one that asks whether this is training would hear the
//! caller's answer. Here the caller does only its own tasks. It waits for tasks that a helper has begun, never for a helper
//! that has not come, and helpers do nothing but these tasks: they always end, so nobody waits for ever.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// Looks at a number before giving the processor to others.
const PATIENCE: usize = 1 << 12;

/// One piece of work, known to its caller and to helpers, who may come when it is long over.
struct Work {
    task: Task,
    count: usize,
    /// The first task that nobody has claimed; from `count` on there is none.
    next: AtomicUsize,
    finished: AtomicUsize,
    /// What a helper's task panicked with.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The task as a pointer: a helper that comes late holds it when the task itself is gone.
struct Task(*const (dyn Fn(usize) + Sync));

// SAFETY: a pointer alone does nothing, and what it points to is `Sync`; [`Work::do_tasks`] argues that it is alive where it is called.
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

impl Work {
    /// Does tasks as long as there are some to claim. A panic is kept for the caller, and the other tasks are done all the same.
    fn do_tasks(&self) {
        loop {
            let i = self.next.fetch_add(1, Ordering::Relaxed);
            if i >= self.count {
                return;
            }
            // SAFETY: task `i` was claimed and is not finished, and the caller, which borrows the task, stays in `share` until all
            // are.
            let task = unsafe { &*self.task.0 };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| task(i))) {
                self.panic().get_or_insert(panic);
            }
            // What the task wrote, its panic too, comes before whatever the caller does after its wait.
            self.finished.fetch_add(1, Ordering::Release);
        }
    }

    fn panic(&self) -> MutexGuard<'_, Option<Box<dyn Any + Send>>> {
        self.panic.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Calls `task` with every number below `count`, on the calling thread, which belongs to a pool of `threads`, and on those of the others
/// that have nothing else to do.
///
/// # Panics
/// If a task does; the others may then not have run.
pub(super) fn share(count: usize, threads: usize, task: &(dyn Fn(usize) + Sync)) {
    // SAFETY: a longer life on paper only: this function ends after the last call of the task. Nothing between here and there panics.
    let task = unsafe {
        std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(task)
    };
    let work = Arc::new(Work {
        task: Task(task),
        count,
        next: AtomicUsize::new(0),
        finished: AtomicUsize::new(0),
        panic: Mutex::new(None),
    });
    for _ in 0..(threads - 1).min(count - 1) {
        let work = work.clone();
        rayon::spawn(move || work.do_tasks());
    }
    work.do_tasks();
    // No task is left to claim; those of the helpers may take a little longer.
    let mut looks = 0;
    while work.finished.load(Ordering::Acquire) < count {
        looks += 1;
        match looks < PATIENCE {
            true => std::hint::spin_loop(),
            false => std::thread::yield_now(),
        }
    }
    if let Some(panic) = work.panic().take() {
        resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::RwLock;
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    fn pool(threads: usize) -> rayon::ThreadPool {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap()
    }

    #[test]
    fn every_task_runs_once_within_others_too() {
        for threads in [2, 3, 7, 16] {
            let seen: Vec<AtomicUsize> = (0..60).map(|_| AtomicUsize::new(0)).collect();
            pool(threads).install(|| {
                for _ in 0..200 {
                    share(10, threads, &|i| {
                        share(6, threads, &|j| {
                            seen[i * 6 + j].fetch_add(1, Ordering::Relaxed);
                        });
                    });
                }
            });
            assert!(seen.iter().all(|n| n.load(Ordering::Relaxed) == 200));
        }
    }

    /// The caller holds a lock that other tasks of the pool need: it must not run one of them while it waits.
    #[test]
    fn a_caller_runs_no_tasks_of_others() {
        let (lock, foreign, done) = (RwLock::new(()), AtomicBool::new(false), AtomicUsize::new(0));
        pool(4).install(|| {
            for _ in 0..50 {
                rayon::scope(|scope| {
                    scope.spawn(|_| {
                        let held = lock.write().unwrap();
                        let me = std::thread::current().id();
                        MINE.set(true);
                        share(8, 4, &|_| {
                            let began = Instant::now();
                            while began.elapsed() < Duration::from_micros(50) {
                                std::hint::spin_loop();
                            }
                        });
                        MINE.set(false);
                        assert_eq!(me, std::thread::current().id());
                        drop(held);
                    });
                    for _ in 0..16 {
                        scope.spawn(|_| {
                            foreign.fetch_or(MINE.get(), Ordering::Relaxed);
                            drop(lock.read().unwrap());
                            done.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert!(!foreign.into_inner());
        assert_eq!(done.into_inner(), 50 * 16);
    }

    thread_local!(static MINE: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });

    #[test]
    fn a_panic_reaches_the_caller_and_later_work_is_done() {
        pool(3).install(|| {
            for bad in 0..4 {
                let panic = catch_unwind(|| share(4, 3, &|i| assert!(i != bad, "task {i}")));
                let message = *panic.unwrap_err().downcast::<String>().unwrap();
                assert_eq!(message, format!("task {bad}"));
            }
            let done = AtomicUsize::new(0);
            share(5, 3, &|_| {
                done.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(done.into_inner(), 5);
        });
    }
}
