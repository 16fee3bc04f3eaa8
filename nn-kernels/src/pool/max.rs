//! The greatest of every window.

use std::hint::select_unpredictable as select;

use super::super::math::Float;
use super::{Hit, Windows, for_blocks, for_each_window, gather};

/// A number for a cell of a window, or `()` where nobody will ask which cell it was.
pub trait Cell: Copy + PartialEq + Send + Sync {
    /// The number `cell`, below the number of the window's pixels.
    fn of(cell: usize) -> Self;
}

impl Cell for () {
    #[inline(always)]
    fn of(_: usize) {}
}

/// For windows of at most 256 cells.
impl Cell for u8 {
    #[inline(always)]
    fn of(cell: usize) -> u8 {
        cell as u8
    }
}

impl Cell for i64 {
    #[inline(always)]
    fn of(cell: usize) -> i64 {
        cell as i64
    }
}

/// The greatest of every window and channel, and in `index` the cell of the window, `(z · kernel height + y) · kernel width + x`,
/// that it came from: the first of equals; a NaN counts as greater than all.
pub fn max_pool<T: Float, C: Cell>(x: &[T], windows: &Windows, out: &mut [T], index: &mut [C]) {
    for_each_window(
        x,
        windows,
        out,
        index,
        #[inline(always)]
        |x, hits, out, index| {
            let Some((first, others)) = hits.split_first() else {
                out.fill(T::LOWEST);
                return index.fill(C::of(0));
            };
            for_blocks!(out.len(), |at, N| greatest::<N, _, _>(
                &x[at..],
                *first,
                others,
                &mut out[at..],
                &mut index[at..]
            ));
        },
    );
}

/// The greatest of `N` channels of the pixels of a window, of which there is one at least.
#[inline(always)]
fn greatest<const N: usize, T: Float, C: Cell>(
    x: &[T],
    first: Hit,
    others: &[Hit],
    out: &mut [T],
    index: &mut [C],
) {
    let (mut best, mut from) = ([T::ZERO; N], [C::of(first.cell); N]);
    best.copy_from_slice(&x[first.offset..][..N]);
    for hit in others {
        let x = &x[hit.offset..][..N];
        let cell = C::of(hit.cell);
        for i in 0..N {
            let better = exceeds(x[i], best[i]);
            best[i] = select(better, x[i], best[i]);
            from[i] = select(better, cell, from[i]);
        }
    }
    out[..N].copy_from_slice(&best);
    index[..N].copy_from_slice(&from);
}

/// Whether `a` is greater, or the first NaN.
#[inline(always)]
fn exceeds<T: Float>(a: T, b: T) -> bool {
    (a > b) | (T::nan(a) & !T::nan(b))
}

/// The gradient of [`max_pool`]: every `dy` goes to the pixel that `index` names; where windows overlap they add up.
pub fn max_pool_backward<T: Float, C: Cell>(
    dy: &[T],
    index: &[C],
    windows: &Windows,
    dx: &mut [T],
) {
    gather(
        dy,
        index,
        windows,
        dx,
        #[inline(always)]
        |dy, from, cell, _| {
            if from == C::of(cell) { dy } else { T::ZERO }
        },
    );
}
