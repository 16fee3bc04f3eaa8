//! Means and variances of the columns of [rows, channels].

use crate::memory;
use std::ops::Range;

use super::super::math::Float;
use super::super::parallel::{GRAIN, map_ranges};
use super::super::simd;

/// Elements of one task of a pass that sums over rows.
pub(super) const TASK: usize = 4 * GRAIN;
/// Rows shorter than this are walked several at a time, as one line.
const LINE: usize = 64;
/// Lines summed in the precision of the data before they go to `f64`.
pub(super) const BLOCK: usize = 128;

/// `values` of the channels, repeated to the length of a line.
pub(in super::super) fn tile<T: Copy>(values: &[T]) -> Vec<T> {
    values.repeat(LINE.div_ceil(values.len()))
}

/// Adds the sums along a line to those of its channels.
#[inline(always)]
pub(super) fn gather<T: Float>(line: &[T], channels: &mut [f64]) {
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
    /// Sums of deviations from a center, block by block, joined by the rule of Chan, Golub and LeVeque (1979). The center is the
    /// mean of the first block, which is read twice for it, and then that of all before. A block whose mean is far from it loses
    /// digits of its squares, but none that count beside what the distance adds to the squares of all.
    #[inline(always)]
    fn of<T: Float>(x: &[T], channels: usize) -> Self {
        let zeros = || memory::filled(0.0, channels);
        let mut all = Moments {
            count: 0.0,
            mean: zeros(),
            squares: zeros(),
        };
        let (mut part_mean, mut part_squares) = (zeros(), zeros());
        let mut center = tile(&memory::filled(T::ZERO, channels));
        let line = center.len();
        let (mut sum, mut squares) = (center.clone(), center.clone());
        for block in x.chunks(BLOCK * line) {
            let count = (block.len() / channels) as f64;
            if all.count == 0.0 {
                sum.fill(T::ZERO);
                for row in block.chunks(line) {
                    sum.iter_mut().zip(row).for_each(|(a, &v)| *a += v);
                }
                gather(&sum, &mut all.mean);
                all.mean.iter_mut().for_each(|m| *m /= count);
            }
            for row in center.chunks_exact_mut(channels) {
                row.iter_mut()
                    .zip(&all.mean)
                    .for_each(|(c, &m)| *c = T::from_f64(m));
            }
            sum.fill(T::ZERO);
            squares.fill(T::ZERO);
            deviations(block, &center, &mut sum, &mut squares);
            // The deviations from the center do not sum to 0: both results are corrected for that.
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

/// Adds the deviations from `center` along a line to `sum`, and their squares to `squares`.
#[inline(always)]
fn deviations<T: Float>(block: &[T], center: &[T], sum: &mut [T], squares: &mut [T]) {
    let line = center.len();
    let (sum, squares) = (&mut sum[..line], &mut squares[..line]);
    let fours = block.chunks_exact(4 * line);
    let rest = fours.remainder();
    // Four lines at a time: the sums are read and written less often.
    for lines in fours {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| &lines[i * line..][..line]);
        for i in 0..line {
            let m = center[i];
            let (a, b, c, d) = (a[i] - m, b[i] - m, c[i] - m, d[i] - m);
            sum[i] += (a + b) + (c + d);
            squares[i] += (a * a + b * b) + (c * c + d * d);
        }
    }
    for row in rest.chunks(line) {
        for (((s, q), &c), &v) in sum.iter_mut().zip(&mut *squares).zip(center).zip(row) {
            let d = v - c;
            *s += d;
            *q += d * d;
        }
    }
}

/// Mean and biased variance (divided by the number of rows) of every channel, from deviations in the precision of the data, joined in
/// `f64`: sound even where the mean is much larger than the deviation. NaN without rows.
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
    let mut parts = map_ranges(x.len() / channels, TASK.div_ceil(channels), task).into_iter();
    let Some(mut all) = parts.next() else {
        mean.fill(T::from_f64(f64::NAN));
        variance.fill(T::from_f64(f64::NAN));
        return;
    };
    parts.for_each(|part| all.join(part.count, &part.mean, &part.squares));
    for i in 0..channels {
        mean[i] = T::from_f64(all.mean[i]);
        variance[i] = T::from_f64(all.squares[i] / all.count);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    pub(in super::super) const SHAPES: [(usize, usize); 9] = [
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
            // Far from zero; and rows whose mean drifts away from that of the first, or leaps.
            for (offset, drift, leap) in [
                (0.0, 0.0, 0.0),
                (1000.0, 0.0, 0.0),
                (100_000.0, 0.0, 0.0),
                (0.0, 1000.0, 0.0),
                (0.0, 0.0, 1000.0),
            ] {
                let x: Vec<f32> = random(rows * channels, 1)
                    .iter()
                    .enumerate()
                    .map(|(i, v)| {
                        let share = i as f32 / (rows * channels) as f32;
                        v + offset + drift * share + if share > 0.6 { leap } else { 0.0 }
                    })
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
                    // Rounding of the results; deviations up to `spread` are summed over 128 lines before f64.
                    let spread = 1.0 + drift as f64 + leap as f64;
                    let epsilon = f32::EPSILON as f64;
                    assert!(
                        (m - mean).abs() <= epsilon * (mean.abs() + spread),
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
    fn nan_stays_in_its_channel() {
        let mut x = random(300, 8);
        x[31] = f32::NAN;
        let (mut mean, mut variance) = ([0.0; 3], [0.0; 3]);
        batch_statistics(&x, &mut mean, &mut variance);
        for c in 0..3 {
            assert_eq!((mean[c].is_nan(), variance[c].is_nan()), (c == 1, c == 1));
        }
    }
}
