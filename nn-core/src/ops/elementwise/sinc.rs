//! The normalized cardinal sine.

use crate::ops::elementwise::{float, where_};
use crate::{DType, Tensor};
use std::f64::consts::PI;

impl Tensor {
    /// `sin(πx) / (πx)` of every element, and 1 at 0. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).sinc().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sinc(&self) -> Tensor {
        let x = float(self) * PI;
        // Below 1 the series, 1 - x²/(2·3) · (1 - x²/(4·5) · (…)), to a term that is less than a rounding. The derivative of the quotient is
        // there a difference of two numbers near 1 / x, and off by 3ε / x² of itself.
        let terms = match x.dtype() {
            DType::F64 => 9,
            _ => 5,
        };
        let near = x.abs().less(1.0);
        let square = where_(&near, &x, 0.0).square();
        let series = (1..=terms).rev().fold(Tensor::ones_like(&x), |rest, k| {
            1.0 - rest * &square / (2 * k * (2 * k + 1))
        });
        let divisor = where_(&near, 1.0, &x);
        where_(&near, series, divisor.sin() / &divisor)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check_gradient, check_gradient_at};
    use crate::{DType, GradientTape, Tensor};
    use std::f64::consts::PI;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sinc(), &[&[2, 3]]);
        check_gradient_at(|x| x[0].sinc(), &[Tensor::from([0.5, 1.25])]);
        let x = Tensor::from([0.0_f64]);
        let tape = GradientTape::new();
        tape.watch(&x);
        assert_eq!(tape.gradient(&x.sinc(), &x).unwrap().data::<f64>(), [0.0]);
    }

    /// The derivative by its series, `π Σ (-1)ᵏ 2k pᵏ⁻¹ / (2k + 1)!` with powers of `p = πx`, term by term.
    fn slope(x: f64) -> f64 {
        let p = PI * x;
        let mut term = p.recip();
        let terms = (1..30_i32).map(|k| {
            let k = f64::from(k);
            term *= -p * p / (2.0 * k * (2.0 * k + 1.0));
            2.0 * k * term
        });
        PI * terms.sum::<f64>()
    }

    #[test]
    fn the_gradient_is_exact_near_0_too() {
        for (dtype, limit) in [(DType::F32, 2e-6), (DType::F64, 1e-14)] {
            for x in [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.2, 0.31, 0.33, 0.5] {
                for x in [x, -x] {
                    let x = Tensor::full_of([], x, dtype);
                    let tape = GradientTape::new();
                    tape.watch(&x);
                    let found = tape.gradient(&x.sinc(), &x).unwrap();
                    let [found, x] = [found, x].map(|t| t.cast(DType::F64).item::<f64>().unwrap());
                    let expected = slope(x);
                    let off = (found - expected).abs() / expected.abs();
                    assert!(off < limit, "{found} for {expected} at {x}, {dtype}");
                }
            }
        }
    }
}
