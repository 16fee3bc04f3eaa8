//! Running sums.

use super::super::elementwise::{elements, pieces};
use super::super::math::Number;
use super::super::parallel::GRAIN;
use crate::memory;

/// Numbers with a running sum.
pub trait Summed: Number {
    /// What the sum is kept in: numbers of twice as many digits where there are some, so that the sum of millions of small ones is
    /// theirs and not that of their roundings.
    type Sum: Copy + Default;
    /// The sum with one number more.
    fn add(sum: Self::Sum, v: Self) -> Self::Sum;
    /// The sum as a number of its own kind.
    fn rounded(sum: Self::Sum) -> Self;
}

macro_rules! summed {
    ($($t:ty as $sum:ty: $add:expr),*) => {$(
        impl Summed for $t {
            type Sum = $sum;
            #[inline(always)]
            fn add(sum: $sum, v: $t) -> $sum {
                $add(sum, v as $sum)
            }
            #[inline(always)]
            fn rounded(sum: $sum) -> $t {
                sum as $t
            }
        }
    )*};
}
summed!(f32 as f64: |a, b| a + b, f64 as f64: |a, b| a + b, i64 as i64: i64::wrapping_add);

/// `out[i] = x[0] + ... + x[i]` along `axis`, or `x[i] + ... + x[n - 1]` if `reverse`, which is its gradient. Added one
/// by one: of `f32` the error is half a unit in the last place of `out` up to 2²⁹ numbers of one sign, of `f64` at most n ε Σ|x|.
pub fn cumsum<T: Summed>(x: &[T], dims: &[usize], axis: usize, out: &mut [T], reverse: bool) {
    let n = dims[axis];
    assert_eq!((x.len(), out.len()), (elements(dims), x.len()));
    if x.is_empty() {
        return;
    }
    let inner = elements(&dims[axis + 1..]);
    let plane = n * inner;
    pieces(out, plane * (GRAIN / plane).max(1), &|start, piece| {
        let x = &x[start..start + piece.len()];
        for (x, out) in x.chunks_exact(plane).zip(piece.chunks_exact_mut(plane)) {
            let mut total = memory::filled(T::Sum::default(), inner);
            for i in 0..n {
                let at = if reverse { n - 1 - i } else { i } * inner;
                let (x, out) = (&x[at..at + inner], &mut out[at..at + inner]);
                for ((t, &v), o) in total.iter_mut().zip(x).zip(out) {
                    *t = T::add(*t, v);
                    *o = T::rounded(*t);
                }
            }
        }
    });
}
