//! The continuously differentiable exponential linear unit.

use crate::Tensor;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::ops::elementwise::where_;
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Celu(f64);

impl Function for Celu {
    const NAME: &'static str = "celu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        let alpha = T::from_f64(self.0);
        if x > T::ZERO {
            x
        } else {
            alpha * (x / alpha).expm1()
        }
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }

    fn attributes(self) -> Attributes {
        Attributes::new().with("alpha", &self.0)
    }
}

by_name!("celu", by_name::float, |a| Map(Celu(a.get("alpha")?)));

impl Derivative for Celu {
    const NAME: &'static str = "celu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        if x > T::ZERO {
            T::ONE
        } else {
            (x / T::from_f64(self.0)).exp()
        }
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let below = (x.minimum(0.0) * (1.0 / self.0)).exp() * (1.0 / self.0);
        Some(where_(x.greater(0.0), 0.0, below))
    }
}

impl Tensor {
    /// `x` above 0, `eˣ - 1` elsewhere (Barron 2017), as [`Tensor::elu`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32]).celu().to_vec::<f32>()?, [2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn celu(&self) -> Tensor {
        self.celu_with(1.0)
    }

    /// `x` above 0, `alpha · (e^(x / alpha) - 1)` elsewhere: [`Tensor::celu`] is with 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32, f32::NEG_INFINITY]).celu_with(0.5).to_vec::<f32>()?, [2.0, -0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn celu_with(&self, alpha: f64) -> Tensor {
        map(Celu(alpha), self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.49983226868604874, 0.00033546262790251185),
            (-1.0, -0.43233235838169365, 0.1353352832366127),
            (-0.25, -0.1967346701436833, 0.6065306597126334),
            (0.0, 0.0, 1.0),
            (0.5, 0.5, 1.0),
            (3.5, 3.5, 1.0),
            (7.0, 7.0, 1.0),
        ];
        check_table(|x| x.celu_with(0.5), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].celu_with(0.7), &[&[2, 3]]);
    }
}
