//! Sums, products, extrema, their positions, and running sums.
//!
//! A sum of numbers takes 512 of them at a time, 32 to one number by a tree, and keeps the sum of all in `f64`: of `f32` its error is at most
//! 3 ε Σ|x|, of any count, and equal numbers add up without one. Sums of columns do so with eight rows at a time. The order depends on the sizes only.

mod arg;
pub(super) mod fold;
mod magnitude;
mod scan;
mod squared_error;
#[cfg(test)]
mod tests;

pub use arg::{argmax, argmin};
pub use magnitude::{Greatest, Magnitude, greatest_magnitude};
pub use scan::cumsum;
pub use squared_error::{mean_squared_error, mean_squared_error_gradient};

use crate::Element;
use std::ops::Range;

use self::fold::{All, Any, Combine, Max, Min, Prod, Sum};
use super::elementwise::{elements, product};
use super::math::Number;
use super::parallel::{GRAIN, map_ranges, pieces};
use super::simd;
use crate::memory;

/// Numbers that make one task of a reduction to few results.
const TASK: usize = 4 * GRAIN;
/// Columns that one task keeps sums of, when there are many.
const BAND: usize = 1024;

/// What to reduce numbers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Σ x; 0 of nothing.
    Sum,
    /// Π x; 1 of nothing.
    Prod,
    /// The greatest, NaN if any is; [`Number::LOWEST`] of nothing.
    Max,
    /// The least, NaN if any is; [`Number::HIGHEST`] of nothing.
    Min,
}

/// Reduces the axes of `x` marked in `axes`; `out` has the other axes, in order.
pub fn reduce<T: Number>(x: &[T], dims: &[usize], axes: &[bool], out: &mut [T], kind: Kind) {
    match kind {
        Kind::Sum => over_axes(Sum, x, dims, axes, out),
        Kind::Prod => over_axes(Prod, x, dims, axes, out),
        Kind::Max => over_axes(Max, x, dims, axes, out),
        Kind::Min => over_axes(Min, x, dims, axes, out),
    }
}

/// Whether any element along the axes marked in `axes` is true; false of nothing.
pub fn any(x: &[bool], dims: &[usize], axes: &[bool], out: &mut [bool]) {
    over_axes(Any, x, dims, axes, out);
}

/// Whether all elements along the axes marked in `axes` are true; true of nothing.
pub fn all(x: &[bool], dims: &[usize], axes: &[bool], out: &mut [bool]) {
    over_axes(All, x, dims, axes, out);
}

/// Reduces `f` of the elements of two slices to one.
fn whole<T: Element, C: Combine<T>>(op: C, x: &[T], y: &[T], f: impl Fn(T, T) -> T + Sync) -> T {
    let level = simd::level();
    let task = |range: Range<usize>| -> C::Total {
        let (x, y) = (&x[range.clone()], &y[range]);
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                op.total3(
                    x,
                    y,
                    x,
                    #[inline(always)]
                    |x, y, _| f(x, y),
                )
            },
        )
    };
    if x.len() <= TASK {
        return C::rounded(task(0..x.len()));
    }
    let task: &(dyn Fn(Range<usize>) -> C::Total + Sync) = &task;
    let parts = map_ranges(x.len(), TASK, task);
    C::rounded(parts.into_iter().fold(C::NOTHING, C::totals))
}

/// The combined rows of `n` elements of `x`.
#[inline(never)]
fn rows_of<T: Element, C: Combine<T>>(op: C, x: &[T], n: usize, out: &mut [T]) {
    simd::run_for::<T, _>(
        simd::level(),
        #[inline(always)]
        || {
            for (row, o) in x.chunks_exact(n).zip(out) {
                *o = op.all(row);
            }
        },
    );
}

/// Reduces one group of neighbouring axes after the other, the last first.
fn over_axes<T: Element, C: Combine<T>>(
    op: C,
    x: &[T],
    dims: &[usize],
    axes: &[bool],
    out: &mut [T],
) {
    assert_eq!(axes.len(), dims.len());
    assert_eq!(x.len(), elements(dims));
    let kept = |(&n, &gone): (&usize, &bool)| if gone { 1 } else { n };
    assert_eq!(out.len(), product(dims.iter().zip(axes).map(kept)));
    if x.is_empty() {
        return out.fill(C::IDENTITY);
    }
    let is_left = |rest: usize| {
        let mut axes = dims[..rest].iter().zip(axes);
        axes.any(|(&n, &gone)| gone && n != 1)
    };
    if !is_left(dims.len()) {
        return out.copy_from_slice(x);
    }
    let mut between: Option<Vec<T>> = None;
    let (mut rest, mut inner) = (dims.len(), 1);
    loop {
        // Neighbouring axes of the same fate are one, and an axis of one step is of any.
        let (mut n, mut fate) = (1, None);
        while rest > 0
            && (dims[rest - 1] == 1 || *fate.get_or_insert(axes[rest - 1]) == axes[rest - 1])
        {
            rest -= 1;
            n *= dims[rest];
        }
        if fate == Some(false) {
            inner *= n;
            continue;
        }
        let from = between.as_deref().unwrap_or(x);
        if !is_left(rest) {
            return middle(op, from, n, inner, out);
        }
        let mut to = vec![C::IDENTITY; from.len() / n];
        middle(op, from, n, inner, &mut to);
        between = Some(to);
    }
}

/// Reduces the middle axis of `x`, which is [any, n, inner].
fn middle<T: Element, C: Combine<T>>(op: C, x: &[T], n: usize, inner: usize, out: &mut [T]) {
    if inner == 1 {
        rows(op, x, n, out)
    } else {
        columns(op, x, n, inner, out)
    }
}

fn rows<T: Element, C: Combine<T>>(op: C, x: &[T], n: usize, out: &mut [T]) {
    if n > TASK {
        for (row, o) in x.chunks_exact(n).zip(out) {
            *o = whole(op, row, row, |x, _| x);
        }
        return;
    }
    pieces(out, (2 * GRAIN / n).max(1), &|start, piece| {
        let x = &x[start * n..(start + piece.len()) * n];
        rows_of(op, x, n, piece);
    });
}

/// The columns `band` of `x`, which has rows of `width`, combined over the rows.
#[inline(never)]
fn columns_of<T: Element, C: Combine<T>>(
    op: C,
    x: &[T],
    width: usize,
    band: Range<usize>,
) -> Vec<C::Total> {
    let mut totals = memory::filled(C::NOTHING, band.len());
    simd::run_for::<T, _>(
        simd::level(),
        #[inline(always)]
        || op.columns(x, width, band, &mut totals),
    );
    totals
}

fn round<T: Copy, C: Combine<T>>(totals: &[C::Total], out: &mut [T]) {
    for (out, &total) in out.iter_mut().zip(totals) {
        *out = C::rounded(total);
    }
}

fn columns<T: Element, C: Combine<T>>(op: C, x: &[T], n: usize, inner: usize, out: &mut [T]) {
    let size = n * inner;
    if size <= 2 * TASK {
        // Whole planes to each task.
        pieces(out, inner * (2 * GRAIN / size).max(1), &|start, piece| {
            let x = &x[start * n..(start + piece.len()) * n];
            for (plane, out) in x.chunks_exact(size).zip(piece.chunks_exact_mut(inner)) {
                round::<T, C>(&columns_of(op, plane, inner, 0..inner), out);
            }
        });
        return;
    }
    for (plane, out) in x.chunks_exact(size).zip(out.chunks_exact_mut(inner)) {
        if inner >= 2 * BAND {
            // Bands of columns.
            pieces(out, BAND, &|start, piece| {
                let band = start..start + piece.len();
                round::<T, C>(&columns_of(op, plane, inner, band), piece);
            });
            continue;
        }
        // Bands of rows, whose results are combined in order.
        let task = |rows: Range<usize>| {
            let x = &plane[rows.start * inner..rows.end * inner];
            columns_of(op, x, inner, 0..inner)
        };
        let task: &(dyn Fn(Range<usize>) -> Vec<C::Total> + Sync) = &task;
        let mut totals = memory::filled(C::NOTHING, inner);
        for part in map_ranges(n, TASK.div_ceil(inner), task) {
            for (total, part) in totals.iter_mut().zip(part) {
                *total = C::totals(*total, part);
            }
        }
        round::<T, C>(&totals, out);
    }
}
