//! A sigmoid with slow tails.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Softsign;

impl Function for Softsign {
    const NAME: &'static str = "softsign";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x / (T::ONE + x.abs())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("softsign", by_name::float, |_| Map(Softsign));

impl Derivative for Softsign {
    const NAME: &'static str = "softsign_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let d = T::ONE + x.abs();
        T::ONE / (d * d)
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        Some(x.sign() * -2.0 / (x.abs() + 1.0).powi(3))
    }
}

impl Tensor {
    /// `x / (1 + |x|)` of every element, in (-1, 1).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32]).softsign().to_vec::<f32>()?, [0.75]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn softsign(&self) -> Tensor {
        map(Softsign, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.8, 0.04000000000000001),
            (-1.0, -0.5, 0.25),
            (-0.25, -0.2, 0.64),
            (0.0, 0.0, 1.0),
            (0.5, 0.3333333333333333, 0.4444444444444444),
            (3.5, 0.7777777777777778, 0.04938271604938271),
            (7.0, 0.875, 0.015625),
        ];
        check_table(|x| x.softsign(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].softsign(), &[&[2, 3]]);
    }
}
