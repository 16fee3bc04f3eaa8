//! The exponential linear unit.

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
struct Elu(f64);

impl Function for Elu {
    const NAME: &'static str = "elu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        if x > T::ZERO {
            x
        } else {
            T::from_f64(self.0) * x.expm1()
        }
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }

    fn attributes(self) -> Attributes {
        Attributes::new().with("alpha", &self.0)
    }
}

by_name!("elu", by_name::float, |a| Map(Elu(a.get("alpha")?)));

impl Derivative for Elu {
    const NAME: &'static str = "elu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        if x > T::ZERO {
            T::ONE
        } else {
            T::from_f64(self.0) * x.exp()
        }
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let below = x.minimum(0.0).exp() * self.0;
        Some(where_(x.greater(0.0), 0.0, below))
    }
}

impl Tensor {
    /// `x` above 0, `eˣ - 1` elsewhere (Clevert et al. 2016).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32]).elu().to_vec::<f32>()?, [2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn elu(&self) -> Tensor {
        self.elu_with(1.0)
    }

    /// `x` above 0, `alpha · (eˣ - 1)` elsewhere: [`Tensor::elu`] is with 1. The gradient at 0 is `alpha`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32, f32::NEG_INFINITY]).elu_with(0.5).to_vec::<f32>()?, [2.0, -0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn elu_with(&self, alpha: f64) -> Tensor {
        map(Elu(alpha), self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.4908421805556329, 0.009157819444367091),
            (-1.0, -0.31606027941427883, 0.18393972058572114),
            (-0.25, -0.11059960846429756, 0.38940039153570244),
            (0.0, 0.0, 0.5),
            (0.5, 0.5, 1.0),
            (3.5, 3.5, 1.0),
            (7.0, 7.0, 1.0),
        ];
        check_table(|x| x.elu_with(0.5), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].elu_with(0.7), &[&[2, 3]]);
    }
}
