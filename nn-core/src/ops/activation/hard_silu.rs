//! A swish of straight lines and a parabola.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::ops::elementwise::where_;
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct HardSilu;

impl Function for HardSilu {
    const NAME: &'static str = "hard_silu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        let three = T::from_f64(3.0);
        x * T::minimum(T::maximum(x + three, T::ZERO), T::from_f64(6.0)) / T::from_f64(6.0)
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("hard_silu", by_name::float, |_| Map(HardSilu));

impl Derivative for HardSilu {
    const NAME: &'static str = "hard_silu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let three = T::from_f64(3.0);
        if x.abs() < three {
            (x + x + three) / T::from_f64(6.0)
        } else if x >= three {
            T::ONE
        } else {
            T::ZERO * x
        }
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        Some(where_(x.abs().less(3.0), 1.0 / 3.0, x.zeros_like()))
    }
}

impl Tensor {
    /// `x · min(max(x + 3, 0), 6) / 6` of every element (Howard et al. 2019).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32]).hard_silu().to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn hard_silu(&self) -> Tensor {
        map(HardSilu, self)
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
            (-1.0, -0.3333333333333333, 0.16666666666666666),
            (-0.25, -0.11458333333333333, 0.41666666666666663),
            (0.0, 0.0, 0.5),
            (0.5, 0.29166666666666663, 0.6666666666666666),
            (3.5, 3.5, 1.0),
            (7.0, 7.0, 1.0),
        ];
        check_table(|x| x.hard_silu(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].clone() * 2.0).hard_silu(), &[&[2, 3]]);
    }
}
