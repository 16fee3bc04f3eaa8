//! The normalized cardinal sine.

use crate::Tensor;
use crate::ops::elementwise::{float, where_};
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
        let zero = x.equal(0.0);
        // At 0 the series: its first two terms have the value and the derivatives there.
        let near = 1.0 - x.square() / 6.0;
        let divisor = where_(&zero, 1.0, &x);
        where_(&zero, near, divisor.sin() / &divisor)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::{check_gradient, check_gradient_at};

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sinc(), &[&[2, 3]]);
        check_gradient_at(|x| x[0].sinc(), &[Tensor::from([0.5, 1.25])]);
        let x = Tensor::from([0.0_f64]);
        let tape = crate::GradientTape::new();
        tape.watch(&x);
        assert_eq!(tape.gradient(&x.sinc(), &x).unwrap().data::<f64>(), [0.0]);
    }
}
