//! NumPy's broadcasting: dims are aligned at the right, and an input of length 1 along an axis repeats.

use std::borrow::Cow;

use super::super::parallel::{GRAIN, pieces};
use super::super::simd::{self, Level};
use super::{Each, elements};
use crate::Element;

/// An input of [`select`]: its elements and its dims.
pub type Operand<'a, T> = (&'a [T], &'a [usize]);

/// A row vector shorter than this is repeated to at least this length before it is walked.
const TILE: usize = 64;

/// How `N` inputs are walked while the output is written front to back: as rows of `inner` elements, along
/// which an input advances or stays, inside of outer axes.
struct Plan<const N: usize> {
    inner: usize,
    advances: [bool; N],
    /// Innermost first: length, and what one step means for each input.
    outer: Vec<(usize, [usize; N])>,
}

impl<const N: usize> Plan<N> {
    fn new(inputs: [&[usize]; N], out: &[usize]) -> Self {
        let mut axes: Vec<(usize, [usize; N])> = Vec::with_capacity(out.len());
        let mut sizes = [1; N];
        for (back, &n) in out.iter().rev().enumerate() {
            let mut strides = [0; N];
            for i in 0..N {
                let dims = inputs[i];
                let m = if back < dims.len() {
                    dims[dims.len() - 1 - back]
                } else {
                    1
                };
                assert!(m == n || m == 1, "{dims:?} does not broadcast to {out:?}");
                if m != 1 {
                    strides[i] = sizes[i];
                }
                sizes[i] *= m;
            }
            if n == 1 {
                continue;
            }
            match axes.last_mut() {
                Some((length, inner)) if (0..N).all(|i| strides[i] == inner[i] * *length) => {
                    *length *= n
                }
                _ => axes.push((n, strides)),
            }
        }
        if axes.is_empty() {
            return Plan {
                inner: 1,
                advances: [true; N],
                outer: axes,
            };
        }
        let (inner, strides) = axes.remove(0);
        Plan {
            inner,
            advances: strides.map(|s| s != 0),
            outer: axes,
        }
    }

    /// Calls `row` for every stretch of a row within the `length` output elements from `start`: the offsets of
    /// the inputs, the offset from `start`, and the length of the stretch.
    fn walk(&self, start: usize, length: usize, row: &mut dyn FnMut([usize; N], usize, usize)) {
        let mut column = start % self.inner;
        let mut rest = start / self.inner;
        let mut offsets = [0; N];
        let mut index = vec![0; self.outer.len()];
        for (at, &(n, strides)) in index.iter_mut().zip(&self.outer) {
            *at = rest % n;
            rest /= n;
            (0..N).for_each(|i| offsets[i] += *at * strides[i]);
        }
        let mut done = 0;
        while done < length {
            let stretch = (self.inner - column).min(length - done);
            let from =
                std::array::from_fn(|i| offsets[i] + if self.advances[i] { column } else { 0 });
            row(from, done, stretch);
            done += stretch;
            column = 0;
            for (at, &(n, strides)) in index.iter_mut().zip(&self.outer) {
                *at += 1;
                (0..N).for_each(|i| offsets[i] += strides[i]);
                if *at < n {
                    break;
                }
                *at = 0;
                (0..N).for_each(|i| offsets[i] -= n * strides[i]);
            }
        }
    }
}

/// How [`broadcast_zip`] walks `x` and `y`, and what they are then: itself, or repeated copies of a short row.
fn plan_zip<'a, A: Copy, B: Copy>(
    x: &'a [A],
    x_dims: &[usize],
    y: &'a [B],
    y_dims: &[usize],
    out_dims: &[usize],
) -> (Plan<2>, Cow<'a, [A]>, Cow<'a, [B]>) {
    let n = elements(out_dims);
    assert_eq!((x.len(), y.len()), (elements(x_dims), elements(y_dims)));
    let advances = [x.len() == n, y.len() == n];
    if advances == [true; 2] || (advances[0] && y.len() == 1) || (advances[1] && x.len() == 1) {
        let plan = Plan {
            inner: n,
            advances,
            outer: Vec::new(),
        };
        return (plan, Cow::Borrowed(x), Cow::Borrowed(y));
    }
    let mut plan = Plan::new([x_dims, y_dims], out_dims);
    let (mut x, mut y) = (Cow::Borrowed(x), Cow::Borrowed(y));
    // A short row vector against a matrix: rows of several copies, so that loops are worth their start.
    if plan.inner < TILE && plan.advances == [true; 2] && plan.outer.len() == 1 {
        let (rows, strides) = plan.outer[0];
        let copies = TILE.div_ceil(plan.inner).min(rows);
        if strides[0] == 0 {
            x = Cow::Owned(x.repeat(copies));
        } else {
            y = Cow::Owned(y.repeat(copies));
        }
        plan.outer[0] = (rows.div_ceil(copies), strides.map(|s| s * copies));
        plan.inner *= copies;
    }
    (plan, x, y)
}

/// As [`MapLoop`](super::MapLoop), for [`broadcast_zip`].
pub trait BroadcastLoop<A, B, C>: Sync {
    /// `out[i] = f(x[i], y[i])`, where an input of one element stays, with the vectors of a level.
    fn run(&self, level: Level, x: &[A], y: &[B], out: &mut [C]);
}

impl<A: Element, B: Copy, C, F: Fn(A, B) -> C + Copy + Sync, const WIDE: bool>
    BroadcastLoop<A, B, C> for Each<F, WIDE>
{
    fn run(&self, level: Level, x: &[A], y: &[B], out: &mut [C]) {
        simd::run_if::<WIDE, A, _>(
            level,
            #[inline(always)]
            || {
                let f = self.0;
                match (x.len() == out.len(), y.len() == out.len()) {
                    (true, true) => {
                        for ((o, &a), &b) in out.iter_mut().zip(x).zip(y) {
                            *o = f(a, b);
                        }
                    }
                    (_, false) => {
                        let b = y[0];
                        for (o, &a) in out.iter_mut().zip(x) {
                            *o = f(a, b);
                        }
                    }
                    (false, true) => {
                        let a = x[0];
                        for (o, &b) in out.iter_mut().zip(y) {
                            *o = f(a, b);
                        }
                    }
                }
            },
        );
    }
}

/// `out = f(x, y)`, where `x` and `y` are broadcast to `out_dims`. Compiled once for all functions.
#[inline(never)]
pub fn broadcast_zip<A, B, C>(
    x: &[A],
    x_dims: &[usize],
    y: &[B],
    y_dims: &[usize],
    out: &mut [C],
    out_dims: &[usize],
    f: &dyn BroadcastLoop<A, B, C>,
) where
    A: Copy + Send + Sync,
    B: Copy + Send + Sync,
    C: Send,
{
    assert_eq!(out.len(), elements(out_dims));
    if out.is_empty() {
        return;
    }
    let (plan, x, y) = plan_zip(x, x_dims, y, y_dims, out_dims);
    let (x, y) = (&*x, &*y);
    let level = simd::level();
    if plan.outer.is_empty() && out.len() <= GRAIN {
        // One row for one thread: to walk it would take longer.
        return f.run(level, x, y, out);
    }
    pieces(out, GRAIN, &|start, piece| {
        plan.walk(start, piece.len(), &mut |[i, j], at, length| {
            let [x_length, y_length] = plan
                .advances
                .map(|advances| if advances { length } else { 1 });
            let row = &mut piece[at..at + length];
            f.run(level, &x[i..i + x_length], &y[j..j + y_length], row);
        });
    });
}

/// `out = x`, broadcast to `out_dims`.
pub fn broadcast_to<T: Copy + Send + Sync>(
    x: &[T],
    x_dims: &[usize],
    out: &mut [T],
    out_dims: &[usize],
) {
    assert_eq!((x.len(), out.len()), (elements(x_dims), elements(out_dims)));
    if out.is_empty() {
        return;
    }
    let plan = Plan::new([x_dims], out_dims);
    pieces(out, GRAIN, &|start, piece| {
        plan.walk(start, piece.len(), &mut |[i], at, length| {
            let row = &mut piece[at..at + length];
            if plan.advances[0] {
                row.copy_from_slice(&x[i..i + length])
            } else {
                row.fill(x[i])
            }
        });
    });
}

/// `out = if condition { a } else { b }`, all three broadcast to `out_dims`.
pub fn select<T: Copy + Send + Sync>(
    condition: Operand<bool>,
    a: Operand<T>,
    b: Operand<T>,
    out: &mut [T],
    out_dims: &[usize],
) {
    let (c, a_dims, b_dims) = (condition.0, a.1, b.1);
    let (a, b) = (a.0, b.0);
    assert_eq!(
        (c.len(), a.len(), b.len(), out.len()),
        (
            elements(condition.1),
            elements(a_dims),
            elements(b_dims),
            elements(out_dims)
        )
    );
    if out.is_empty() {
        return;
    }
    let plan = Plan::new([condition.1, a_dims, b_dims], out_dims);
    pieces(out, GRAIN, &|start, piece| {
        plan.walk(start, piece.len(), &mut |[h, i, j], at, length| {
            let row = &mut piece[at..at + length];
            let [c_advances, a_advances, b_advances] = plan.advances;
            if !c_advances {
                let (from, offset, advances) = if c[h] {
                    (a, i, a_advances)
                } else {
                    (b, j, b_advances)
                };
                if advances {
                    row.copy_from_slice(&from[offset..offset + length])
                } else {
                    row.fill(from[offset])
                }
                return;
            }
            let c = &c[h..h + length];
            match (a_advances, b_advances) {
                (true, true) => {
                    let (a, b) = (&a[i..i + length], &b[j..j + length]);
                    row.iter_mut()
                        .zip(c)
                        .zip(a)
                        .zip(b)
                        .for_each(|(((o, &c), &a), &b)| *o = if c { a } else { b });
                }
                (true, false) => {
                    let b = b[j];
                    row.iter_mut()
                        .zip(c)
                        .zip(&a[i..])
                        .for_each(|((o, &c), &a)| *o = if c { a } else { b });
                }
                (false, true) => {
                    let a = a[i];
                    row.iter_mut()
                        .zip(c)
                        .zip(&b[j..])
                        .for_each(|((o, &c), &b)| *o = if c { a } else { b });
                }
                (false, false) => {
                    let (a, b) = (a[i], b[j]);
                    row.iter_mut()
                        .zip(c)
                        .for_each(|(o, &c)| *o = if c { a } else { b });
                }
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    /// The element of `dims` that belongs to the output element `flat` of `out`.
    fn source(flat: usize, dims: &[usize], out: &[usize]) -> usize {
        let (mut rest, mut stride, mut at) = (flat, 1, 0);
        for back in 0..out.len() {
            let i = rest % out[out.len() - 1 - back];
            rest /= out[out.len() - 1 - back];
            if back < dims.len() {
                let n = dims[dims.len() - 1 - back];
                at += if n == 1 { 0 } else { i * stride };
                stride *= n;
            }
        }
        at
    }

    const CASES: [(&[usize], &[usize], &[usize]); 18] = [
        (&[], &[], &[]),
        (&[3], &[], &[3]),
        (&[1], &[4, 5], &[4, 5]),
        (&[4, 5], &[4, 5], &[4, 5]),
        (&[0, 5], &[5], &[0, 5]),
        (&[0, 1], &[1, 7], &[0, 7]),
        (&[37, 5], &[5], &[37, 5]),
        (&[5], &[1001, 5], &[1001, 5]),
        (&[3, 130], &[130], &[3, 130]),
        (&[37, 5], &[37, 1], &[37, 5]),
        (&[9, 1], &[1, 200], &[9, 200]),
        (&[7, 1], &[200], &[7, 200]),
        (&[2, 3, 1, 5], &[4, 1], &[2, 3, 4, 5]),
        (&[2, 1, 4, 1], &[1, 3, 1, 5], &[2, 3, 4, 5]),
        (&[2, 3, 4, 5], &[2, 1, 1, 5], &[2, 3, 4, 5]),
        (&[2, 3, 4, 5], &[3, 1, 1], &[2, 3, 4, 5]),
        (&[300, 200], &[200], &[300, 200]),
        (&[20_000, 3], &[20_000, 1], &[20_000, 3]),
    ];

    #[test]
    fn zips_agree_with_indexing() {
        for (x_dims, y_dims, out_dims) in CASES {
            let (x, y) = (random(elements(x_dims), 3), random(elements(y_dims), 4));
            for ((x, x_dims), (y, y_dims)) in
                [((&x, x_dims), (&y, y_dims)), ((&y, y_dims), (&x, x_dims))]
            {
                let expected: Vec<f32> = (0..elements(out_dims))
                    .map(|i| x[source(i, x_dims, out_dims)] - 2.0 * y[source(i, y_dims, out_dims)])
                    .collect();
                let found = same_everywhere(|| {
                    let mut out = vec![f32::NAN; elements(out_dims)];
                    let f = Each::<_, false>(|a: f32, b: f32| a - 2.0 * b);
                    broadcast_zip(x, x_dims, y, y_dims, &mut out, out_dims, &f);
                    bits(&out)
                });
                assert_eq!(found, bits(&expected), "{x_dims:?} {y_dims:?}");

                let expected: Vec<f32> = (0..elements(out_dims))
                    .map(|i| x[source(i, x_dims, out_dims)])
                    .collect();
                let mut out = vec![f32::NAN; elements(out_dims)];
                broadcast_to(x, x_dims, &mut out, out_dims);
                assert_eq!(out, expected, "{x_dims:?} to {out_dims:?}");
            }
        }
    }

    #[test]
    fn selections_agree_with_indexing() {
        for (x_dims, y_dims, out_dims) in CASES {
            for [c, a, b] in [
                [x_dims, y_dims, out_dims],
                [out_dims, x_dims, y_dims],
                [x_dims, x_dims, y_dims],
            ] {
                let condition: Vec<bool> =
                    random(elements(c), 5).iter().map(|&v| v > 0.0).collect();
                let (x, y) = (random(elements(a), 6), random(elements(b), 7));
                let at = |i, dims| source(i, dims, out_dims);
                let expected: Vec<f32> = (0..elements(out_dims))
                    .map(|i| {
                        if condition[at(i, c)] {
                            x[at(i, a)]
                        } else {
                            y[at(i, b)]
                        }
                    })
                    .collect();
                let found = same_everywhere(|| {
                    let mut out = vec![f32::NAN; elements(out_dims)];
                    select((&condition, c), (&x, a), (&y, b), &mut out, out_dims);
                    bits(&out)
                });
                assert_eq!(found, bits(&expected), "{c:?} {a:?} {b:?}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "does not broadcast")]
    fn dims_that_do_not_broadcast_are_refused() {
        broadcast_to(&[1.0, 2.0], &[2], &mut [0.0; 3], &[3]);
    }
}
