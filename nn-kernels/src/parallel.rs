//! The one place that knows about threads: thresholds, chunking, and reductions in a fixed order.
//!
//! How work is cut depends on its size only, never on how many threads there are, and partial results are
//! combined in index order: the same input gives the same bits on any machine size. Work smaller than the
//! cost of waking a thread runs on the caller.

use super::crew;
use super::team::{self, Call};
use rayon::ThreadPoolBuilder;
use std::error::Error;
use std::ops::Range;
use std::sync::OnceLock;

/// Elements that one task handles at least, when each costs about one multiply-add and one load.
/// 16 Ki elements are about 5 µs of work, the price of waking a thread.
pub const GRAIN: usize = 16 * 1024;

/// Small tasks that are worth waking a thread.
const WORTH_WAKING: usize = 8;

/// Calls `task` with every number below `count`, in parallel if there are several and threads to run them.
///
/// The calling thread runs nothing but these tasks: it may hold locks, and what it knows of training, tapes and random numbers is none
/// of others' business.
#[inline(never)]
fn run(count: usize, call: Call, task: &(dyn Fn(usize) + Sync)) {
    match count {
        0 => return,
        1 => return task(0),
        _ => {}
    }
    let in_pool = rayon::current_thread_index().is_some();
    let threads = match in_pool {
        true => rayon::current_num_threads(),
        false => threads(),
    };
    match threads {
        1 => (0..count).for_each(task),
        // A thread of a pool shares with that pool, a few small tasks with nobody.
        _ if in_pool => match call {
            Call::Now => crew::share(count, threads, task),
            Call::Often => (0..count).for_each(task),
        },
        _ => team::share(count, threads, call, task),
    }
}

/// How many threads a caller outside of pools can share with, itself included: 1 where the system lets no others begin.
fn threads() -> usize {
    static GLOBAL: OnceLock<usize> = OnceLock::new();
    *GLOBAL.get_or_init(|| match ThreadPoolBuilder::new().build_global() {
        Err(error) if error.source().is_some() => 1,
        // Made here, or by the program before.
        _ => rayon::current_num_threads(),
    })
}

/// Calls `f` with consecutive ranges of `grain` items that cover `0..n`, in parallel when there are several.
pub fn for_each_range(n: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
    ranges(n, grain, 0, &f);
}

/// As [`for_each_range`] for tasks of one or two microseconds. Few of them wake no thread, but a thread that is awake does its share.
pub fn for_each_small_range(n: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
    ranges(n, grain, WORTH_WAKING, &f);
}

/// [`for_each_range`] compiled once for all tasks; fewer than `worth_waking` of them wake no thread.
#[inline(never)]
fn ranges(n: usize, grain: usize, worth_waking: usize, f: &(dyn Fn(Range<usize>) + Sync)) {
    let grain = grain.max(1);
    let count = n.div_ceil(grain);
    let call = match count < worth_waking {
        true => Call::Often,
        false => Call::Now,
    };
    run(count, call, &move |i| {
        f(i * grain..(i * grain).saturating_add(grain).min(n))
    });
}

/// A pointer that tasks share, each to write a part of its own.
#[derive(Clone, Copy)]
pub(super) struct Parts<T>(*mut T);

// SAFETY: a pointer alone does nothing, and whoever writes through it argues that the parts are disjoint; the elements move to
// other threads only where `T` may.
unsafe impl<T: Send> Sync for Parts<T> {}

impl<T> Parts<T> {
    /// The parts of a slice, which must stay borrowed while they are in use.
    pub(super) fn of(whole: &mut [T]) -> Parts<T> {
        Parts(whole.as_mut_ptr())
    }

    /// The parts from an element on.
    pub(super) fn after(&self, start: usize) -> Parts<T> {
        Parts(self.0.wrapping_add(start))
    }

    /// The first element.
    pub(super) fn get(&self) -> *mut T {
        self.0
    }

    /// The elements of a range.
    ///
    /// # Safety
    /// The range lies in what the pointer was made of, which is borrowed for as long as the result lives, and no two live results
    /// overlap.
    #[allow(clippy::mut_from_ref)]
    pub(super) unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(range.start), range.len()) }
    }
}

/// Cuts `out` into pieces of `grain` elements and calls `f(start, piece)` for each, in parallel when there are several.
pub fn for_each_chunk<T: Send>(out: &mut [T], grain: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    pieces(out, grain, &f);
}

/// [`for_each_chunk`] compiled once for all tasks.
#[inline(never)]
pub(super) fn pieces<T: Send>(out: &mut [T], grain: usize, f: &(dyn Fn(usize, &mut [T]) + Sync)) {
    let (n, grain) = (out.len(), grain.max(1));
    if n <= grain {
        if n > 0 {
            f(0, out);
        }
        return;
    }
    let parts = Parts::of(out);
    for_each_range(n, grain, |range| {
        let start = range.start;
        // SAFETY: `for_each_range` gives disjoint ranges below `n`, and `out` is borrowed until it returns.
        f(start, unsafe { parts.part(range) });
    });
}

/// Maps consecutive ranges of `grain` items to partial results and returns them in index order, so that the
/// caller's fold gives the same bits for any number of threads.
pub fn map_ranges<R: Send>(n: usize, grain: usize, f: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let grain = grain.max(1);
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(n.div_ceil(grain), || None);
    for_each_chunk(&mut results, 1, |i, result| {
        result[0] = Some(f(i * grain..(i * grain).saturating_add(grain).min(n)));
    });
    let all = results
        .into_iter()
        .map(|r| r.expect("every task gives a result"));
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_item_is_covered_once() {
        for n in [0, 1, 7, 64, 65, 1000] {
            for grain in [0, 1, 8, 64, 2000] {
                let seen = Mutex::new(vec![0; n]);
                for_each_range(n, grain, |r| {
                    r.for_each(|i| seen.lock().unwrap()[i] += 1);
                });
                assert!(
                    seen.into_inner().unwrap().iter().all(|&c| c == 1),
                    "{n} by {grain}"
                );

                let mut out = vec![usize::MAX; n];
                for_each_chunk(&mut out, grain, |start, piece| {
                    piece
                        .iter_mut()
                        .enumerate()
                        .for_each(|(i, v)| *v = start + i);
                });
                assert_eq!(out, (0..n).collect::<Vec<_>>());

                let covered: Vec<usize> = map_ranges(n, grain, |r| r.collect::<Vec<_>>()).concat();
                assert_eq!(covered, (0..n).collect::<Vec<_>>());
            }
        }
    }
}
