//! The unit step.

use crate::ops::elementwise::{floats, where_};
use crate::{Operand, Tensor};

impl Tensor {
    /// 0 for negative elements, 1 for positive ones and the other tensor's element at 0, with broadcasting; NaN for NaN. Integers are
    /// taken as `f32`. The gradient is 0, and 1 for the other where it is taken.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-2.0_f32, 0.0, 3.0]).heaviside(0.5).to_vec::<f32>()?, [0.0, 0.5, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn heaviside(&self, at_zero: impl Operand) -> Tensor {
        let [x, at_zero] = floats(self, at_zero);
        let step = where_(x.isnan(), f64::NAN, x.greater(0.0).cast(x.dtype()));
        where_(x.equal(0.0), &at_zero, step).named("heaviside", &[&x, &at_zero])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_nan() {
        assert!(Tensor::from([f32::NAN]).heaviside(1).data::<f32>()[0].is_nan());
        assert_eq!(
            Tensor::from([0_i64, 3]).heaviside(0.5).data::<f32>(),
            [0.5, 1.0]
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].heaviside(&x[1]) * &x[0], &[&[2, 3], &[3]]);
        check_gradient(|x| (x[0].stop_gradient() * 0.0).heaviside(&x[0]), &[&[2]]);
    }
}
