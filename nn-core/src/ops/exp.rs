//! The exponential function.

use super::map::{Function, map};
use crate::Tensor;
use crate::kernels::math::Float;
use crate::op::Keeps;

#[derive(Clone, Copy)]
struct Exp;

impl Function for Exp {
    const NAME: &'static str = "exp";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        Float::exp(x)
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * y
    }
}

impl Tensor {
    /// `eˣ` of every element.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).exp().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        map(Exp, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].exp(), &[&[2, 3]]);
    }
}
