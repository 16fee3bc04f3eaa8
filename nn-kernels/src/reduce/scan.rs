//! Running sums.

use super::super::elementwise::elements;
use super::super::math::Number;
use super::super::parallel::{GRAIN, pieces};
use crate::memory;

/// `out[i] = x[0] + ... + x[i]` along `axis`, or `x[i] + ... + x[n - 1]` if `reverse`, which is its gradient. Added one
/// by one: of `f32` the error is half a unit in the last place of `out` up to 2²⁹ numbers of one sign, of `f64` at most n ε Σ|x|.
pub fn cumsum<T: Number>(x: &[T], dims: &[usize], axis: usize, out: &mut [T], reverse: bool) {
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
            let mut total = memory::filled(T::WIDE_ZERO, inner);
            for i in 0..n {
                let at = if reverse { n - 1 - i } else { i } * inner;
                let (x, out) = (&x[at..at + inner], &mut out[at..at + inner]);
                for ((t, &v), o) in total.iter_mut().zip(x).zip(out) {
                    *t = T::wide_sum(*t, v.widened());
                    *o = T::rounded(*t);
                }
            }
        }
    });
}
