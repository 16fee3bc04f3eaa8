//! Ftrl.

use super::super::math::Float;
use super::update;
use std::hint::select_unpredictable as select;

/// Follow the regularized leader (McMahan et al. 2013, <https://research.google.com/pubs/archive/41159.pdf>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ftrl {
    /// Step size, above 0.
    pub learning_rate: f64,
    /// The power of the step size in the sum of squared gradients, 0 or below.
    pub learning_rate_power: f64,
    /// Strength of the penalty on magnitudes.
    pub l1: f64,
    /// Strength of the penalty on squares.
    pub l2: f64,
    /// Strength of the penalty on squares that enters through the gradient.
    pub l2_shrinkage: f64,
    /// Added to the root of the sum.
    pub beta: f64,
    /// Share of the parameter that is taken away, times the learning rate.
    pub weight_decay: f64,
}

/// One step of [`Ftrl`], with `power = -learning_rate_power`: `a' = a + g²`,
/// `z += g + 2 l2_shrinkage p - (a'^power - a^power) p / lr`, `p = (clip(z, -l1, l1) - z) / (a'^power / lr + 2 (l2 + beta / (2 lr)))`.
/// Where `z` is within `l1`, `p` is 0.
pub fn ftrl<T: Float>(by: &Ftrl, p: &mut [T], g: &[T], accumulator: &mut [T], linear: &mut [T]) {
    let power = T::from_f64(-by.learning_rate_power);
    match by.learning_rate_power == -0.5 {
        true => with_power(by, p, g, accumulator, linear, Float::sqrt),
        false => with_power(by, p, g, accumulator, linear, move |a| a.powf(power)),
    }
}

fn with_power<T: Float>(
    by: &Ftrl,
    p: &mut [T],
    g: &[T],
    accumulator: &mut [T],
    linear: &mut [T],
    power: impl Fn(T) -> T + Sync + Copy,
) {
    let l2 = by.l2 + by.beta / (2.0 * by.learning_rate);
    let [lr, decay, l1] = [by.learning_rate, by.weight_decay, by.l1].map(T::from_f64);
    let [twice_l2, shrinkage] = [2.0 * l2, 2.0 * by.l2_shrinkage].map(T::from_f64);
    update(p, g, [accumulator, linear], |p, g, [a, z]| {
        let p = p - p * decay * lr;
        let sum = a + g * g;
        let z = z + ((g + shrinkage * p) - (power(sum) - power(a)) / lr * p);
        let clipped = T::maximum(T::minimum(z, l1), -l1);
        let quadratic = power(sum) / lr + twice_l2;
        // Nothing over nothing, before the first gradient of a sum that begins at 0, is nothing.
        let pull = clipped - z;
        let p = select(pull == T::ZERO, T::ZERO, pull / quadratic);
        (p, [sum, z])
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn ftrl_agrees_with_keras_formula() {
        for power in [-0.5, -0.7] {
            let by = Ftrl {
                learning_rate: 0.5,
                learning_rate_power: power,
                l1: 0.1,
                l2: 0.2,
                l2_shrinkage: 0.05,
                beta: 0.3,
                weight_decay: 0.01,
            };
            check(
                "ftrl",
                |p, g, a, z, _| ftrl(&by, p, g, a, z),
                |p, g, [a, z, c]| {
                    let p = p - p * 0.005;
                    let sum = a + g * g;
                    let sigma = (sum.powf(-power) - a.powf(-power)) / 0.5;
                    let z = z + g + 0.1 * p - sigma * p;
                    let quadratic = sum.powf(-power) / 0.5 + 2.0 * (0.2 + 0.3);
                    ((z.clamp(-0.1, 0.1) - z) / quadratic, [sum, z, c])
                },
            );
        }
    }

    #[test]
    fn no_gradient_at_all_is_no_nan() {
        let by = Ftrl {
            learning_rate: 0.5,
            learning_rate_power: -0.5,
            l1: 0.0,
            l2: 0.0,
            l2_shrinkage: 0.0,
            beta: 0.0,
            weight_decay: 0.0,
        };
        let (mut p, mut a, mut z) = ([0.5_f32; 2], [0.0; 2], [0.0; 2]);
        ftrl(&by, &mut p, &[0.0, f32::NAN], &mut a, &mut z);
        assert!(p[0] == 0.0 && p[1].is_nan());
    }
}
