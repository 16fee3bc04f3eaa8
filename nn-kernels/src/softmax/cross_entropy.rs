//! Cross-entropy of logits and labels or distributions, with the softmax inside, and its gradient.

use crate::memory;
use std::hint::select_unpredictable as select;

use super::super::elementwise::pieces2;
use super::super::math::Float;
use super::super::parallel::{GRAIN, pieces};
use super::super::reduce::fold::{Combine, Sum};
use super::super::simd::{self, Level};
use super::{BLOCK, finite, shift, shifted_exp, total, whole_rows};

/// Rows that are computed side by side when they are shorter than a vector.
const ROWS: usize = 16;

/// The length from which a row is computed by itself.
const WIDE: usize = 16;

/// The shift of every row and the logarithm of its sum, `ln Σ exp(x - shift)`.
#[inline(never)]
fn logarithms<T: Float>(level: Level, x: &[T], classes: usize, shifts: &mut [T], logs: &mut [T]) {
    simd::run_for::<T, _>(
        level,
        #[inline(always)]
        || {
            sums(x, classes, shifts, logs);
            // All logarithms at once: one row has only one.
            for log in logs {
                *log = Float::ln(*log);
            }
        },
    );
}

/// The shift and `Σ exp(x - shift)` of every row.
#[inline(always)]
fn sums<T: Float>(x: &[T], classes: usize, shifts: &mut [T], sums: &mut [T]) {
    if classes < WIDE {
        for ((x, shifts), sums) in x
            .chunks(ROWS * classes)
            .zip(shifts.chunks_mut(ROWS))
            .zip(sums.chunks_mut(ROWS))
        {
            let [shift, sum] = side_by_side(x, classes);
            shifts.copy_from_slice(&shift[..shifts.len()]);
            sums.copy_from_slice(&sum[..sums.len()]);
        }
        return;
    }
    let block = whole_rows(BLOCK, classes);
    let mut buffer = memory::filled(T::ZERO, block.min(x.len()));
    let rows = block / classes;
    for ((x, shifts), sums) in x
        .chunks(block)
        .zip(shifts.chunks_mut(rows))
        .zip(sums.chunks_mut(rows))
    {
        let e = &mut buffer[..x.len()];
        shifted_exp(x, e, classes, |row, shift| shifts[row] = shift);
        for (sum, e) in sums.iter_mut().zip(e.chunks_exact(classes)) {
            *sum = total(e);
        }
    }
}

/// [`sums`] of up to [`ROWS`] rows, a vector for each class: 10 classes one after another would wait for each other.
#[inline(always)]
fn side_by_side<T: Float>(x: &[T], classes: usize) -> [[T; ROWS]; 2] {
    let mut columns = [[T::ZERO; ROWS]; WIDE];
    for (row, x) in x.chunks_exact(classes).enumerate() {
        for (column, &v) in columns.iter_mut().zip(x) {
            column[row] = v;
        }
    }
    let columns = &columns[..classes];
    let mut shift = [T::LOWEST; ROWS];
    for column in columns {
        for i in 0..ROWS {
            shift[i] = T::maximum(shift[i], column[i]);
        }
    }
    for max in &mut shift {
        *max = finite(*max);
    }
    let mut sum = [T::ZERO; ROWS];
    for column in columns {
        for i in 0..ROWS {
            sum[i] += Float::exp(column[i] - shift[i]);
        }
    }
    [shift, sum]
}

/// For every row `log = ln Σ exp(x - shift)`, where the shift is the greatest of the row, and `loss` from what `target` gives for the row: the dot product of the target
/// distribution with x - shift, and the sum of the distribution.
fn cross_entropy<T: Float>(
    x: &[T],
    classes: usize,
    loss: &mut [T],
    log: &mut [T],
    target: impl Fn(usize, &[T], T) -> (T, T) + Sync,
) {
    assert_eq!(x.len(), loss.len() * classes);
    assert_eq!(log.len(), loss.len());
    if x.is_empty() {
        return;
    }
    let level = simd::level();
    let rows = whole_rows(GRAIN, classes) / classes;
    pieces2((loss, rows), (log, rows), &|task, loss, log| {
        let first = task * rows;
        let x = &x[first * classes..(first + loss.len()) * classes];
        // The shifts wait where the losses will be.
        logarithms(level, x, classes, loss, log);
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for (row, x) in x.chunks_exact(classes).enumerate() {
                    let (dot, weight) = target(first + row, x, loss[row]);
                    loss[row] = log[row] * weight - dot;
                }
            },
        );
    });
}

/// Cross-entropy of logits `x` and one label a row: `log = ln Σ exp(x - max x)`, `loss = log + max x - x[label]`. A label outside
/// `0..classes` makes the loss NaN.
pub fn sparse_cross_entropy<T: Float>(
    x: &[T],
    labels: &[i64],
    classes: usize,
    loss: &mut [T],
    log: &mut [T],
) {
    assert_eq!(labels.len(), loss.len());
    cross_entropy(
        x,
        classes,
        loss,
        log,
        #[inline(always)]
        |row, x, shift| {
            let logit = usize::try_from(labels[row])
                .ok()
                .and_then(|label| x.get(label));
            (logit.map_or(T::from_f64(f64::NAN), |&v| v - shift), T::ONE)
        },
    );
}

/// Cross-entropy of logits `x` and a distribution of targets a row: `loss = Σ target (log + max x - x)`. A class of target 0
/// counts nothing, even with the logit -∞.
pub fn categorical_cross_entropy<T: Float>(
    x: &[T],
    targets: &[T],
    classes: usize,
    loss: &mut [T],
    log: &mut [T],
) {
    assert_eq!(targets.len(), x.len());
    cross_entropy(
        x,
        classes,
        loss,
        log,
        #[inline(always)]
        |row, x, shift| {
            let t = &targets[row * classes..(row + 1) * classes];
            let dot = Sum.fold3(t, x, t, |t, x, _| {
                select(t == T::ZERO, T::ZERO, t * (x - shift))
            });
            (dot, total(t))
        },
    );
}

/// Logarithm below which a probability counts as 0 in a gradient: 1.6e-28 is far below the rounding of the others in its
/// row, which sum up to 1. Products of such numbers soon leave the normal range, where a multiplication takes a hundred
/// times as long, and a network that has learned its batch by heart has many of them.
const NEGLIGIBLE: f64 = -64.0;

/// `p = exp(x - max x - log)` for rows, 0 below [`NEGLIGIBLE`]. The greatest of the row is subtracted by itself: its sum with the logarithm
/// would be rounded to the digits that a large logit has.
#[inline(never)]
fn probabilities<T: Float>(level: Level, x: &[T], logs: &[T], classes: usize, p: &mut [T]) {
    simd::run_for::<T, _>(
        level,
        #[inline(always)]
        || {
            for ((x, p), &log) in x
                .chunks_exact(classes)
                .zip(p.chunks_exact_mut(classes))
                .zip(logs)
            {
                let shift = shift(x);
                p.iter_mut().zip(x).for_each(|(p, &v)| *p = v - shift - log);
            }
            let least = T::from_f64(NEGLIGIBLE);
            p.iter_mut()
                .for_each(|v| *v = select(*v < least, T::ZERO, Float::exp(*v)));
        },
    );
}

/// [`probabilities`] for rows, and then `finish(row, dx of the row)`.
fn cross_entropy_gradient<T: Float>(
    x: &[T],
    log: &[T],
    classes: usize,
    dx: &mut [T],
    finish: impl Fn(usize, &mut [T]) + Sync,
) {
    assert_eq!((x.len(), log.len() * classes), (dx.len(), dx.len()));
    if dx.is_empty() {
        return;
    }
    let level = simd::level();
    pieces(dx, whole_rows(GRAIN, classes), &|start, piece| {
        let first = start / classes;
        let x = &x[start..start + piece.len()];
        probabilities(level, x, &log[first..], classes, piece);
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                piece
                    .chunks_exact_mut(classes)
                    .enumerate()
                    .for_each(|(i, dx)| finish(first + i, dx));
            },
        );
    });
}

/// The gradient of [`sparse_cross_entropy`]: `dx = (softmax(x) - onehot(label)) · scale[row]`; `scale` holds the
/// gradient of each row's loss, or one for all.
pub fn sparse_cross_entropy_gradient<T: Float>(
    x: &[T],
    labels: &[i64],
    log: &[T],
    scale: &[T],
    classes: usize,
    dx: &mut [T],
) {
    assert_eq!(labels.len(), log.len());
    assert!(scale.len() == 1 || scale.len() == log.len());
    cross_entropy_gradient(
        x,
        log,
        classes,
        dx,
        #[inline(always)]
        |row, dx| {
            let scale = if scale.len() == 1 {
                scale[0]
            } else {
                scale[row]
            };
            match usize::try_from(labels[row])
                .ok()
                .filter(|&label| label < classes)
            {
                Some(label) => dx[label] -= T::ONE,
                None => dx.fill(T::from_f64(f64::NAN)),
            }
            dx.iter_mut().for_each(|v| *v *= scale);
        },
    );
}

/// The gradient of [`categorical_cross_entropy`] in the logits: `dx = (softmax(x) Σ target - target) · scale[row]`.
pub fn categorical_cross_entropy_gradient<T: Float>(
    x: &[T],
    targets: &[T],
    log: &[T],
    scale: &[T],
    classes: usize,
    dx: &mut [T],
) {
    assert_eq!(targets.len(), x.len());
    assert!(scale.len() == 1 || scale.len() == log.len());
    cross_entropy_gradient(
        x,
        log,
        classes,
        dx,
        #[inline(always)]
        |row, dx| {
            let scale = if scale.len() == 1 {
                scale[0]
            } else {
                scale[row]
            };
            let t = &targets[row * classes..(row + 1) * classes];
            let weight = total(t);
            dx.iter_mut()
                .zip(t)
                .for_each(|(dx, &t)| *dx = (*dx * weight - t) * scale);
        },
    );
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::super::tests::{RELATIVE, SHAPES, close, lse_of, wide};
    use super::*;

    #[test]
    fn cross_entropies_and_gradients_agree_with_plain_loops() {
        for (rows, classes) in SHAPES {
            let n = rows * classes;
            let x: Vec<f32> = random(n, 3).iter().map(|v| v * 20.0).collect();
            let labels: Vec<i64> = (0..rows).map(|i| (i * 7 % classes) as i64).collect();
            let targets: Vec<f32> = random(n, 4)
                .iter()
                .map(|v| v.max(0.0) / classes as f32)
                .collect();
            let (x64, t64) = (wide(&x), wide(&targets));
            let lse: Vec<f64> = x64.chunks(classes).map(lse_of).collect();
            let greatest = |x: &[f64]| x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            let logs = x64
                .chunks(classes)
                .zip(&lse)
                .map(|(x, lse)| lse - greatest(x));
            let logs: Vec<f64> = logs.collect();
            let log32: Vec<f32> = logs.iter().map(|&v| v as f32).collect();
            for scale in [vec![0.5; 1], random(rows, 5)] {
                let scale_of = |row: usize| scale[if scale.len() == 1 { 0 } else { row }] as f64;
                let (mut loss, mut dense, mut dx, mut dense_dx) = (vec![], vec![], vec![], vec![]);
                for row in 0..rows {
                    let (x, t) = (
                        &x64[row * classes..][..classes],
                        &t64[row * classes..][..classes],
                    );
                    let label = labels[row] as usize;
                    let weight: f64 = t.iter().sum();
                    loss.push(lse[row] - x[label]);
                    dense.push((0..classes).map(|i| t[i] * (lse[row] - x[i])).sum());
                    for i in 0..classes {
                        let y = (x[i] - lse[row]).exp();
                        dx.push((y - (i == label) as u8 as f64) * scale_of(row));
                        dense_dx.push((y * weight - t[i]) * scale_of(row));
                    }
                }
                let found = same_everywhere(|| {
                    let mut out = [
                        vec![f32::NAN; rows],
                        vec![f32::NAN; rows],
                        vec![f32::NAN; rows],
                    ];
                    let [a, b, c] = &mut out;
                    sparse_cross_entropy(&x, &labels, classes, a, c);
                    categorical_cross_entropy(&x, &targets, classes, b, c);
                    let mut grads = [vec![f32::NAN; n], vec![f32::NAN; n]];
                    let [d, e] = &mut grads;
                    sparse_cross_entropy_gradient(&x, &labels, &log32, &scale, classes, d);
                    categorical_cross_entropy_gradient(&x, &targets, &log32, &scale, classes, e);
                    (out.map(|v| bits(&v)), grads.map(|v| bits(&v)))
                });
                close(&found.0[0], &loss, RELATIVE, RELATIVE, "loss");
                close(&found.0[1], &dense, RELATIVE, RELATIVE, "dense loss");
                close(&found.0[2], &logs, RELATIVE, RELATIVE, "log");
                close(&found.1[0], &dx, RELATIVE, RELATIVE, "gradient");
                close(&found.1[1], &dense_dx, RELATIVE, RELATIVE, "dense gradient");
            }
        }
    }

    /// The digits of a gradient do not depend on where the logits lie.
    #[test]
    fn gradients_of_large_logits_keep_their_digits() {
        for at in [0.0_f32, 300.0, 3000.0, 1e6] {
            for classes in [2, 20] {
                let mut x = vec![at - 64.0; classes];
                (x[0], x[1]) = (at, at + 10.0);
                let (mut loss, mut log) = ([0.0], [0.0]);
                sparse_cross_entropy(&x, &[1], classes, &mut loss, &mut log);
                let mut dx = vec![0.0; classes];
                sparse_cross_entropy_gradient(&x, &[1], &log, &[1.0], classes, &mut dx);
                assert!((dx[0] - 4.539_787e-5).abs() < 1e-9, "{dx:?}");
                // A probability next to 1 has so many digits.
                assert!((dx[1] + 4.539_787e-5).abs() < 1e-7, "{dx:?}");
                let mut targets = vec![0.0; classes];
                targets[1] = 1.0;
                let mut dense = vec![0.0; classes];
                let scale = [1.0];
                categorical_cross_entropy_gradient(&x, &targets, &log, &scale, classes, &mut dense);
                assert_eq!(dense, dx);
            }
        }
    }

    #[test]
    fn extreme_rows() {
        let inf = f32::INFINITY;
        let x = [-inf, -inf, -inf, 1000.0, -1000.0, -inf, f32::NAN, 0.0, 0.0];
        let (mut loss, mut log) = ([0.0; 3], [0.0; 3]);
        sparse_cross_entropy(&x, &[0, 1, 2], 3, &mut loss, &mut log);
        assert_eq!((loss[1], log[1]), (2000.0, 0.0));
        assert!(loss[2].is_nan());
        sparse_cross_entropy(&[0.0f32; 9], &[0, 3, -1], 3, &mut loss, &mut log);
        assert!(loss[0] > 0.0 && loss[1].is_nan() && loss[2].is_nan());
        let mut dx = [0.0; 9];
        sparse_cross_entropy_gradient(&[0.0f32; 9], &[0, 3, -1], &log, &[1.0], 3, &mut dx);
        assert!(dx[..3].iter().all(|v| v.is_finite()) && dx[3..].iter().all(|v| v.is_nan()));

        categorical_cross_entropy(
            &[0.0, -inf, 0.0],
            &[1.0, 0.0, 0.0],
            3,
            &mut loss[..1],
            &mut log[..1],
        );
        assert!((loss[0] - 2f32.ln()).abs() <= f32::EPSILON);
    }
}
