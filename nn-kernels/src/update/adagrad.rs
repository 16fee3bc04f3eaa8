//! Adagrad.

use super::super::math::Float;
use super::update;

/// Adagrad (Duchi et al. 2011, <https://jmlr.org/papers/v12/duchi11a.html>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adagrad {
    /// Step size.
    pub learning_rate: f64,
    /// Added under the root.
    pub epsilon: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`Adagrad`]: `a += g²`, `p -= lr · g / √(a + ε)`.
pub fn adagrad<T: Float>(by: &Adagrad, p: &mut [T], g: &[T], accumulator: &mut [T]) {
    let [lr, epsilon, decay] = [by.learning_rate, by.epsilon, by.weight_decay].map(T::from_f64);
    update(p, g, [accumulator], |p, g, [a]| {
        let a = a + g * g;
        (p - p * decay * lr - lr * g / Float::sqrt(a + epsilon), [a])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn adagrad_agrees_with_keras_formula() {
        let by = Adagrad {
            learning_rate: 0.1,
            epsilon: 1e-3,
            weight_decay: 0.01,
        };
        check(
            "adagrad",
            |p, g, a, _, _| adagrad(&by, p, g, a),
            |p, g, [a, b, c]| {
                let a = a + g * g;
                (p - p * 0.001 - 0.1 * g / (a + 1e-3).sqrt(), [a, b, c])
            },
        );
    }
}
