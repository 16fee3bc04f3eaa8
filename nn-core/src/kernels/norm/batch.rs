//! Batch normalization over the last axis of [rows, channels] (Ioffe and Szegedy 2015, <https://arxiv.org/abs/1502.03167>).

use std::ops::Range;

use super::super::elementwise::pieces;
use super::super::math::Float;
use super::super::parallel::{GRAIN, map_ranges};
use super::super::simd;

/// Elements of one task of a pass that sums over rows.
const TASK: usize = 4 * GRAIN;
/// Rows shorter than this are walked several at a time, as one line.
const LINE: usize = 64;
/// Lines summed in the precision of the data before they go to `f64`. A block of them stays in the second-level
/// cache between the mean and the squares.
const BLOCK: usize = 128;

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

    fn factors(&self) -> Vec<T> {
        self.inv_std
            .iter()
            .zip(self.gamma)
            .map(|(&s, &g)| s * g)
            .collect()
    }
}

/// `values` of the channels, repeated to the length of a line.
fn tile<T: Copy>(values: &[T]) -> Vec<T> {
    values.repeat(LINE.div_ceil(values.len()))
}

/// Adds the sums along a line to those of its channels.
#[inline(always)]
fn gather<T: Float>(line: &[T], channels: &mut [f64]) {
    for row in line.chunks_exact(channels.len()) {
        channels
            .iter_mut()
            .zip(row)
            .for_each(|(a, &v)| *a += v.to_f64());
    }
}

/// Count, means and sums of squared deviations of some rows.
struct Moments {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    /// Two passes over every block, joined by the rule of Chan, Golub and LeVeque (1979).
    #[inline(always)]
    fn of<T: Float>(x: &[T], channels: usize) -> Self {
        let zeros = vec![0.0; channels];
        let mut all = Moments {
            count: 0.0,
            mean: zeros.clone(),
            squares: zeros.clone(),
        };
        let (mut part_mean, mut part_squares) = (zeros.clone(), zeros);
        let mut center = tile(&vec![T::ZERO; channels]);
        let line = center.len();
        let (mut sum, mut squares) = (center.clone(), center.clone());
        for block in x.chunks(BLOCK * line) {
            sum.fill(T::ZERO);
            for row in block.chunks(line) {
                sum.iter_mut().zip(row).for_each(|(a, &v)| *a += v);
            }
            let count = (block.len() / channels) as f64;
            part_mean.fill(0.0);
            gather(&sum, &mut part_mean);
            for row in center.chunks_exact_mut(channels) {
                row.iter_mut()
                    .zip(&part_mean)
                    .for_each(|(c, &m)| *c = T::from_f64(m / count));
            }
            sum.fill(T::ZERO);
            squares.fill(T::ZERO);
            for row in block.chunks(line) {
                for (((s, q), &c), &v) in sum.iter_mut().zip(&mut squares).zip(&center).zip(row) {
                    let d = v - c;
                    *s += d;
                    *q += d * d;
                }
            }
            // The deviations from a rounded mean do not sum to 0: both results are corrected for that.
            part_mean.fill(0.0);
            part_squares.fill(0.0);
            gather(&sum, &mut part_mean);
            gather(&squares, &mut part_squares);
            for ((m, q), &c) in part_mean.iter_mut().zip(&mut part_squares).zip(&center) {
                let off = *m / count;
                *q -= off * *m;
                *m = c.to_f64() + off;
            }
            all.join(count, &part_mean, &part_squares);
        }
        all
    }

    #[inline(always)]
    fn join(&mut self, count: f64, mean: &[f64], squares: &[f64]) {
        let total = self.count + count;
        let share = count / total;
        let weight = self.count * share;
        for (((m, q), &other), &more) in self
            .mean
            .iter_mut()
            .zip(&mut self.squares)
            .zip(mean)
            .zip(squares)
        {
            let delta = other - *m;
            *m += delta * share;
            *q += more + delta * delta * weight;
        }
        self.count = total;
    }
}

/// Mean and biased variance (divided by the number of rows) of every channel, in two passes over blocks that stay
/// in cache, joined in `f64`: sound even where the mean is much larger than the deviation. NaN without rows.
pub fn batch_statistics<T: Float>(x: &[T], mean: &mut [T], variance: &mut [T]) {
    let channels = mean.len();
    assert_eq!(variance.len(), channels);
    if channels == 0 {
        return;
    }
    assert_eq!(x.len() % channels, 0);
    let level = simd::level();
    let task = |rows: Range<usize>| {
        let x = &x[rows.start * channels..rows.end * channels];
        simd::run(
            level,
            #[inline(always)]
            || Moments::of(x, channels),
        )
    };
    let parts = map_ranges(x.len() / channels, TASK.div_ceil(channels), task);
    let Some((first, rest)) = parts.split_first() else {
        mean.fill(T::from_f64(f64::NAN));
        variance.fill(T::from_f64(f64::NAN));
        return;
    };
    let mut all = Moments {
        count: first.count,
        mean: first.mean.clone(),
        squares: first.squares.clone(),
    };
    rest.iter()
        .for_each(|part| all.join(part.count, &part.mean, &part.squares));
    for i in 0..channels {
        mean[i] = T::from_f64(all.mean[i]);
        variance[i] = T::from_f64(all.squares[i] / all.count);
    }
}

/// `y = (x - mean) · inv_std · gamma + beta`, and then max(y, 0) if `relu`.
pub fn batch_normalize<T: Float>(x: &[T], by: &Scaling<T>, relu: bool, y: &mut [T]) {
    assert_eq!(x.len(), y.len());
    if relu {
        normalize::<T, true>(x, by, y)
    } else {
        normalize::<T, false>(x, by, y)
    }
}

fn normalize<T: Float, const RELU: bool>(x: &[T], by: &Scaling<T>, y: &mut [T]) {
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
                        let v = (x[i] - mean[i]) * factor[i] + beta[i];
                        y[i] = if RELU { T::maximum(v, T::ZERO) } else { v };
                    }
                }
            },
        );
    });
    debug_assert_eq!(x.len() % channels, 0);
}

/// The gradient of [`batch_normalize`], whose statistics came from this batch if `batch_statistics`, or else were constant
/// (moving averages). With x̂ = (x - mean) · inv_std, means over the rows, and dy set to 0 where `relu` cut the output:
///
/// dbeta = Σ dy, dgamma = Σ dy x̂, dx = gamma · inv_std · (dy - mean(dy) - x̂ · mean(dy x̂)), and without batch statistics
/// dx = gamma · inv_std · dy.
///
/// Reads `x` and `dy` twice and writes `dx` once: the sums are needed before the first element is known. What `relu`
/// cut is found again from `x`.
#[expect(
    clippy::too_many_arguments,
    reason = "two inputs and three results, one for each gradient"
)]
pub fn batch_backward<T: Float>(
    x: &[T],
    dy: &[T],
    by: &Scaling<T>,
    relu: bool,
    batch_statistics: bool,
    dx: &mut [T],
    dgamma: &mut [T],
    dbeta: &mut [T],
) {
    assert_eq!((x.len(), dy.len()), (dx.len(), dx.len()));
    assert_eq!((dgamma.len(), dbeta.len()), (by.channels(), by.channels()));
    if relu {
        backward::<T, true>(x, dy, by, batch_statistics, dx, dgamma, dbeta);
    } else {
        backward::<T, false>(x, dy, by, batch_statistics, dx, dgamma, dbeta);
    }
}

fn backward<T: Float, const RELU: bool>(
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
                let (mut sums, mut products) = (vec![0.0; channels], vec![0.0; channels]);
                let (mut sum, mut product) = (vec![T::ZERO; line], vec![T::ZERO; line]);
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
                            let open = !RELU || d * factor[i] + beta[i] > T::ZERO;
                            let g = if open { dy[i] } else { T::ZERO };
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
    let (mut sums, mut products) = (vec![0.0; channels], vec![0.0; channels]);
    for (s, p) in &parts {
        sums.iter_mut().zip(s).for_each(|(a, v)| *a += v);
        products.iter_mut().zip(p).for_each(|(a, v)| *a += v);
    }
    let (mut mean_dy, mut slope) = (vec![T::ZERO; channels], vec![T::ZERO; channels]);
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
                        let open = !RELU || d * factor[i] + beta[i] > T::ZERO;
                        let g = if open { dy[i] } else { T::ZERO };
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
    use super::*;

    const SHAPES: [(usize, usize); 9] = [
        (0, 3),
        (1, 1),
        (5, 1),
        (100_000, 1),
        (7, 3),
        (1000, 10),
        (40_000, 3),
        (300, 130),
        (20, 5000),
    ];

    /// Mean and variance in `f64`.
    fn moments(x: &[f32], channels: usize, c: usize) -> (f64, f64) {
        let column = || x.iter().skip(c).step_by(channels).map(|&v| v as f64);
        let n = column().count() as f64;
        let mean = column().sum::<f64>() / n;
        (mean, column().map(|v| (v - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn statistics_agree_with_plain_loops_even_far_from_zero() {
        for (rows, channels) in SHAPES {
            for offset in [0.0, 1000.0, 100_000.0] {
                let x: Vec<f32> = random(rows * channels, 1)
                    .iter()
                    .map(|v| v + offset)
                    .collect();
                let found = same_everywhere(|| {
                    let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
                    batch_statistics(&x, &mut mean, &mut variance);
                    (bits(&mean), bits(&variance))
                });
                for c in 0..channels {
                    let (mean, variance) = moments(&x, channels, c);
                    let (m, v) = (
                        f32::from_bits(found.0[c]) as f64,
                        f32::from_bits(found.1[c]) as f64,
                    );
                    if rows == 0 {
                        assert!(m.is_nan() && v.is_nan());
                        continue;
                    }
                    // Rounding of the results; deviations up to 1 are summed over 128 lines before f64.
                    let epsilon = f32::EPSILON as f64;
                    assert!(
                        (m - mean).abs() <= epsilon * (mean.abs() + 1.0),
                        "{rows} {channels}: {m} {mean}"
                    );
                    assert!(
                        (v - variance).abs() <= 128.0 * epsilon * variance,
                        "{rows} {channels}: {v} {variance}"
                    );
                }
            }
        }
    }

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
            for (relu, batch) in [(false, true), (true, true), (false, false), (true, false)] {
                let (y, dx, dgamma, dbeta) = same_everywhere(|| {
                    let (mut y, mut dx) = (vec![f32::NAN; n], vec![f32::NAN; n]);
                    let (mut dgamma, mut dbeta) =
                        (vec![f32::NAN; channels], vec![f32::NAN; channels]);
                    batch_normalize(&x, &by, relu, &mut y);
                    batch_backward(&x, &dy, &by, relu, batch, &mut dx, &mut dgamma, &mut dbeta);
                    (bits(&y), bits(&dx), bits(&dgamma), bits(&dbeta))
                });
                for c in 0..channels {
                    let [m, s, g, b] = [mean[c], inv_std[c], gamma[c], beta[c]].map(|v| v as f64);
                    let hat = |i: usize| (x[i] as f64 - m) * s;
                    // Where rounding decides the sign, the kernel's own output says which side it took.
                    let open = |i: usize| !relu || f32::from_bits(y[i]) > 0.0;
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
                        let expected = if relu { value.max(0.0) } else { value };
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
    fn nan_stays_in_its_channel() {
        let mut x = random(300, 8);
        x[31] = f32::NAN;
        let (mut mean, mut variance) = ([0.0; 3], [0.0; 3]);
        batch_statistics(&x, &mut mean, &mut variance);
        for c in 0..3 {
            assert_eq!((mean[c].is_nan(), variance[c].is_nan()), (c == 1, c == 1));
        }
        let one = [1.0; 3];
        let by = Scaling {
            mean: &[0.0; 3],
            inv_std: &one,
            gamma: &one,
            beta: &one,
        };
        let mut y = vec![0.0; 300];
        batch_normalize(&x, &by, true, &mut y);
        assert!(y.iter().enumerate().all(|(i, v)| v.is_nan() == (i == 31)));
    }
}
