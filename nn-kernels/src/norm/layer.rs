//! Layer normalization over the rows of [rows, features] (Ba, Kiros and Hinton 2016, <https://arxiv.org/abs/1607.06450>).

use super::super::math::Float;
use super::super::parallel::{GRAIN, pieces};
use super::super::reduce::fold::{Combine, Sum};
use super::super::simd;
use crate::memory;

/// Rows whose gradients are summed in the precision of the data.
const BLOCK_ROWS: usize = 64;

/// Rows of one task.
fn rows_of_task(features: usize) -> usize {
    (GRAIN / features).max(1)
}

/// For every row `mean`, `inv_std = 1 / √(biased variance + epsilon)` and
/// `y = (x - mean) · inv_std · gamma + beta`. `gamma` and `beta` are `[features]`, `mean` and `inv_std` `[rows]`.
pub fn layer_normalize<T: Float>(
    x: &[T],
    gamma: &[T],
    beta: &[T],
    epsilon: f64,
    y: &mut [T],
    mean: &mut [T],
    inv_std: &mut [T],
) {
    let features = gamma.len();
    assert_eq!((x.len(), beta.len()), (y.len(), features));
    assert_eq!(
        (mean.len() * features, inv_std.len()),
        (x.len(), mean.len())
    );
    if x.is_empty() {
        return;
    }
    let rows = rows_of_task(features);
    let size = T::from_f64(features as f64);
    let epsilon = T::from_f64(epsilon);
    let level = simd::level();
    let mut tasks: Vec<_> = x
        .chunks(rows * features)
        .zip(y.chunks_mut(rows * features))
        .zip(mean.chunks_mut(rows).zip(inv_std.chunks_mut(rows)))
        .collect();
    pieces(&mut tasks, 1, &|_, tasks| {
        let ((x, y), (mean, inv_std)) = &mut tasks[0];
        simd::run(
            level,
            #[inline(always)]
            || {
                for (row, (x, y)) in x
                    .chunks_exact(features)
                    .zip(y.chunks_exact_mut(features))
                    .enumerate()
                {
                    let m = Sum.all(x) / size;
                    let variance = Sum.fold(x, |v| (v - m) * (v - m)) / size;
                    let s = T::ONE / (variance + epsilon).sqrt();
                    (mean[row], inv_std[row]) = (m, s);
                    for (((y, &v), &g), &b) in y.iter_mut().zip(x).zip(gamma).zip(beta) {
                        *y = (v - m) * s * g + b;
                    }
                }
            },
        );
    });
}

/// The gradient of [`layer_normalize`] from its statistics. With x̂ = (x - mean) · inv_std, g = dy · gamma and means over
/// the row: dx = inv_std · (g - mean(g) - x̂ · mean(g x̂)), dgamma = Σ dy x̂ and dbeta = Σ dy over the rows. Reads each
/// input once.
#[expect(
    clippy::too_many_arguments,
    reason = "what the forward pass left, and three results, one for each gradient"
)]
pub fn layer_backward<T: Float>(
    x: &[T],
    dy: &[T],
    mean: &[T],
    inv_std: &[T],
    gamma: &[T],
    dx: &mut [T],
    dgamma: &mut [T],
    dbeta: &mut [T],
) {
    let features = gamma.len();
    assert_eq!((x.len(), dy.len()), (dx.len(), dx.len()));
    assert_eq!(
        (mean.len() * features, inv_std.len()),
        (x.len(), mean.len())
    );
    assert_eq!((dgamma.len(), dbeta.len()), (features, features));
    if x.is_empty() {
        dgamma.fill(T::ZERO);
        dbeta.fill(T::ZERO);
        return;
    }
    let rows = rows_of_task(features);
    let size = T::from_f64(features as f64);
    let level = simd::level();
    // dgamma and dbeta of every block of rows of every task: added to one sum row after row, they would be lost beside it.
    let blocks = rows.min(mean.len()).div_ceil(BLOCK_ROWS);
    let mut parts = memory::filled(T::ZERO, mean.len().div_ceil(rows) * blocks * 2 * features);
    let mut tasks: Vec<_> = dx
        .chunks_mut(rows * features)
        .zip(parts.chunks_exact_mut(blocks * 2 * features))
        .collect();
    pieces(&mut tasks, 1, &|task, tasks| {
        let (dx, parts) = &mut tasks[0];
        let range = task * rows * features..task * rows * features + dx.len();
        let (x, dy) = (&x[range.clone()], &dy[range]);
        let statistics = mean[task * rows..].iter().zip(&inv_std[task * rows..]);
        simd::run(
            level,
            #[inline(always)]
            || {
                let inputs = x.chunks_exact(features).zip(dy.chunks_exact(features));
                let rows = inputs.zip(dx.chunks_exact_mut(features)).zip(statistics);
                for (row, (((x, dy), dx), (&m, &s))) in rows.enumerate() {
                    let part = &mut parts[row / BLOCK_ROWS * 2 * features..][..2 * features];
                    let (dgamma, dbeta) = part.split_at_mut(features);
                    let mean_g = Sum.fold3(dy, gamma, x, |dy, g, _| dy * g) / size;
                    let mean_product =
                        Sum.fold3(dy, gamma, x, |dy, g, x| dy * g * ((x - m) * s)) / size;
                    // Two loops: with more slices at once the compiler gives up proving that they do not overlap.
                    for (((dx, &x), &dy), &g) in dx.iter_mut().zip(x).zip(dy).zip(gamma) {
                        *dx = s * (dy * g - mean_g - (x - m) * s * mean_product);
                    }
                    for (((dgamma, dbeta), &x), &dy) in
                        dgamma.iter_mut().zip(dbeta.iter_mut()).zip(x).zip(dy)
                    {
                        *dgamma += dy * ((x - m) * s);
                        *dbeta += dy;
                    }
                }
            },
        );
    });
    let mut totals = memory::filled(T::WIDE_ZERO, 2 * features);
    Sum.columns(&parts, 2 * features, 0..2 * features, &mut totals);
    for (sum, &total) in dgamma.iter_mut().chain(dbeta).zip(&totals) {
        *sum = T::rounded(total);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    #[test]
    fn forward_and_backward_agree_with_plain_loops() {
        for (rows, features) in [(0, 3), (1, 1), (7, 3), (1000, 10), (500, 130), (3, 20_000)] {
            let n = rows * features;
            let (x, dy) = (random(n, 1), random(n, 2));
            let (gamma, beta) = (random(features, 3), random(features, 4));
            // Large enough that rows of one element, whose variance is 0, do not blow up.
            let epsilon = 1e-3;
            let (y, dx, dgamma, dbeta) = same_everywhere(|| {
                let (mut y, mut dx) = (vec![f32::NAN; n], vec![f32::NAN; n]);
                let (mut mean, mut inv_std) = (vec![f32::NAN; rows], vec![f32::NAN; rows]);
                let (mut dgamma, mut dbeta) = (vec![f32::NAN; features], vec![f32::NAN; features]);
                layer_normalize(&x, &gamma, &beta, epsilon, &mut y, &mut mean, &mut inv_std);
                layer_backward(
                    &x,
                    &dy,
                    &mean,
                    &inv_std,
                    &gamma,
                    &mut dx,
                    &mut dgamma,
                    &mut dbeta,
                );
                (bits(&y), bits(&dx), bits(&dgamma), bits(&dbeta))
            });
            let (mut gamma_sum, mut beta_sum) = (vec![0.0; features], vec![0.0; features]);
            // Sums of up to 86 roundings, scaled by 1 / √(variance + epsilon) ≤ 32 in rows of one or few elements.
            let limit = 86.0 * 32.0 * f32::EPSILON as f64;
            for row in 0..rows {
                let at = row * features..(row + 1) * features;
                let x: Vec<f64> = x[at.clone()].iter().map(|&v| v as f64).collect();
                let dy: Vec<f64> = dy[at.clone()].iter().map(|&v| v as f64).collect();
                let size = features as f64;
                let mean = x.iter().sum::<f64>() / size;
                let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / size;
                let s = 1.0 / (variance + epsilon).sqrt();
                let hat: Vec<f64> = x.iter().map(|v| (v - mean) * s).collect();
                let g: Vec<f64> = dy.iter().zip(&gamma).map(|(d, &g)| d * g as f64).collect();
                let mean_g = g.iter().sum::<f64>() / size;
                let mean_product = g.iter().zip(&hat).map(|(g, h)| g * h).sum::<f64>() / size;
                for i in 0..features {
                    let found = f32::from_bits(y[at.start + i]) as f64;
                    assert!((found - (hat[i] * gamma[i] as f64 + beta[i] as f64)).abs() <= limit);
                    let found = f32::from_bits(dx[at.start + i]) as f64;
                    assert!(
                        (found - s * (g[i] - mean_g - hat[i] * mean_product)).abs()
                            <= limit * s.max(1.0)
                    );
                    gamma_sum[i] += dy[i] * hat[i];
                    beta_sum[i] += dy[i];
                }
            }
            for i in 0..features {
                let limit = limit * (1.0 + rows as f64 / 86.0);
                assert!((f32::from_bits(dgamma[i]) as f64 - gamma_sum[i]).abs() <= limit);
                assert!((f32::from_bits(dbeta[i]) as f64 - beta_sum[i]).abs() <= limit);
            }
        }
    }

    #[test]
    fn gradients_of_many_rows_are_not_lost() {
        for (rows, features) in [(300_000, 1), (100_000, 4), (5_000, 100)] {
            let n = rows * features;
            let (x, dy) = (random(n, 1), vec![0.1_f32; n]);
            let (mean, inv_std) = (vec![0.0; rows], vec![1.0; rows]);
            let (mut dx, mut dgamma) = (vec![0.0; n], vec![0.0; features]);
            let mut dbeta = vec![0.0; features];
            layer_backward(
                &x,
                &dy,
                &mean,
                &inv_std,
                &vec![1.0; features],
                &mut dx,
                &mut dgamma,
                &mut dbeta,
            );
            let expected = f64::from(0.1_f32) * rows as f64;
            for found in dbeta {
                let off = (f64::from(found) - expected).abs() / expected;
                assert!(off < 1e-5, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn nan_stays_in_its_row() {
        let mut x = random(40, 5);
        x[13] = f32::NAN;
        let (mut y, mut mean, mut inv_std) = (vec![0.0; 40], vec![0.0; 4], vec![0.0; 4]);
        layer_normalize(
            &x,
            &[1.0; 10],
            &[0.0; 10],
            1e-3,
            &mut y,
            &mut mean,
            &mut inv_std,
        );
        assert!(
            y.iter()
                .enumerate()
                .all(|(i, v)| v.is_nan() == (i / 10 == 1))
        );
    }
}
