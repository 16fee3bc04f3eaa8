//! Schedule-free AdamW.

use super::super::math::Float;
use super::{power, update};

/// Schedule-free AdamW (Defazio et al. 2024, <https://arxiv.org/abs/2405.15682>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScheduleFree {
    /// Step size, after warming up.
    pub learning_rate: f64,
    /// Share of the average in the parameter, above 0.
    pub beta_1: f64,
    /// Decay of the mean of squared gradients.
    pub beta_2: f64,
    /// Added to the root of the mean.
    pub epsilon: f64,
    /// Share of the parameter that is taken away in this step.
    pub shrink: f64,
    /// Number of this step, from 1.
    pub step: u64,
}

/// One step of [`ScheduleFree`]: with the average `x = (p - (1 - β₁) z) / β₁`, `v += (g² - v)(1 - β₂)`,
/// `z -= lr · g / (√(v / (1 - β₂ᵗ)) + ε)`, `x += (z - x) / t` and `p = (1 - β₁) z + β₁ x`.
pub fn schedule_free<T: Float>(by: &ScheduleFree, p: &mut [T], g: &[T], z: &mut [T], v: &mut [T]) {
    let t = by.step as f64;
    let [lr, epsilon, shrink] = [by.learning_rate, by.epsilon, by.shrink].map(T::from_f64);
    let [beta_1, rest_2] = [by.beta_1, 1.0 - by.beta_2].map(T::from_f64);
    let correction = T::from_f64(1.0 - power(by.beta_2, by.step));
    let (rest_1, weight) = (T::ONE - beta_1, T::from_f64(1.0 / t));
    let kept = T::ONE - weight;
    update(p, g, [z, v], |p, g, [z, v]| {
        let v = v + (g * g - v) * rest_2;
        let new = z - lr * g / (Float::sqrt(v / correction) + epsilon);
        let x = (p - p * shrink - rest_1 * z) / beta_1;
        let x = kept * x + weight * new;
        (rest_1 * new + beta_1 * x, [new, v])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn schedule_free_agrees_with_keras_formula() {
        let by = ScheduleFree {
            learning_rate: 0.1,
            beta_1: 0.9,
            beta_2: 0.99,
            epsilon: 1e-3,
            shrink: 0.001,
            step: 3,
        };
        check(
            "schedule_free",
            |p, g, z, v, _| schedule_free(&by, p, g, z, v),
            |p, g, [z, v, c]| {
                let v = 0.99 * v + 0.01 * g * g;
                let root = (v / (1.0 - 0.99_f64.powi(3))).sqrt();
                let new = z - 0.1 * g / (root + 1e-3);
                let x = (p * 0.999 - 0.1 * z) / 0.9;
                let x = x * 2.0 / 3.0 + new / 3.0;
                (0.1 * new + 0.9 * x, [new, v, c])
            },
        );
    }
}
