//! A sigmoid of straight lines.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct HardSigmoid;

impl Function for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::minimum(T::maximum(x + T::from_f64(3.0), T::ZERO), T::from_f64(6.0)) / T::from_f64(6.0)
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("hard_sigmoid", by_name::float, |_| Map(HardSigmoid));

impl Derivative for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        if x.abs() < T::from_f64(3.0) {
            T::from_f64(1.0 / 6.0)
        } else {
            T::ZERO
        }
    }

    fn second_derivative(self, _: &Tensor) -> Option<Tensor> {
        None
    }
}

impl Tensor {
    /// `min(max(x + 3, 0), 6) / 6` of every element, in [0, 1]; the gradient at -3 and 3 is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32]).hard_sigmoid().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn hard_sigmoid(&self) -> Tensor {
        map(HardSigmoid, self)
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
            (-1.0, 0.3333333333333333, 0.16666666666666666),
            (-0.25, 0.4583333333333333, 0.16666666666666666),
            (0.0, 0.5, 0.16666666666666666),
            (0.5, 0.5833333333333333, 0.16666666666666666),
            (3.5, 1.0, 0.0),
            (7.0, 1.0, 0.0),
        ];
        check_table(|x| x.hard_sigmoid(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].clone() * 2.0).hard_sigmoid() * &x[0], &[&[2, 3]]);
    }
}
