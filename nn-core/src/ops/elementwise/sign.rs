//! The sign of a number.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Sign;

impl Function for Sign {
    const NAME: &'static str = "sign";
    const KEEPS: Keeps = Keeps::SHAPES;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // The last case keeps NaN, and the sign of a zero.
        if x > T::ZERO {
            T::ONE
        } else if x < T::ZERO {
            -T::ONE
        } else {
            x
        }
    }

    fn gradient(self, _: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream.zeros_like()
    }
}

by_name!("sign", by_name::float, |_| Map(Sign));

impl Tensor {
    /// -1, 0 or 1 by the sign of every element; its gradient is 0. Integers stay of their type.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([-2.0_f32, 0.0, 0.5]);
    /// assert_eq!(x.sign().to_vec::<f32>()?, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sign(&self) -> Tensor {
        match self.dtype().is_float() {
            true => map(Sign, self),
            false => self.clip(-1.0, 1.0).cast(self.dtype()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_nan() {
        assert!(Tensor::from([f32::NAN]).sign().data::<f32>()[0].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sign() * &x[0], &[&[2, 3]]);
    }
}
