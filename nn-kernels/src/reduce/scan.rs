//! Running sums.

use super::super::elementwise::pieces;
use super::super::math::Number;
use super::super::parallel::GRAIN;

/// `out[i] = x[0] + ... + x[i]` along `axis`, or `x[i] + ... + x[n - 1]` if `reverse`, which is its gradient. Added one
/// by one, so the error is at most n ε Σ|x|.
pub fn cumsum<T: Number>(x: &[T], dims: &[usize], axis: usize, out: &mut [T], reverse: bool) {
    let n = dims[axis];
    let inner: usize = dims[axis + 1..].iter().product();
    assert_eq!(
        (x.len(), out.len()),
        (dims.iter().product::<usize>(), x.len())
    );
    if x.is_empty() {
        return;
    }
    let plane = n * inner;
    pieces(out, plane * (GRAIN / plane).max(1), &|start, piece| {
        let x = &x[start..start + piece.len()];
        for (x, out) in x.chunks_exact(plane).zip(piece.chunks_exact_mut(plane)) {
            let mut total = vec![T::ZERO; inner];
            for i in 0..n {
                let at = if reverse { n - 1 - i } else { i } * inner;
                let (x, out) = (&x[at..at + inner], &mut out[at..at + inner]);
                for ((t, &v), o) in total.iter_mut().zip(x).zip(out) {
                    *t = T::sum(*t, v);
                    *o = *t;
                }
            }
        }
    });
}
