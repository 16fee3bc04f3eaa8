//! The loops that reductions are made of, for one thread. All are inlined into [`simd::run`](super::super::simd::run).

use std::ops::Range;

use super::super::math::Number;

/// Accumulators of a reduction of neighbours, enough to hide the latency of additions.
const LANES: usize = 64;
/// Numbers that go into one set of lanes.
const BLOCK: usize = 64 * LANES;
/// Rows that go into one set of column results.
const BLOCK_ROWS: usize = 64;

/// An associative and commutative operation with its identity.
pub(in super::super) trait Combine<T: Copy>: Copy + Send + Sync {
    const IDENTITY: T;
    fn combine(a: T, b: T) -> T;

    /// `value(i)` for all i of the range, combined.
    #[inline(always)]
    fn fold(self, range: Range<usize>, value: impl Fn(usize) -> T) -> T {
        if range.len() < 16 {
            return range.fold(Self::IDENTITY, |a, i| Self::combine(a, value(i)));
        }
        let mut total = Self::IDENTITY;
        let mut at = range.start;
        while at < range.end {
            let end = (at + BLOCK).min(range.end);
            let mut lanes = [Self::IDENTITY; LANES];
            while at + LANES <= end {
                for (lane, a) in lanes.iter_mut().enumerate() {
                    *a = Self::combine(*a, value(at + lane));
                }
                at += LANES;
            }
            for (lane, i) in (at..end).enumerate() {
                lanes[lane] = Self::combine(lanes[lane], value(i));
            }
            at = end;
            let mut half = LANES / 2;
            while half > 0 {
                for i in 0..half {
                    lanes[i] = Self::combine(lanes[i], lanes[i + half]);
                }
                half /= 2;
            }
            total = Self::combine(total, lanes[0]);
        }
        total
    }

    /// The columns `band` of `x`, which has rows of `width`, combined over the rows.
    #[inline(always)]
    fn columns(self, x: &[T], width: usize, band: Range<usize>, out: &mut [T]) {
        out.fill(Self::IDENTITY);
        if width < LANES && band.len() == width {
            return self.narrow_columns(x, out);
        }
        let mut part = vec![Self::IDENTITY; band.len()];
        for block in x.chunks(BLOCK_ROWS * width) {
            part.fill(Self::IDENTITY);
            for row in block.chunks_exact(width) {
                part.iter_mut().zip(&row[band.clone()]).for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
            out.iter_mut().zip(&part).for_each(|(a, &v)| *a = Self::combine(*a, v));
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
                lanes.iter_mut().zip(row).for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
            for lanes in lanes[..line].chunks_exact(width) {
                out.iter_mut().zip(lanes).for_each(|(a, &v)| *a = Self::combine(*a, v));
            }
        }
    }
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
