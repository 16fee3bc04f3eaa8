//! Rounding to the nearest integer.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Round;

impl Function for Round {
    const NAME: &'static str = "round";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // Every f32 is an f64, and so is its rounded value.
        T::from_f64(x.to_f64().round_ties_even())
    }

    fn gradient(self, _: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream.zeros_like()
    }
}

by_name!("round", by_name::float, |_| Map(Round));

impl Tensor {
    /// The nearest integer to every element, the even one of two, as in NumPy; the gradient is 0. Integers stay as they are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.5_f32, 1.5, -0.6]).round().to_vec::<f32>()?, [0.0, 2.0, -1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn round(&self) -> Tensor {
        match self.dtype().is_float() {
            true => map(Round, self),
            false => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_what_is_not_a_number() {
        let y = Tensor::from([f32::INFINITY, 1e30, f32::NAN]).round();
        assert_eq!(y.data::<f32>()[..2], [f32::INFINITY, 1e30]);
        assert!(y.data::<f32>()[2].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].round() * &x[0], &[&[2, 3]]);
    }
}
