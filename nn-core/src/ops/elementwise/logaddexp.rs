//! The logarithm of a sum of exponentials of two.

use crate::ops::elementwise::{floats, where_};
use crate::{Operand, Tensor};
use std::f64::consts::LN_2;

impl Tensor {
    /// `ln(eˣ + eʸ)` of corresponding elements, with broadcasting, without overflow on the way. Integers are taken as `f32`.
    ///
    /// Gradients: `eˣ / (eˣ + eʸ)` and its counterpart.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([1000.0_f32]).logaddexp(-1000.0);
    /// assert_eq!(y.to_vec::<f32>()?, [1000.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logaddexp(&self, other: impl Operand) -> Tensor {
        let [x, y] = floats(self, other);
        // The difference of equal infinities is NaN.
        let difference = where_(x.equal(&y), 0.0, &x - &y);
        let sum = x.maximum(&y) + (-difference.abs()).exp().log1p();
        sum.named("logaddexp", &[&x, &y])
    }

    /// `log₂(2ˣ + 2ʸ)` of corresponding elements, with broadcasting, as [`Tensor::logaddexp`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f64]).logaddexp2(3.0).to_vec::<f64>()?, [4.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn logaddexp2(&self, other: impl Operand) -> Tensor {
        let [x, y] = floats(self, other);
        let sum = (&x * LN_2).logaddexp(&y * LN_2) / LN_2;
        sum.named("logaddexp2", &[&x, &y])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn infinities_and_nan() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let x = Tensor::from([inf, -inf, inf, -inf, nan, 0.0]);
        let y = Tensor::from([inf, -inf, -inf, 2.0, 0.0, nan]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let z = x.logaddexp(&y);
        assert_eq!(z.data::<f64>()[..4], [inf, -inf, inf, 2.0]);
        assert!(z.data::<f64>()[4..].iter().all(|v| v.is_nan()));
        let g = tape.gradient(&z.slice(2..4), &x).unwrap();
        assert_eq!(g.data::<f64>()[2..4], [1.0, 0.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].logaddexp(&x[1]), &[&[3, 2], &[2]]);
        check_gradient(|x| x[0].logaddexp2(&x[1]), &[&[3, 2], &[2]]);
    }
}
