//! Batch normalization over the last axis of [rows, channels] (Ioffe and Szegedy 2015, <https://arxiv.org/abs/1502.03167>).

use crate::memory;
use std::ops::Range;

use super::super::math::Float;
use super::super::parallel::{GRAIN, map_ranges, pieces};
use super::super::simd;
use super::moments::{BLOCK, TASK, gather, tile};
use super::rectifier::Rectifier;

/// What becomes of an element x of a channel: (x - mean) · inv_std · gamma + beta. All slices have one element a channel.
#[derive(Debug, Clone, Copy)]
pub struct Scaling<'a, T> {
    /// Mean of the channel.
    pub mean: &'a [T],
    /// 1 / √(variance + epsilon).
    pub inv_std: &'a [T],
    /// Factor after normalization.
    pub gamma: &'a [T],
    /// Summand after normalization.
    pub beta: &'a [T],
}

impl<T: Float> Scaling<'_, T> {
    fn channels(&self) -> usize {
        let n = self.mean.len();
        assert_eq!(
            [self.inv_std.len(), self.gamma.len(), self.beta.len()],
            [n; 3]
        );
        n
    }

    /// `inv_std · gamma`
    pub fn factors(&self) -> Vec<T> {
        self.inv_std
            .iter()
            .zip(self.gamma)
            .map(|(&s, &g)| s * g)
            .collect()
    }
}

/// `(x - mean) · factor + beta`, rectified.
#[inline(always)]
pub fn scaled<T: Float>(x: T, mean: T, factor: T, beta: T, rectifier: Rectifier) -> T {
    rectifier.of((x - mean) * factor + beta)
}

/// `y = (x - mean) · inv_std · gamma + beta`, rectified.
pub fn batch_normalize<T: Float>(x: &[T], by: &Scaling<T>, rectifier: Rectifier, y: &mut [T]) {
    assert_eq!(x.len(), y.len());
    match rectifier {
        Rectifier::None => normalize::<T, 0>(x, by, y),
        Rectifier::Relu => normalize::<T, 1>(x, by, y),
        Rectifier::Relu6 => normalize::<T, 2>(x, by, y),
    }
}

fn normalize<T: Float, const RECTIFIER: u8>(x: &[T], by: &Scaling<T>, y: &mut [T]) {
    let channels = by.channels();
    if y.is_empty() {
        return;
    }
    let (mean, factor, beta) = (tile(by.mean), tile(&by.factors()), tile(by.beta));
    let line = mean.len();
    let level = simd::level();
    pieces(y, line * (GRAIN / line).max(1), &|start, piece| {
        let x = &x[start..start + piece.len()];
        simd::run(
            level,
            #[inline(always)]
            || {
                for (x, y) in x.chunks(line).zip(piece.chunks_mut(line)) {
                    let n = x.len();
                    let (mean, factor, beta, y) =
                        (&mean[..n], &factor[..n], &beta[..n], &mut y[..n]);
                    for i in 0..n {
                        y[i] = scaled(
                            x[i],
                            mean[i],
                            factor[i],
                            beta[i],
                            const { Rectifier::numbered(RECTIFIER) },
                        );
                    }
                }
            },
        );
    });
    debug_assert_eq!(x.len() % channels, 0);
}

/// The gradient of [`batch_normalize`], whose statistics came from this batch if `batch_statistics`, or else were constant
/// (moving averages). With x̂ = (x - mean) · inv_std, means over the rows, and dy what the rectifier lets through of it:
///
/// dbeta = Σ dy, dgamma = Σ dy x̂, dx = gamma · inv_std · (dy - mean(dy) - x̂ · mean(dy x̂)), and without batch statistics
/// dx = gamma · inv_std · dy.
///
/// Reads `x` and `dy` twice and writes `dx` once: the sums are needed before the first element is known. What the
/// rectifier cut is found again from `x`.
#[expect(
    clippy::too_many_arguments,
    reason = "two inputs and three results, one for each gradient"
)]
pub fn batch_backward<T: Float>(
    x: &[T],
    dy: &[T],
    by: &Scaling<T>,
    rectifier: Rectifier,
    batch_statistics: bool,
    dx: &mut [T],
    dgamma: &mut [T],
    dbeta: &mut [T],
) {
    assert_eq!((x.len(), dy.len()), (dx.len(), dx.len()));
    assert_eq!((dgamma.len(), dbeta.len()), (by.channels(), by.channels()));
    let backward = match rectifier {
        Rectifier::None => backward::<T, 0>,
        Rectifier::Relu => backward::<T, 1>,
        Rectifier::Relu6 => backward::<T, 2>,
    };
    backward(x, dy, by, batch_statistics, dx, dgamma, dbeta);
}

/// [`Rectifier::gradient`] of the one with a number: known when the loop is compiled, not looked up for every element.
#[inline(always)]
fn gradient<T: Float, const RECTIFIER: u8>(y: T, dy: T) -> T {
    const { Rectifier::numbered(RECTIFIER) }.gradient(y, dy)
}

fn backward<T: Float, const RECTIFIER: u8>(
    x: &[T],
    dy: &[T],
    by: &Scaling<T>,
    batch_statistics: bool,
    dx: &mut [T],
    dgamma: &mut [T],
    dbeta: &mut [T],
) {
    let channels = by.channels();
    dgamma.fill(T::ZERO);
    dbeta.fill(T::ZERO);
    if x.is_empty() {
        return;
    }
    let rows = x.len() / channels;
    let (mean, factor, beta) = (tile(by.mean), tile(&by.factors()), tile(by.beta));
    let line = mean.len();
    let level = simd::level();

    // Σ dy and Σ dy (x - mean).
    let task = |rows: Range<usize>| {
        let range = rows.start * channels..rows.end * channels;
        let (x, dy) = (&x[range.clone()], &dy[range]);
        simd::run(
            level,
            #[inline(always)]
            || {
                let (mut sums, mut products) =
                    (memory::filled(0.0, channels), memory::filled(0.0, channels));
                let (mut sum, mut product) =
                    (memory::filled(T::ZERO, line), memory::filled(T::ZERO, line));
                for (x, dy) in x.chunks(BLOCK * line).zip(dy.chunks(BLOCK * line)) {
                    sum.fill(T::ZERO);
                    product.fill(T::ZERO);
                    for (x, dy) in x.chunks(line).zip(dy.chunks(line)) {
                        let n = x.len();
                        let (dy, mean, factor, beta) =
                            (&dy[..n], &mean[..n], &factor[..n], &beta[..n]);
                        let (sum, product) = (&mut sum[..n], &mut product[..n]);
                        for i in 0..n {
                            let d = x[i] - mean[i];
                            let g = gradient::<T, RECTIFIER>(d * factor[i] + beta[i], dy[i]);
                            sum[i] += g;
                            product[i] += g * d;
                        }
                    }
                    gather(&sum, &mut sums);
                    gather(&product, &mut products);
                }
                (sums, products)
            },
        )
    };
    let parts = map_ranges(rows, TASK.div_ceil(channels), task);
    let (mut sums, mut products) = (memory::filled(0.0, channels), memory::filled(0.0, channels));
    for (s, p) in &parts {
        sums.iter_mut().zip(s).for_each(|(a, v)| *a += v);
        products.iter_mut().zip(p).for_each(|(a, v)| *a += v);
    }
    let (mut mean_dy, mut slope) = (
        memory::filled(T::ZERO, channels),
        memory::filled(T::ZERO, channels),
    );
    for i in 0..channels {
        let inv_std = by.inv_std[i].to_f64();
        dbeta[i] = T::from_f64(sums[i]);
        dgamma[i] = T::from_f64(products[i] * inv_std);
        if batch_statistics {
            mean_dy[i] = T::from_f64(sums[i] / rows as f64);
            slope[i] = T::from_f64(products[i] * inv_std * inv_std / rows as f64);
        }
    }

    let (mean_dy, slope) = (tile(&mean_dy), tile(&slope));
    pieces(dx, line * (GRAIN / line).max(1), &|start, piece| {
        let range = start..start + piece.len();
        let (x, dy) = (&x[range.clone()], &dy[range]);
        simd::run(
            level,
            #[inline(always)]
            || {
                for ((x, dy), dx) in x
                    .chunks(line)
                    .zip(dy.chunks(line))
                    .zip(piece.chunks_mut(line))
                {
                    let n = x.len();
                    let (dy, mean, factor, beta) = (&dy[..n], &mean[..n], &factor[..n], &beta[..n]);
                    let (mean_dy, slope, dx) = (&mean_dy[..n], &slope[..n], &mut dx[..n]);
                    for i in 0..n {
                        let d = x[i] - mean[i];
                        let g = gradient::<T, RECTIFIER>(d * factor[i] + beta[i], dy[i]);
                        dx[i] = factor[i] * (g - mean_dy[i] - d * slope[i]);
                    }
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::super::moments::tests::SHAPES;
    use super::*;

    #[test]
    fn forward_and_backward_agree_with_plain_loops() {
        for (rows, channels) in SHAPES {
            let n = rows * channels;
            let (x, dy) = (random(n, 2), random(n, 3));
            let [mean, gamma, beta] = [4, 5, 6].map(|seed| random(channels, seed));
            let inv_std: Vec<f32> = random(channels, 7).iter().map(|v| v + 1.5).collect();
            let by = Scaling {
                mean: &mean,
                inv_std: &inv_std,
                gamma: &gamma,
                beta: &beta,
            };
            let rectifiers = [Rectifier::None, Rectifier::Relu, Rectifier::Relu6];
            for (rectifier, batch) in rectifiers.into_iter().flat_map(|r| [(r, true), (r, false)]) {
                let (y, dx, dgamma, dbeta) = same_everywhere(|| {
                    let (mut y, mut dx) = (vec![f32::NAN; n], vec![f32::NAN; n]);
                    let (mut dgamma, mut dbeta) =
                        (vec![f32::NAN; channels], vec![f32::NAN; channels]);
                    batch_normalize(&x, &by, rectifier, &mut y);
                    batch_backward(
                        &x,
                        &dy,
                        &by,
                        rectifier,
                        batch,
                        &mut dx,
                        &mut dgamma,
                        &mut dbeta,
                    );
                    (bits(&y), bits(&dx), bits(&dgamma), bits(&dbeta))
                });
                for c in 0..channels {
                    let [m, s, g, b] = [mean[c], inv_std[c], gamma[c], beta[c]].map(|v| v as f64);
                    let hat = |i: usize| (x[i] as f64 - m) * s;
                    // Where rounding decides the sign, the kernel's own output says which side it took.
                    let open = |i: usize| match rectifier {
                        Rectifier::None => true,
                        Rectifier::Relu => f32::from_bits(y[i]) > 0.0,
                        Rectifier::Relu6 => {
                            (f32::MIN_POSITIVE..6.0).contains(&f32::from_bits(y[i]))
                        }
                    };
                    let up = |i: usize| if open(i) { dy[i] as f64 } else { 0.0 };
                    let column = || (0..rows).map(|r| r * channels + c);
                    let sum: f64 = column().map(up).sum();
                    let product: f64 = column().map(|i| up(i) * hat(i)).sum();
                    // Terms up to 1 and 5, summed over 128 lines before f64; n / 128 results of either sign.
                    let limit = f32::EPSILON as f64 * 5.0 * (128.0 + rows as f64);
                    assert!((f32::from_bits(dbeta[c]) as f64 - sum).abs() <= limit);
                    assert!((f32::from_bits(dgamma[c]) as f64 - product).abs() <= limit);
                    for i in column() {
                        let value = hat(i) * g + b;
                        let expected = rectifier.of(value);
                        // A handful of roundings of terms up to 6.
                        let tolerance = 8.0 * f32::EPSILON as f64 * 6.0;
                        assert!((f32::from_bits(y[i]) as f64 - expected).abs() <= tolerance);
                        let (d, p) = if batch { (sum, product) } else { (0.0, 0.0) };
                        let expected = g * s * (up(i) - d / rows as f64 - hat(i) * p / rows as f64);
                        let tolerance = 8.0 * tolerance + 13.0 * limit / rows as f64;
                        assert!(
                            (f32::from_bits(dx[i]) as f64 - expected).abs() <= tolerance,
                            "{rows} {channels}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nan_stays_nan_behind_the_rectifier() {
        let mut x = random(300, 8);
        x[31] = f32::NAN;
        let one = [1.0; 3];
        let by = Scaling {
            mean: &[0.0; 3],
            inv_std: &one,
            gamma: &one,
            beta: &one,
        };
        let mut y = vec![0.0; 300];
        batch_normalize(&x, &by, Rectifier::Relu6, &mut y);
        assert!(y.iter().enumerate().all(|(i, v)| v.is_nan() == (i == 31)));
    }
}
