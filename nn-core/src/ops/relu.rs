//! The rectified linear unit.

use super::map::{Function, map};
use super::zip;
use crate::Tensor;
use crate::kernels::math::Float;
use crate::op::{Backward, Keeps};

#[derive(Clone, Copy)]
struct Relu;

impl Function for Relu {
    const NAME: &'static str = "relu";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::maximum(x, T::ZERO)
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        zip::zip(Gate, upstream, y)
    }
}

/// `a` where `b > 0`, else 0.
#[derive(Clone, Copy)]
struct Gate;

impl zip::Function for Gate {
    const NAME: &'static str = "relu_gradient";
    const KEEPS: Keeps = Keeps {
        inputs: 0b10,
        output: false,
    };

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        if b > T::ZERO { a } else { T::ZERO }
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        if b > 0 { a } else { 0 }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [
            at.when(0, || zip::zip(Gate, at.upstream, &at.inputs[1])),
            None,
        ]
    }
}

impl Tensor {
    /// `max(x, 0)` of every element; its gradient at 0 is 0.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0_f32, 2.0]).relu().to_vec::<f32>()?, [0.0, 2.0]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        map(Relu, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_nan() {
        assert!(Tensor::from([f32::NAN]).relu().data::<f32>()[0].is_nan());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].relu() * &x[0], &[&[4, 3]]);
    }
}
