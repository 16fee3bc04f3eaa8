//! Adadelta.

use super::super::math::Float;
use super::update;

/// Adadelta (Zeiler 2012, <https://arxiv.org/abs/1212.5701>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adadelta {
    /// Step size.
    pub learning_rate: f64,
    /// Decay of both means of squares.
    pub rho: f64,
    /// Added under both roots.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`Adadelta`]: `a = ρ a + (1 - ρ) g²`, `δ = -g √(d + ε) / √(a + ε)`, `d = ρ d + (1 - ρ) δ²`, `p += lr · δ`.
pub fn adadelta<T: Float>(
    by: &Adadelta,
    p: &mut [T],
    g: &[T],
    gradients: &mut [T],
    deltas: &mut [T],
) {
    let [lr, rho, rest] = [by.learning_rate, by.rho, 1.0 - by.rho].map(T::from_f64);
    let [epsilon, decay] = [by.epsilon, by.weight_decay].map(T::from_f64);
    update(p, g, [gradients, deltas], |p, g, [a, d]| {
        let a = rho * a + rest * (g * g);
        let step = Float::sqrt(d + epsilon) * g / Float::sqrt(a + epsilon);
        let d = rho * d + rest * (step * step);
        (p - p * decay * lr - lr * step, [a, d])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn adadelta_agrees_with_keras_formula() {
        let by = Adadelta {
            learning_rate: 0.1,
            rho: 0.9,
            epsilon: 1e-3,
            weight_decay: 0.01,
        };
        check(
            "adadelta",
            |p, g, a, d, _| adadelta(&by, p, g, a, d),
            |p, g, [a, d, c]| {
                let a = 0.9 * a + 0.1 * g * g;
                let delta = -g * (d + 1e-3).sqrt() / (a + 1e-3).sqrt();
                let d = 0.9 * d + 0.1 * delta * delta;
                (p - p * 0.001 + 0.1 * delta, [a, d, c])
            },
        );
    }
}
