//! Lion.

use super::super::math::Float;
use super::update;
use std::hint::select_unpredictable as select;

/// Lion (Chen et al. 2023, <https://arxiv.org/abs/2302.06675>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lion {
    /// Step size: how far every number moves.
    pub learning_rate: f64,
    /// Share of the momentum in the direction of a step.
    pub beta_1: f64,
    /// Decay of the momentum.
    pub beta_2: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`Lion`]: `p -= lr · sign(β₁ m + (1 - β₁) g)`, then `m = β₂ m + (1 - β₂) g`. The sign of 0 is 0.
pub fn lion<T: Float>(by: &Lion, p: &mut [T], g: &[T], m: &mut [T]) {
    let [lr, decay] = [by.learning_rate, by.weight_decay].map(T::from_f64);
    let [beta_1, beta_2] = [by.beta_1, by.beta_2].map(T::from_f64);
    let [rest_1, rest_2] = [T::ONE - beta_1, T::ONE - beta_2];
    update(p, g, [m], |p, g, [m]| {
        let direction = m * beta_1 + g * rest_1;
        // NaN stays NaN.
        let negative = select(direction < T::ZERO, -T::ONE, direction);
        let sign = select(direction > T::ZERO, T::ONE, negative);
        (p - p * decay * lr - lr * sign, [m * beta_2 + g * rest_2])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    const BY: Lion = Lion {
        learning_rate: 0.1,
        beta_1: 0.9,
        beta_2: 0.8,
        weight_decay: 0.01,
    };

    #[test]
    fn lion_agrees_with_keras_formula() {
        check(
            "lion",
            |p, g, m, _, _| lion(&BY, p, g, m),
            |p, g, [m, b, c]| {
                let direction = 0.9 * m + 0.1 * g;
                let m = 0.8 * m + 0.2 * g;
                (p - p * 0.001 - 0.1 * direction.signum(), [m, b, c])
            },
        );
    }

    #[test]
    fn nothing_moves_without_a_gradient() {
        let (mut p, mut m) = ([1.0_f32, f32::NAN], [0.0; 2]);
        let by = Lion {
            weight_decay: 0.0,
            ..BY
        };
        lion(&by, &mut p, &[0.0, 0.0], &mut m);
        assert!(p[0] == 1.0 && p[1].is_nan());
        lion(&by, &mut p, &[f32::NAN, 0.0], &mut m);
        assert!(p[0].is_nan());
    }
}
