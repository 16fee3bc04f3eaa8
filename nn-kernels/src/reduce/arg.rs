//! Positions of extrema.

use crate::memory;
use std::hint::select_unpredictable as select;

use super::super::elementwise::elements;
use super::super::math::Number;
use super::super::parallel::{GRAIN, pieces};
use super::fold::{Combine, Max, Min};

/// The position of the greatest element along `axis`, the first of equals; a NaN counts as greater than all, as in
/// NumPy. `out` has the other axes; the axis must not be empty.
pub fn argmax<T: Number>(x: &[T], dims: &[usize], axis: usize, out: &mut [i64]) {
    position(Max, x, dims, axis, out);
}

/// The position of the least element along `axis`, the first of equals; a NaN counts as less than all.
pub fn argmin<T: Number>(x: &[T], dims: &[usize], axis: usize, out: &mut [i64]) {
    position(Min, x, dims, axis, out);
}

/// Whether `b` takes the place of `a`: combining gives something else than `a`.
#[inline(always)]
fn replaces<T: Number, C: Combine<T>>(a: T, b: T) -> bool {
    !T::nan(a) & (C::combine(a, b) != a)
}

/// The first place of `best`, or of any NaN; looks at lines without a branch in them.
#[inline(always)]
fn first<T: Number>(row: &[T], best: T) -> usize {
    const LINE: usize = 32;
    let mut at = 0;
    for line in row.as_chunks::<LINE>().0 {
        if line
            .iter()
            .fold(false, |found, &v| found | (v == best) | T::nan(v))
        {
            break;
        }
        at += LINE;
    }
    let rest = row[at..].iter().position(|&v| v == best || T::nan(v));
    at + rest.expect("the extremum is one of the elements")
}

fn position<T: Number, C: Combine<T>>(
    op: C,
    x: &[T],
    dims: &[usize],
    axis: usize,
    out: &mut [i64],
) {
    let n = dims[axis];
    assert_eq!(x.len(), elements(dims));
    if out.is_empty() {
        return;
    }
    assert!(n > 0, "the position of an extremum of nothing");
    assert_eq!(x.len(), out.len() * n);
    let inner = elements(&dims[axis + 1..]);
    // Tasks are whole planes of [n, inner], so that `out` is cut between them. Compiled once: for rows of a hundred classes the
    // narrowest vectors are the fastest.
    pieces(
        out,
        inner * (GRAIN / (n * inner)).max(1),
        &|start, piece| {
            let x = &x[start * n..(start + piece.len()) * n];
            if inner == 1 {
                for (row, o) in x.chunks_exact(n).zip(piece) {
                    let best = op.all(row);
                    *o = first(row, best) as i64;
                }
                return;
            }
            let mut best = memory::filled(C::IDENTITY, inner);
            for (plane, out) in x.chunks_exact(n * inner).zip(piece.chunks_exact_mut(inner)) {
                best.copy_from_slice(&plane[..inner]);
                out.fill(0);
                for (i, row) in plane.chunks_exact(inner).enumerate().skip(1) {
                    for ((o, a), &v) in out.iter_mut().zip(&mut best).zip(row) {
                        let replace = replaces::<T, C>(*a, v);
                        *o = select(replace, i as i64, *o);
                        *a = select(replace, v, *a);
                    }
                }
            }
        },
    );
}
