//! The reciprocal.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Reciprocal;

impl Function for Reciprocal {
    const NAME: &'static str = "reciprocal";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::ONE / x
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, y)
    }
}

by_name!("reciprocal", by_name::float, |_| Map(Reciprocal));

impl Derivative for Reciprocal {
    const NAME: &'static str = "reciprocal_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, y: T) -> T {
        -(y * y)
    }

    fn second_derivative(self, y: &Tensor) -> Option<Tensor> {
        Some(y * -2.0)
    }
}

impl Tensor {
    /// `1 / x` of every element; ±∞ at ±0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([4.0_f32]).reciprocal().to_vec::<f32>()?, [0.25]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn reciprocal(&self) -> Tensor {
        map(Reciprocal, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].reciprocal(), &[&[2, 3]]);
    }
}
