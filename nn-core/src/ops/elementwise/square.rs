//! Squares.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Square;

impl Function for Square {
    const NAME: &'static str = "square";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x * x
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * (x * 2.0)
    }
}

by_name!("square", by_name::float, |_| Map(Square));

impl Tensor {
    /// `x²` of every element. Integers stay integers, at least `i64`, as in `x * x`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32]).square().to_vec::<f32>()?, [9.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn square(&self) -> Tensor {
        match self.dtype().is_float() {
            true => map(Square, self),
            false => self * self,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].square(), &[&[2, 3]]);
    }
}
