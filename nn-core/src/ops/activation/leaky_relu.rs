//! The rectified linear unit with a slope below 0.

use crate::Tensor;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct LeakyRelu(f64);

impl Function for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        if x >= T::ZERO {
            x
        } else {
            x * T::from_f64(self.0)
        }
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }

    fn attributes(self) -> Attributes {
        Attributes::new().with("negative_slope", &self.0)
    }
}

by_name!("leaky_relu", by_name::float, |a| Map(LeakyRelu(
    a.get("negative_slope")?
)));

impl Derivative for LeakyRelu {
    const NAME: &'static str = "leaky_relu_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        if x >= T::ZERO {
            T::ONE
        } else {
            T::from_f64(self.0)
        }
    }

    fn second_derivative(self, _: &Tensor) -> Option<Tensor> {
        None
    }
}

impl Tensor {
    /// `x` where it is at least 0, `0.2 x` elsewhere (Maas et al. 2013), with Keras's slope; PyTorch's is 0.01. The gradient at 0 is 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, -2.0]).leaky_relu().to_vec::<f32>()?, [3.0, -0.4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn leaky_relu(&self) -> Tensor {
        self.leaky_relu_with(0.2)
    }

    /// `x` where it is at least 0, `negative_slope · x` elsewhere, as [`Tensor::leaky_relu`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-2.0_f32]).leaky_relu_with(0.5).to_vec::<f32>()?, [-1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn leaky_relu_with(&self, negative_slope: f64) -> Tensor {
        map(LeakyRelu(negative_slope), self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.8, 0.2),
            (-1.0, -0.2, 0.2),
            (-0.25, -0.05, 0.2),
            (0.0, 0.0, 1.0),
            (0.5, 0.5, 1.0),
            (3.5, 3.5, 1.0),
            (7.0, 7.0, 1.0),
        ];
        check_table(|x| x.leaky_relu(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].leaky_relu_with(0.3) * &x[0], &[&[2, 3]]);
    }
}
