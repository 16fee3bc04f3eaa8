//! The error function.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Erf;

impl Function for Erf {
    const NAME: &'static str = "erf";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.erf()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("erf", by_name::float, |_| Map(Erf));

impl Derivative for Erf {
    const NAME: &'static str = "erf_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        T::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-(x * x)).exp()
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        Some((-x.square()).exp() * x * (-2.0 * std::f64::consts::FRAC_2_SQRT_PI))
    }
}

impl Tensor {
    /// `2/√π ∫₀ˣ e^(-t²) dt` of every element, in (-1, 1).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).erf().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn erf(&self) -> Tensor {
        map(Erf, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.9999999845827421, 1.2698234671866558e-07),
            (-1.0, -0.8427007929497149, 0.41510749742059466),
            (-0.25, -0.2763263901682369, 1.0600141293761143),
            (0.0, 0.0, std::f64::consts::FRAC_2_SQRT_PI),
            (0.5, 0.5204998778130465, 0.8787825789354448),
            (3.5, 0.9999992569016276, 5.399426777384783e-06),
            (7.0, 1.0, 5.9159629580030695e-22),
        ];
        check_table(|x| x.erf(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].erf(), &[&[2, 3]]);
    }
}
