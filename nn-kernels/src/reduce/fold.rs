//! The loops that reductions are made of, for one thread. All are inlined into [`simd::run`](super::super::simd::run).

use std::ops::Range;

use super::super::math::Number;

/// Numbers that are combined beside each other.
const LANES: usize = 64;
/// Totals of a row of lines.
const QUARTER: usize = LANES / 4;
/// Lines that are combined as a tree before they go into the total.
const TREE: usize = 8;

/// The first half of an array combined with the second; arrays rather than slices stay in registers.
#[inline(always)]
fn halve<A: Copy, const N: usize, const H: usize>(
    a: [A; N],
    combine: impl Fn(A, A) -> A,
) -> [A; H] {
    std::array::from_fn(
        #[inline(always)]
        |i| combine(a[i], a[i + H]),
    )
}

/// An associative and commutative operation with its identity.
///
/// What is combined goes by trees of eight into a total of the type `Total`, which loses nothing to the size of what was combined before: a sum
/// of `f32` is kept in `f64`.
pub(in super::super) trait Combine<T: Copy>: Copy + Send + Sync {
    const IDENTITY: T;
    fn combine(a: T, b: T) -> T;

    /// What many results are combined in.
    type Total: Copy + Send + Sync;
    /// The total of nothing.
    const NOTHING: Self::Total;
    /// The total with one result more.
    fn total(total: Self::Total, v: T) -> Self::Total;
    /// Two totals together.
    fn totals(a: Self::Total, b: Self::Total) -> Self::Total;
    /// A total as a number of the kind that was combined.
    fn rounded(total: Self::Total) -> T;

    /// Eight numbers, combined as a tree: what rounds is three operations deep, and equal numbers add up without rounding.
    #[inline(always)]
    fn tree(v: impl Fn(usize) -> T) -> T {
        let pair = |i| Self::combine(v(i), v(i + 1));
        let four = |i| Self::combine(pair(i), pair(i + 2));
        Self::combine(four(0), four(4))
    }

    /// The totals with one line more, a quarter of it at a time.
    #[inline(always)]
    fn add_line(totals: &mut [Self::Total; QUARTER], line: [T; LANES]) {
        let half: [T; LANES / 2] = halve(line, Self::combine);
        let quarter: [T; QUARTER] = halve(half, Self::combine);
        for i in 0..QUARTER {
            totals[i] = Self::total(totals[i], quarter[i]);
        }
    }

    /// The totals of a line as one.
    #[inline(always)]
    fn together(totals: [Self::Total; QUARTER]) -> Self::Total {
        let totals: [_; 8] = halve(totals, Self::totals);
        let totals: [_; 4] = halve(totals, Self::totals);
        let totals: [_; 2] = halve(totals, Self::totals);
        Self::totals(totals[0], totals[1])
    }

    /// `f` of the elements of three slices of one length, combined.
    #[inline(always)]
    fn fold3<A: Copy>(self, x: &[A], y: &[A], z: &[A], f: impl Fn(A, A, A) -> T) -> T {
        Self::rounded(self.total3(x, y, z, f))
    }

    /// The total of `f` of the elements of three slices of one length. Whole lines are arrays, so that no index in them
    /// needs a check.
    #[inline(always)]
    fn total3<A: Copy>(self, x: &[A], y: &[A], z: &[A], f: impl Fn(A, A, A) -> T) -> Self::Total {
        let n = x.len();
        let (y, z) = (&y[..n], &z[..n]);
        let mut totals = [Self::NOTHING; QUARTER];
        if n < LANES {
            let ((x, x_rest), (y, y_rest), (z, z_rest)) =
                (x.as_chunks::<8>(), y.as_chunks::<8>(), z.as_chunks::<8>());
            for ((x, y), z) in x.iter().zip(y).zip(z) {
                for i in 0..8 {
                    totals[i] = Self::total(totals[i], f(x[i], y[i], z[i]));
                }
            }
            for i in 0..x_rest.len() {
                totals[8] = Self::total(totals[8], f(x_rest[i], y_rest[i], z_rest[i]));
            }
            return Self::together(totals);
        }
        let ((x, x_rest), (y, y_rest), (z, z_rest)) = (
            x.as_chunks::<LANES>(),
            y.as_chunks::<LANES>(),
            z.as_chunks::<LANES>(),
        );
        let ((x, x_lines), (y, y_lines), (z, z_lines)) = (
            x.as_chunks::<TREE>(),
            y.as_chunks::<TREE>(),
            z.as_chunks::<TREE>(),
        );
        for ((x, y), z) in x.iter().zip(y).zip(z) {
            let line = std::array::from_fn(
                #[inline(always)]
                |i| Self::tree(|line| f(x[line][i], y[line][i], z[line][i])),
            );
            Self::add_line(&mut totals, line);
        }
        for ((x, y), z) in x_lines.iter().zip(y_lines).zip(z_lines) {
            let line = std::array::from_fn(
                #[inline(always)]
                |i| f(x[i], y[i], z[i]),
            );
            Self::add_line(&mut totals, line);
        }
        if !x_rest.is_empty() {
            // Not into the lanes: indexed by a variable they would have to live in memory.
            let mut last = [Self::IDENTITY; LANES];
            for (((last, &x), &y), &z) in last.iter_mut().zip(x_rest).zip(y_rest).zip(z_rest) {
                *last = f(x, y, z);
            }
            Self::add_line(&mut totals, last);
        }
        Self::together(totals)
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

    /// The columns `band` of `x`, which has rows of `width`, combined over the rows into `totals`.
    #[inline(always)]
    fn columns(self, x: &[T], width: usize, band: Range<usize>, totals: &mut [Self::Total]) {
        if width < LANES && band.len() == width {
            return self.narrow_columns(x, totals);
        }
        let mut trees = x.chunks_exact(TREE * width);
        for rows in &mut trees {
            let rows: [&[T]; TREE] =
                std::array::from_fn(|row| &rows[row * width..][band.clone()][..totals.len()]);
            for (i, total) in totals.iter_mut().enumerate() {
                *total = Self::total(*total, Self::tree(|row| rows[row][i]));
            }
        }
        for row in trees.remainder().chunks_exact(width) {
            for (total, &v) in totals.iter_mut().zip(&row[band.clone()]) {
                *total = Self::total(*total, v);
            }
        }
    }

    /// The same for short rows: several make a line, and the results of a line are combined at the end.
    #[inline(always)]
    fn narrow_columns(self, x: &[T], totals: &mut [Self::Total]) {
        let width = totals.len();
        let line = LANES / width * width;
        let mut lanes = [Self::NOTHING; LANES];
        let mut trees = x.chunks_exact(TREE * line);
        for rows in &mut trees {
            let rows: [&[T]; TREE] = std::array::from_fn(|row| &rows[row * line..][..line]);
            for (i, lane) in lanes[..line].iter_mut().enumerate() {
                *lane = Self::total(*lane, Self::tree(|row| rows[row][i]));
            }
        }
        for row in trees.remainder().chunks(line) {
            for (lane, &v) in lanes.iter_mut().zip(row) {
                *lane = Self::total(*lane, v);
            }
        }
        for lanes in lanes[..line].chunks_exact(width) {
            for (total, &lane) in totals.iter_mut().zip(lanes) {
                *total = Self::totals(*total, lane);
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

impl<T: Number> Combine<T> for Sum {
    const IDENTITY: T = T::ZERO;

    #[inline(always)]
    fn combine(a: T, b: T) -> T {
        T::sum(a, b)
    }

    type Total = T::Wide;
    const NOTHING: T::Wide = T::WIDE_ZERO;

    #[inline(always)]
    fn total(total: T::Wide, v: T) -> T::Wide {
        T::wide_sum(total, v.widened())
    }

    #[inline(always)]
    fn totals(a: T::Wide, b: T::Wide) -> T::Wide {
        T::wide_sum(a, b)
    }

    #[inline(always)]
    fn rounded(total: T::Wide) -> T {
        T::rounded(total)
    }
}

/// What loses nothing by its size is combined as it is.
macro_rules! plain {
    ($(impl$(<$n:ident: $number:ident>)? Combine<$t:ty> for $name:ty: $identity:expr, $combine:expr;)*) => {$(
        impl$(<$n: $number>)? Combine<$t> for $name {
            const IDENTITY: $t = $identity;

            #[inline(always)]
            fn combine(a: $t, b: $t) -> $t {
                $combine(a, b)
            }

            type Total = $t;
            const NOTHING: $t = $identity;

            #[inline(always)]
            fn total(total: $t, v: $t) -> $t {
                $combine(total, v)
            }

            #[inline(always)]
            fn totals(a: $t, b: $t) -> $t {
                $combine(a, b)
            }

            #[inline(always)]
            fn rounded(total: $t) -> $t {
                total
            }
        }
    )*};
}

plain! {
    impl<T: Number> Combine<T> for Prod: T::ONE, T::product;
    impl<T: Number> Combine<T> for Max: T::LOWEST, T::maximum;
    impl<T: Number> Combine<T> for Min: T::HIGHEST, T::minimum;
    impl Combine<bool> for Any: false, |a, b| a | b;
    impl Combine<bool> for All: true, |a, b| a & b;
}
