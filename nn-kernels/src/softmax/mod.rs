//! Softmax over rows of `classes` numbers, its gradient, and the cross-entropies made of it.
//!
//! Everything is computed from x - max x, so nothing overflows. A row of -∞ only has the softmax 0, as Keras's
//! masked `Softmax` layer, and the log-softmax -∞. A NaN makes its row NaN.

mod cross_entropy;

pub use cross_entropy::{
    categorical_cross_entropy, categorical_cross_entropy_gradient, sparse_cross_entropy,
    sparse_cross_entropy_gradient,
};

use super::math::Float;
use super::parallel::{GRAIN, pieces};
use super::reduce::fold::{Combine, Max, Sum};
use super::simd::{self, Level};

/// Elements that go through one pass before the next, so that they stay in the first-level cache and short rows
/// still fill vectors.
const BLOCK: usize = 2048;

/// Elements of whole rows, `count` or a little less, at least one row.
fn whole_rows(count: usize, classes: usize) -> usize {
    classes * (count / classes).max(1)
}

/// The greatest of a row as it can be subtracted: 0 if it is -∞.
#[inline(always)]
fn finite<T: Float>(max: T) -> T {
    if max == T::LOWEST { T::ZERO } else { max }
}

#[inline(always)]
fn shift<T: Float>(row: &[T]) -> T {
    finite(Max.all(row))
}

#[inline(always)]
fn total<T: Float>(row: &[T]) -> T {
    Sum.all(row)
}

/// `e = exp(x - shift)` for rows; `see` gets the number and the shift of each.
#[inline(always)]
fn shifted_exp<T: Float>(x: &[T], e: &mut [T], classes: usize, mut see: impl FnMut(usize, T)) {
    let rows = x.chunks_exact(classes).zip(e.chunks_exact_mut(classes));
    for (row, (x, e)) in rows.enumerate() {
        let shift = shift(x);
        see(row, shift);
        e.iter_mut().zip(x).for_each(|(e, &v)| *e = v - shift);
    }
    e.iter_mut().for_each(|v| *v = Float::exp(*v));
}

/// [`shifted_exp`] with the vectors of a level.
#[inline(never)]
fn exponentials<T: Float>(level: Level, x: &[T], e: &mut [T], classes: usize) {
    simd::run_for::<T, _>(
        level,
        #[inline(always)]
        || shifted_exp(x, e, classes, |_, _| {}),
    );
}

/// The exponentials of every row, and then `finish(x of the row, its exponentials, their sum)`.
fn each_row<T: Float>(
    x: &[T],
    classes: usize,
    out: &mut [T],
    finish: impl Fn(&[T], &mut [T], T) + Sync,
) {
    assert_eq!(x.len(), out.len());
    if x.is_empty() {
        return;
    }
    let level = simd::level();
    pieces(out, whole_rows(GRAIN, classes), &|start, piece| {
        let x = &x[start..start + piece.len()];
        let block = whole_rows(BLOCK, classes);
        for (x, out) in x.chunks(block).zip(piece.chunks_mut(block)) {
            exponentials(level, x, out, classes);
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    for (x, row) in x.chunks_exact(classes).zip(out.chunks_exact_mut(classes)) {
                        let sum = total(row);
                        finish(x, row, sum);
                    }
                },
            );
        }
    });
}

/// `out = exp(x) / Σ exp(x)` for every row.
pub fn softmax<T: Float>(x: &[T], classes: usize, out: &mut [T]) {
    each_row(
        x,
        classes,
        out,
        #[inline(always)]
        |_, row, sum| {
            let scale = if sum == T::ZERO {
                T::ZERO
            } else {
                T::ONE / sum
            };
            row.iter_mut().for_each(|v| *v *= scale);
        },
    );
}

/// `out = x - ln Σ exp(x)` for every row.
pub fn log_softmax<T: Float>(x: &[T], classes: usize, out: &mut [T]) {
    each_row(
        x,
        classes,
        out,
        #[inline(always)]
        |x, row, sum| {
            let log = if sum == T::ZERO {
                T::ZERO
            } else {
                Float::ln(sum)
            };
            // In two steps: the sum of both could lose the logarithm.
            let shift = shift(x);
            row.iter_mut()
                .zip(x)
                .for_each(|(o, &v)| *o = (v - shift) - log);
        },
    );
}

/// The gradient of [`softmax`] from its result `y`: `dx = y (dy - Σ y dy)` for every row.
pub fn softmax_backward<T: Float>(y: &[T], dy: &[T], classes: usize, dx: &mut [T]) {
    assert_eq!((y.len(), dy.len()), (dx.len(), dx.len()));
    if dx.is_empty() {
        return;
    }
    let level = simd::level();
    pieces(dx, whole_rows(GRAIN, classes), &|start, piece| {
        let range = start..start + piece.len();
        let rows = y[range.clone()]
            .chunks_exact(classes)
            .zip(dy[range].chunks_exact(classes));
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for ((y, dy), dx) in rows.zip(piece.chunks_exact_mut(classes)) {
                    let dot = Sum.fold3(y, dy, y, |y, dy, _| y * dy);
                    dx.iter_mut()
                        .zip(y)
                        .zip(dy)
                        .for_each(|((dx, &y), &dy)| *dx = y * (dy - dot));
                }
            },
        );
    });
}

/// The gradient of [`log_softmax`] from its result `y`: `dx = dy - exp(y) Σ dy` for every row.
pub fn log_softmax_backward<T: Float>(y: &[T], dy: &[T], classes: usize, dx: &mut [T]) {
    assert_eq!((y.len(), dy.len()), (dx.len(), dx.len()));
    if dx.is_empty() {
        return;
    }
    let level = simd::level();
    pieces(dx, whole_rows(GRAIN, classes), &|start, piece| {
        let range = start..start + piece.len();
        let (y, dy) = (&y[range.clone()], &dy[range]);
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                piece
                    .iter_mut()
                    .zip(y)
                    .for_each(|(dx, &y)| *dx = Float::exp(y));
                for (dy, dx) in dy
                    .chunks_exact(classes)
                    .zip(piece.chunks_exact_mut(classes))
                {
                    let sum = total(dy);
                    dx.iter_mut()
                        .zip(dy)
                        .for_each(|(dx, &dy)| *dx = dy - *dx * sum);
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    pub(super) const SHAPES: [(usize, usize); 9] = [
        (0, 5),
        (1, 1),
        (1, 2),
        (7, 3),
        (1000, 10),
        (33, 17),
        (130, 1000),
        (3, 5000),
        (2, 40_000),
    ];

    /// (found - expected) of single precision within `relative · |expected| + absolute`.
    pub(super) fn close(found: &[u32], expected: &[f64], relative: f64, absolute: f64, what: &str) {
        assert_eq!(found.len(), expected.len());
        for (&b, &e) in found.iter().zip(expected) {
            let v = f32::from_bits(b) as f64;
            assert!(
                (v - e).abs() <= relative * e.abs() + absolute,
                "{what}: {v} {e}"
            );
        }
    }

    pub(super) fn wide(x: &[f32]) -> Vec<f64> {
        x.iter().map(|&v| v as f64).collect()
    }

    pub(super) fn lse_of(row: &[f64]) -> f64 {
        let max = row.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        max + row.iter().map(|v| (v - max).exp()).sum::<f64>().ln()
    }

    // Logits up to 20 in size carry 20 ε / 2 of rounding into the exponent; exponential, sum and quotient add
    // some ε: 40 ε in all.
    pub(super) const RELATIVE: f64 = 40.0 * f32::EPSILON as f64;

    #[test]
    fn softmaxes_and_gradients_agree_with_plain_loops() {
        for (rows, classes) in SHAPES {
            let n = rows * classes;
            let x: Vec<f32> = random(n, 1).iter().map(|v| v * 20.0).collect();
            let dy = random(n, 2);
            let (x64, dy64) = (wide(&x), wide(&dy));
            let log: Vec<f64> = x64
                .chunks(classes)
                .flat_map(|r| {
                    let lse = lse_of(r);
                    r.iter().map(move |v| v - lse)
                })
                .collect();
            let soft: Vec<f64> = log.iter().map(|v| v.exp()).collect();
            let rounded = |v: &[f64]| v.iter().map(|&v| v as f32).collect::<Vec<_>>();
            let (soft32, log32) = (rounded(&soft), rounded(&log));
            let run = |f: &(dyn Fn(&mut [f32]) + Sync)| {
                same_everywhere(|| {
                    let mut out = vec![f32::NAN; n];
                    f(&mut out);
                    bits(&out)
                })
            };
            close(
                &run(&|out| softmax(&x, classes, out)),
                &soft,
                RELATIVE,
                0.0,
                "softmax",
            );
            close(
                &run(&|out| log_softmax(&x, classes, out)),
                &log,
                RELATIVE,
                RELATIVE,
                "log_softmax",
            );
            let mut expected = Vec::new();
            let mut expected_log = Vec::new();
            for (y, dy) in soft.chunks(classes).zip(dy64.chunks(classes)) {
                let dot: f64 = y.iter().zip(dy).map(|(y, dy)| y * dy).sum();
                let sum: f64 = dy.iter().sum();
                expected.extend(y.iter().zip(dy).map(|(y, dy)| y * (dy - dot)));
                expected_log.extend(y.iter().zip(dy).map(|(y, dy)| dy - y * sum));
            }
            let found = run(&|out| softmax_backward(&soft32, &dy, classes, out));
            close(&found, &expected, RELATIVE, RELATIVE, "softmax_backward");
            // Σ dy has the error of a sum, times a probability of at most 1.
            let absolute = RELATIVE * (1.0 + (classes as f64).sqrt());
            let found = run(&|out| log_softmax_backward(&log32, &dy, classes, out));
            close(
                &found,
                &expected_log,
                RELATIVE,
                absolute,
                "log_softmax_backward",
            );
        }
    }

    #[test]
    fn extreme_rows() {
        let inf = f32::INFINITY;
        let x = [-inf, -inf, -inf, 1000.0, -1000.0, -inf, f32::NAN, 0.0, 0.0];
        let mut out = [f32::NAN; 9];
        softmax(&x, 3, &mut out);
        assert_eq!(out[..6], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        assert!(out[6..].iter().all(|v| v.is_nan()));
        log_softmax(&x, 3, &mut out);
        assert_eq!(out[..6], [-inf, -inf, -inf, 0.0, -2000.0, -inf]);
        assert!(out[6..].iter().all(|v| v.is_nan()));
    }
}
