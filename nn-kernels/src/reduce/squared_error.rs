//! The mean of squared differences of rows, and its gradient.

use super::super::elementwise::{Each, zip};
use super::super::math::Float;
use super::super::parallel::{GRAIN, pieces};
use super::super::simd;
use super::fold::{Combine, Sum};
use super::{TASK, whole};

/// For every row of `n` numbers `out = Σ (x - y)² / n`; NaN of rows of nothing.
pub fn mean_squared_error<T: Float>(x: &[T], y: &[T], n: usize, out: &mut [T]) {
    assert_eq!((x.len(), y.len()), (out.len() * n, out.len() * n));
    if n == 1 {
        return zip(x, y, out, &Each::<_, false>(|x: T, y: T| (x - y) * (x - y)));
    }
    let count = T::from_f64(n as f64);
    if n > TASK {
        let rows = x.chunks_exact(n).zip(y.chunks_exact(n));
        for (mean, (x, y)) in out.iter_mut().zip(rows) {
            *mean = whole(Sum, x, y, |x, y| (x - y) * (x - y)) / count;
        }
        return;
    }
    let level = simd::level();
    pieces(out, (GRAIN / n.max(1)).max(1), &|start, piece| {
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for (row, mean) in (start..).zip(piece.iter_mut()) {
                    let row = row * n..(row + 1) * n;
                    let (x, y) = (&x[row.clone()], &y[row]);
                    let sum = Sum.fold3(
                        x,
                        y,
                        x,
                        #[inline(always)]
                        |x, y, _| (x - y) * (x - y),
                    );
                    *mean = sum / count;
                }
            },
        );
    });
}

/// For every row of n numbers, one for each scale, `out = 2/n · scale (x - y)`.
pub fn mean_squared_error_gradient<T: Float>(x: &[T], y: &[T], scale: &[T], out: &mut [T]) {
    assert_eq!((x.len(), y.len()), (out.len(), out.len()));
    if out.is_empty() {
        return;
    }
    let n = out.len() / scale.len();
    assert_eq!(scale.len() * n, out.len());
    let twice = T::from_f64(2.0 / n as f64);
    if scale.len() == 1 {
        let scale = scale[0] * twice;
        return zip(
            x,
            y,
            out,
            &Each::<_, false>(move |x: T, y: T| (x - y) * scale),
        );
    }
    pieces(out, (GRAIN / n).max(1) * n, &|start, piece| {
        let range = start..start + piece.len();
        let (x, y, scale) = (&x[range.clone()], &y[range], &scale[start / n..]);
        if n == 1 {
            // A loop over rows of one is no loop that vectors speed up.
            for (((out, &x), &y), &scale) in piece.iter_mut().zip(x).zip(y).zip(scale) {
                *out = (x - y) * (scale * twice);
            }
            return;
        }
        let rows = x.chunks_exact(n).zip(y.chunks_exact(n)).zip(scale);
        for (out, ((x, y), &scale)) in piece.chunks_exact_mut(n).zip(rows) {
            let scale = scale * twice;
            for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *out = (x - y) * scale;
            }
        }
    });
}
