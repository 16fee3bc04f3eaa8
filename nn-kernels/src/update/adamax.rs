//! Adamax.

use super::super::math::Float;
use super::{power, update};

/// Adamax (Kingma and Ba 2014, <https://arxiv.org/abs/1412.6980>, section 7.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adamax {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of the mean of gradients.
    pub beta_1: f64,
    /// Decay of the greatest gradient.
    pub beta_2: f64,
    /// Added to the greatest gradient.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
    /// Number of this step, from 1.
    pub step: u64,
}

/// One step of [`Adamax`]: `m += (g - m)(1 - β₁)`, `u = max(β₂ u, |g|)`, `p -= lr · m / ((1 - β₁ᵗ)(u + ε))`.
pub fn adamax<T: Float>(by: &Adamax, p: &mut [T], g: &[T], m: &mut [T], u: &mut [T]) {
    let correction = 1.0 - power(by.beta_1, by.step);
    let [lr, rest_1, beta_2] = [by.learning_rate, 1.0 - by.beta_1, by.beta_2].map(T::from_f64);
    let [epsilon, decay, correction] = [by.epsilon, by.weight_decay, correction].map(T::from_f64);
    update(p, g, [m, u], |p, g, [m, u]| {
        let m = m + (g - m) * rest_1;
        let u = T::maximum(beta_2 * u, g.abs());
        (
            p - p * decay * lr - lr * m / (correction * (u + epsilon)),
            [m, u],
        )
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn adamax_agrees_with_keras_formula() {
        let by = Adamax {
            learning_rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.8,
            epsilon: 1e-3,
            weight_decay: 0.01,
            step: 9,
        };
        check(
            "adamax",
            |p, g, m, u, _| adamax(&by, p, g, m, u),
            |p, g, [m, u, c]| {
                let (m, u) = (0.9 * m + 0.1 * g, f64::max(0.8 * u, g.abs()));
                let step = 0.1 * m / ((1.0 - 0.9_f64.powi(9)) * (u + 1e-3));
                (p - p * 0.001 - step, [m, u, c])
            },
        );
    }
}
