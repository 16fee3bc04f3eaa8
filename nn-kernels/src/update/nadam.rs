//! Nadam.

use super::super::math::Float;
use super::{power, update};

/// Nadam (Dozat 2015, <https://cs229.stanford.edu/proj2015/054_report.pdf>): Adam with Nesterov's momentum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nadam {
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

/// How fast the momentum approaches `beta_1`: `uᵢ = β₁ (1 - ½ · 0.96ⁱ)`.
const WARM_UP: f64 = 0.96;

impl Nadam {
    fn momentum(&self, step: u64) -> f64 {
        self.beta_1 * (1.0 - 0.5 * power(WARM_UP, step))
    }

    /// `u₁ u₂ … uₜ`, without going through the steps: the logarithm of each factor `1 - ½ qⁱ` is a series in its powers, and those of all
    /// steps together are geometric series.
    fn product_of_momenta(&self) -> f64 {
        let (q, q_t) = (WARM_UP, power(WARM_UP, self.step));
        let (mut half, mut q_k, mut q_kt, mut log) = (1.0, 1.0, 1.0, 0.0);
        // 2⁻⁵³ of the first term is left after so many.
        for k in 1..=53 {
            half *= 0.5;
            q_k *= q;
            q_kt *= q_t;
            log -= half / f64::from(k) * q_k * (1.0 - q_kt) / (1.0 - q_k);
        }
        power(self.beta_1, self.step) * log.exp()
    }
}

/// One step of [`Nadam`]: `m += (g - m)(1 - β₁)`, `v += (g² - v)(1 - β₂)`,
/// `m̂ = uₜ₊₁ m / (1 - u₁…uₜ₊₁) + (1 - uₜ) g / (1 - u₁…uₜ)`, `p -= lr · m̂ / (√(v / (1 - β₂ᵗ)) + ε)`.
pub fn nadam<T: Float>(by: &Nadam, p: &mut [T], g: &[T], m: &mut [T], v: &mut [T]) {
    let (now, next) = (by.momentum(by.step), by.momentum(by.step.saturating_add(1)));
    let product = by.product_of_momenta();
    let factors = [
        next / (1.0 - product * next),
        (1.0 - now) / (1.0 - product),
        1.0 - power(by.beta_2, by.step),
    ];
    let [of_mean, of_gradient, correction] = factors.map(T::from_f64);
    let [lr, epsilon, decay] = [by.learning_rate, by.epsilon, by.weight_decay].map(T::from_f64);
    let [rest_1, rest_2] = [1.0 - by.beta_1, 1.0 - by.beta_2].map(T::from_f64);
    update(p, g, [m, v], |p, g, [m, v]| {
        let m = m + (g - m) * rest_1;
        let v = v + (g * g - v) * rest_2;
        let ahead = of_mean * m + of_gradient * g;
        let step = ahead * lr / (Float::sqrt(v / correction) + epsilon);
        (p - p * decay * lr - step, [m, v])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    const BY: Nadam = Nadam {
        learning_rate: 0.1,
        beta_1: 0.9,
        beta_2: 0.99,
        epsilon: 1e-3,
        weight_decay: 0.01,
        step: 3,
    };

    fn product(steps: u64) -> f64 {
        (1..=steps).map(|i| BY.momentum(i)).product()
    }

    #[test]
    fn the_product_of_all_momenta_is_that_of_going_through_them() {
        for step in [1, 2, 3, 10, 100, 500] {
            let (found, expected) = (Nadam { step, ..BY }.product_of_momenta(), product(step));
            // Roundings of `expected` itself, one a factor.
            assert!(
                (found / expected - 1.0).abs() < 1e-13,
                "{step}: {found} {expected}"
            );
        }
    }

    #[test]
    fn nadam_agrees_with_keras_formula() {
        let (now, next) = (BY.momentum(3), BY.momentum(4));
        check(
            "nadam",
            |p, g, m, v, _| nadam(&BY, p, g, m, v),
            |p, g, [m, v, c]| {
                let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
                let ahead = next * m / (1.0 - product(4)) + (1.0 - now) * g / (1.0 - product(3));
                let root = (v / (1.0 - 0.99_f64.powi(3))).sqrt();
                (p - p * 0.001 - 0.1 * ahead / (root + 1e-3), [m, v, c])
            },
        );
    }
}
