//! The reciprocal of the square root.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Rsqrt;

impl Function for Rsqrt {
    const NAME: &'static str = "rsqrt";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::ONE / x.sqrt()
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, y)
    }
}

by_name!("rsqrt", by_name::float, |_| Map(Rsqrt));

impl Derivative for Rsqrt {
    const NAME: &'static str = "rsqrt_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, y: T) -> T {
        T::from_f64(-0.5) * y * y * y
    }

    fn second_derivative(self, y: &Tensor) -> Option<Tensor> {
        Some(y.square() * -1.5)
    }
}

impl Tensor {
    /// `1 / √x` of every element; ∞ at 0, NaN below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([4.0_f32]).rsqrt().to_vec::<f32>()?, [0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "reciprocal_sqrt")]
    #[track_caller]
    pub fn rsqrt(&self) -> Tensor {
        map(Rsqrt, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.5).rsqrt(), &[&[2, 3]]);
    }
}
