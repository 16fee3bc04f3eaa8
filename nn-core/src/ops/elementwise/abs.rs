//! The absolute value.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Abs;

impl Function for Abs {
    const NAME: &'static str = "abs";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.abs()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("abs", by_name::float, |_| Map(Abs));

impl Derivative for Abs {
    const NAME: &'static str = "abs_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        // The last case is 0, and keeps NaN.
        if x > T::ZERO {
            T::ONE
        } else if x < T::ZERO {
            -T::ONE
        } else {
            x
        }
    }

    fn second_derivative(self, _: &Tensor) -> Option<Tensor> {
        None
    }
}

impl Tensor {
    /// `|x|` of every element, of integers too; its gradient at 0 is 0, as in TensorFlow and PyTorch: a mean absolute error without an
    /// error moves nothing.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-2.0_f32, 3.0]).abs().to_vec::<f32>()?, [2.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        match self.dtype().is_float() {
            true => map(Abs, self),
            false => self.maximum(-self),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn takes_integers_and_is_flat_at_zero() {
        let y = Tensor::from([-3_i64, 2]).abs();
        assert_eq!(y.to_vec::<i64>().unwrap(), [3, 2]);
        let x = Tensor::from([0.0_f32, -0.0, -2.0, 3.0, f32::NAN]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.abs(), &x).unwrap();
        assert_eq!(g.data::<f32>()[..4], [0.0, 0.0, -1.0, 1.0]);
        assert!(g.data::<f32>()[4].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].abs() * &x[0], &[&[2, 3]]);
    }
}
