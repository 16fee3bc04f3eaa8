//! The logarithm near 1.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Log1p;

impl Function for Log1p {
    const NAME: &'static str = "log1p";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.log1p()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream / (x + 1.0)
    }
}

by_name!("log1p", by_name::float, |_| Map(Log1p));

impl Tensor {
    /// `ln(1 + x)` of every element, accurate near 0; -∞ at -1, NaN below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).log1p().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn log1p(&self) -> Tensor {
        map(Log1p, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn is_accurate_near_zero() {
        assert_eq!(Tensor::from([1e-20_f32]).log1p().data::<f32>(), [1e-20]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.5).log1p(), &[&[2, 3]]);
    }
}
