//! Lamb.

use super::super::math::Float;
use super::super::simd;
use super::{BLOCK, power, update};

/// Lamb (You et al. 2019, <https://arxiv.org/abs/1904.00962>): Adam with steps as long as each parameter is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lamb {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    pub beta_2: f64,
    /// Added to the root of the second mean.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
    /// Number of this step, from 1.
    pub step: u64,
}

/// One step of [`Lamb`]: `m += (g - m)(1 - β₁)`, `v += (g² - v)(1 - β₂)`, `u = (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)`,
/// `p -= lr · u · ‖p‖ / ‖u‖`; the ratio of norms is 1 where one of them is 0. Norms are summed in `f64` in a fixed order.
pub fn lamb<T: Float>(by: &Lamb, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let [lr, epsilon, decay] = [by.learning_rate, by.epsilon, by.weight_decay].map(T::from_f64);
    let [rest_1, rest_2] = [1.0 - by.beta_1, 1.0 - by.beta_2].map(T::from_f64);
    let corrections = [by.beta_1, by.beta_2].map(|beta| T::from_f64(1.0 - power(beta, by.step)));
    let adam = move |m: T, v: T| (m / corrections[0]) / (Float::sqrt(v / corrections[1]) + epsilon);
    update(p, g, [&mut *m, &mut *v], |p, g, [m, v]| {
        let m = m + (g - m) * rest_1;
        let v = v + (g * g - v) * rest_2;
        (p - p * decay * lr, [m, v])
    });
    let length = norm(p.len(), |i| p[i]);
    let step = norm(p.len(), |i| adam(m[i], v[i]));
    let ratio = match length > 0.0 && step > 0.0 {
        true => length / step,
        // NaN shows in every number.
        false => 1.0 + 0.0 * (length + step),
    };
    let rate = T::from_f64(ratio * by.learning_rate);
    // The second mean stands in the place of the gradient, which it is not needed with any more.
    update(p, v, [m], |p, v, [m]| (p - rate * adam(m, v), [m]));
}

/// `√Σx²`, each of [`BLOCK`] sums taking every so many numbers: the same bits however many threads there are.
fn norm<T: Float>(n: usize, at: impl Fn(usize) -> T) -> f64 {
    let mut sums = [0.0; BLOCK];
    simd::run(
        simd::level(),
        #[inline(always)]
        || {
            let whole = n / BLOCK * BLOCK;
            for start in (0..whole).step_by(BLOCK) {
                for (k, sum) in sums.iter_mut().enumerate() {
                    let x = at(start + k).to_f64();
                    *sum += x * x;
                }
            }
            for i in whole..n {
                let x = at(i).to_f64();
                sums[i - whole] += x * x;
            }
        },
    );
    sums.iter().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    const BY: Lamb = Lamb {
        learning_rate: 0.1,
        beta_1: 0.9,
        beta_2: 0.99,
        epsilon: 1e-3,
        weight_decay: 0.01,
        step: 3,
    };

    #[test]
    fn lamb_agrees_with_keras_formula() {
        for n in [1, 37, 5000] {
            let (p, g, m) = (random(n, 1), random(n, 2), random(n, 3));
            let v: Vec<f32> = random(n, 4).iter().map(|v| v * v + 0.5).collect();
            let found = same_everywhere(|| {
                let (mut p, mut m, mut v) = (p.clone(), m.clone(), v.clone());
                lamb(&BY, &mut p, &g, &mut m, &mut v);
                [p, m, v].map(|x| bits(&x))
            });
            let decayed = |i: usize| f64::from(p[i]) * 0.999;
            let step = |i: usize| {
                let (g, m, v) = (f64::from(g[i]), f64::from(m[i]), f64::from(v[i]));
                let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
                m / (1.0 - 0.9_f64.powi(3)) / ((v / (1.0 - 0.99_f64.powi(3))).sqrt() + 1e-3)
            };
            let norm = |f: &dyn Fn(usize) -> f64| (0..n).map(|i| f(i) * f(i)).sum::<f64>().sqrt();
            let ratio = norm(&decayed) / norm(&step);
            for i in 0..n {
                let (found, expected) = (
                    f64::from(f32::from_bits(found[0][i])),
                    decayed(i) - 0.1 * ratio * step(i),
                );
                // A handful of roundings of numbers of size 1.
                assert!(
                    (found - expected).abs() <= 8.0 * f64::from(f32::EPSILON),
                    "{n} at {i}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn a_parameter_of_zeros_moves_by_the_learning_rate() {
        let (mut p, mut m, mut v) = ([0.0_f32; 2], [0.0; 2], [0.0; 2]);
        lamb(&BY, &mut p, &[2.0, 0.0], &mut m, &mut v);
        assert!(p[0] < 0.0 && p[1] == 0.0);
        lamb(&BY, &mut p, &[f32::NAN, 0.0], &mut m, &mut v);
        assert!(p[0].is_nan());
    }
}
