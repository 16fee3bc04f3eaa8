//! The rectified linear unit with a ceiling.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Relu6;

impl Function for Relu6 {
    const NAME: &'static str = "relu6";
    const KEEPS: Keeps = Keeps::OUTPUT;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::minimum(T::maximum(x, T::ZERO), T::from_f64(6.0))
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        // What comes out lies between 0 and 6 where what goes in does.
        scale(self, upstream, y)
    }
}

by_name!("relu6", by_name::float, |_| Map(Relu6));

impl Derivative for Relu6 {
    const NAME: &'static str = "relu6_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        if x > T::ZERO && x < T::from_f64(6.0) {
            T::ONE
        } else {
            T::ZERO
        }
    }

    fn second_derivative(self, _: &Tensor) -> Option<Tensor> {
        None
    }
}

impl Tensor {
    /// `min(max(x, 0), 6)` of every element; its gradient at 0 and 6 is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([8.0_f32]).relu6().to_vec::<f32>()?, [6.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn relu6(&self) -> Tensor {
        map(Relu6, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, 0.0, 0.0),
            (-1.0, 0.0, 0.0),
            (-0.25, 0.0, 0.0),
            (0.0, 0.0, 0.0),
            (0.5, 0.5, 1.0),
            (3.5, 3.5, 1.0),
            (7.0, 6.0, 0.0),
        ];
        check_table(|x| x.relu6(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].relu6() * &x[0], &[&[2, 3]]);
    }
}
