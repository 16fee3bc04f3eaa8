//! The one place that knows about threads: thresholds, chunking, and reductions in a fixed order.
//!
//! How work is cut depends on its size only, never on how many threads there are, and partial results are
//! combined in index order: the same input gives the same bits on any machine size. Work smaller than the
//! cost of waking a thread runs on the caller.

use rayon::prelude::*;
use std::ops::Range;

/// Elements that one task handles at least, when each costs about one multiply-add and one load.
/// 16 Ki elements are about 5 µs of work, the price of waking a thread.
pub const GRAIN: usize = 16 * 1024;

/// A cut of `n` items into tasks of `grain` items.
fn tasks(n: usize, grain: usize) -> usize {
    n.div_ceil(grain.max(1))
}

/// Calls `f` with consecutive ranges of `grain` items that cover `0..n`, in parallel when there are several.
pub fn for_each_range(n: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
    let grain = grain.max(1);
    let range = |i: usize| i * grain..((i + 1) * grain).min(n);
    match tasks(n, grain) {
        0 => {}
        1 => f(0..n),
        count if rayon::current_num_threads() == 1 => (0..count).for_each(|i| f(range(i))),
        count => (0..count).into_par_iter().for_each(|i| f(range(i))),
    }
}

/// Cuts `out` into pieces of `grain` elements and calls `f(start, piece)` for each, in parallel when there are several.
pub fn for_each_chunk<T: Send>(out: &mut [T], grain: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let grain = grain.max(1);
    match tasks(out.len(), grain) {
        0 => {}
        1 => f(0, out),
        _ if rayon::current_num_threads() == 1 => out
            .chunks_mut(grain)
            .enumerate()
            .for_each(|(i, piece)| f(i * grain, piece)),
        _ => out
            .par_chunks_mut(grain)
            .enumerate()
            .for_each(|(i, piece)| f(i * grain, piece)),
    }
}

/// Maps consecutive ranges of `grain` items to partial results and returns them in index order, so that the
/// caller's fold gives the same bits for any number of threads.
pub fn map_ranges<R: Send>(n: usize, grain: usize, f: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let grain = grain.max(1);
    let range = |i: usize| i * grain..((i + 1) * grain).min(n);
    match tasks(n, grain) {
        0 => Vec::new(),
        1 => vec![f(0..n)],
        count if rayon::current_num_threads() == 1 => (0..count).map(|i| f(range(i))).collect(),
        count => (0..count).into_par_iter().map(|i| f(range(i))).collect(),
    }
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
                assert!(seen.into_inner().unwrap().iter().all(|&c| c == 1), "{n} by {grain}");

                let mut out = vec![usize::MAX; n];
                for_each_chunk(&mut out, grain, |start, piece| {
                    piece.iter_mut().enumerate().for_each(|(i, v)| *v = start + i);
                });
                assert_eq!(out, (0..n).collect::<Vec<_>>());

                let covered: Vec<usize> = map_ranges(n, grain, |r| r.collect::<Vec<_>>()).concat();
                assert_eq!(covered, (0..n).collect::<Vec<_>>());
            }
        }
    }
}
