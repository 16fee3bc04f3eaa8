//! The loops that reductions are made of, for one thread. All are inlined into [`simd::run`](super::super::simd::run).

use crate::memory;
use std::ops::Range;

use super::super::math::Number;

/// Accumulators of a reduction of neighbours, enough to hide the latency of additions.
const LANES: usize = 64;
/// Numbers that go into one set of lanes.
const BLOCK: usize = 64 * LANES;
/// Rows that go into one set of column results.
pub(in super::super) const BLOCK_ROWS: usize = 64;

/// An associative and commutative operation with its identity.
pub(in super::super) trait Combine<T: Copy>: Copy + Send + Sync {
    const IDENTITY: T;
    fn combine(a: T, b: T) -> T;

    /// The first half of an array combined with the second; arrays rather than slices stay in registers.
    #[inline(always)]
    fn halve<const N: usize, const H: usize>(a: [T; N]) -> [T; H] {
        std::array::from_fn(
            #[inline(always)]
            |i| Self::combine(a[i], a[i + H]),
        )
    }

    /// `f` of the elements of three slices of one length, combined. Whole lines are arrays, so that no index in them
    /// needs a check.
    #[inline(always)]
    fn fold3<A: Copy>(self, x: &[A], y: &[A], z: &[A], f: impl Fn(A, A, A) -> T) -> T {
        let n = x.len();
        let (y, z) = (&y[..n], &z[..n]);
        let mut total = Self::IDENTITY;
        if n < 16 {
            for i in 0..n {
                total = Self::combine(total, f(x[i], y[i], z[i]));
            }
            return total;
        }
        for ((x, y), z) in x.chunks(BLOCK).zip(y.chunks(BLOCK)).zip(z.chunks(BLOCK)) {
            let mut lanes = [Self::IDENTITY; LANES];
            let ((x, x_rest), (y, y_rest), (z, z_rest)) = (
                x.as_chunks::<LANES>(),
                y.as_chunks::<LANES>(),
                z.as_chunks::<LANES>(),
            );
            for ((x, y), z) in x.iter().zip(y).zip(z) {
                for i in 0..LANES {
                    lanes[i] = Self::combine(lanes[i], f(x[i], y[i], z[i]));
                }
            }
            if !x_rest.is_empty() {
                // Not into the lanes: indexed by a variable they would have to live in memory.
                let mut last = [Self::IDENTITY; LANES];
                for (((last, &x), &y), &z) in last.iter_mut().zip(x_rest).zip(y_rest).zip(z_rest) {
                    *last = f(x, y, z);
                }
                for i in 0..LANES {
                    lanes[i] = Self::combine(lanes[i], last[i]);
                }
            }
            let [a] =
                Self::halve::<2, 1>(Self::halve::<4, 2>(Self::halve::<8, 4>(
                    Self::halve::<16, 8>(Self::halve::<32, 16>(Self::halve::<64, 32>(lanes))),
                )));
            total = Self::combine(total, a);
        }
        total
    }

    /// `f` of the elements of a slice, combined.
    #[inline(always)]
    fn fold<A: Copy>(self, x: &[A], f: impl Fn(A) -> T) -> T {
        self.fold3(
            x,
            x,
            x,
            #[inline(always)]
            |x, _, _| f(x),
        )
    }

    /// The elements of a slice, combined.
    #[inline(always)]
    fn all(self, x: &[T]) -> T {
        self.fold(
            x,
            #[inline(always)]
            |x| x,
        )
    }

    /// The columns `band` of `x`, which has rows of `width`, combined over the rows.
    #[inline(always)]
    fn columns(self, x: &[T], width: usize, band: Range<usize>, out: &mut [T]) {
        out.fill(Self::IDENTITY);
        if width < LANES && band.len() == width {
            return self.narrow_columns(x, out);
        }
        let mut part = memory::filled(Self::IDENTITY, band.len());
        for block in x.chunks(BLOCK_ROWS * width) {
            part.fill(Self::IDENTITY);
            for row in block.chunks_exact(width) {
                part.iter_mut()
                    .zip(&row[band.clone()])
                    .for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
            out.iter_mut()
                .zip(&part)
                .for_each(|(a, &v)| *a = Self::combine(*a, v));
        }
    }

    /// The same for short rows: several make a line, and the results of a line are combined at the end.
    #[inline(always)]
    fn narrow_columns(self, x: &[T], out: &mut [T]) {
        let width = out.len();
        let line = LANES / width * width;
        for block in x.chunks(BLOCK_ROWS * line) {
            let mut lanes = [Self::IDENTITY; LANES];
            for row in block.chunks(line) {
                lanes
                    .iter_mut()
                    .zip(row)
                    .for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
            for lanes in lanes[..line].chunks_exact(width) {
                out.iter_mut()
                    .zip(lanes)
                    .for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
        }
    }
}

/// The greatest of the numbers that are not NaN, -∞ if there are none. What NaN would cost every comparison counts where rows are short.
#[inline(always)]
pub(in super::super) fn greatest_number<T: Number>(x: &[T]) -> T {
    const LANES: usize = 16;
    #[inline(always)]
    fn greater<T: Number>(a: T, b: T) -> T {
        if a > b { a } else { b }
    }
    let mut lanes = [T::LOWEST; LANES];
    let (lines, rest) = x.as_chunks::<LANES>();
    for line in lines {
        lanes = std::array::from_fn(
            #[inline(always)]
            |i| greater(line[i], lanes[i]),
        );
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane = greater(v, *lane);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            lanes[i] = greater(lanes[i + width], lanes[i]);
        }
    }
    lanes[0]
}

/// Addition.
#[derive(Clone, Copy)]
pub(in super::super) struct Sum;
/// Multiplication.
#[derive(Clone, Copy)]
pub(in super::super) struct Prod;
/// The greater.
#[derive(Clone, Copy)]
pub(in super::super) struct Max;
/// The lesser.
#[derive(Clone, Copy)]
pub(in super::super) struct Min;
/// Or.
#[derive(Clone, Copy)]
pub(in super::super) struct Any;
/// And.
#[derive(Clone, Copy)]
pub(in super::super) struct All;

macro_rules! numbers {
    ($($name:ty: $identity:expr, $combine:expr;)*) => {$(
        impl<T: Number> Combine<T> for $name {
            const IDENTITY: T = $identity;

            #[inline(always)]
            fn combine(a: T, b: T) -> T {
                $combine(a, b)
            }
        }
    )*};
}

numbers! {
    Sum: T::ZERO, T::sum;
    Prod: T::ONE, T::product;
    Max: T::LOWEST, T::maximum;
    Min: T::HIGHEST, T::minimum;
}

impl Combine<bool> for Any {
    const IDENTITY: bool = false;

    #[inline(always)]
    fn combine(a: bool, b: bool) -> bool {
        a | b
    }
}

impl Combine<bool> for All {
    const IDENTITY: bool = true;

    #[inline(always)]
    fn combine(a: bool, b: bool) -> bool {
        a & b
    }
}
