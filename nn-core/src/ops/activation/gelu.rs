//! The Gaussian error linear unit.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// √(2/π).
const C: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
const CUBIC: f64 = 0.044715;

#[derive(Clone, Copy)]
pub(crate) struct Gelu;

impl Function for Gelu {
    const NAME: &'static str = "gelu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x * normal_cdf(x)
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("gelu", by_name::float, |_| Map(Gelu));

/// The share of a standard normal distribution below `x`.
#[inline(always)]
fn normal_cdf<T: Float>(x: T) -> T {
    let half = T::from_f64(0.5);
    half + half * (x * T::from_f64(FRAC_1_SQRT_2)).erf()
}

impl Derivative for Gelu {
    const NAME: &'static str = "gelu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let density = T::from_f64(C * 0.5) * (x * x * T::from_f64(-0.5)).exp();
        normal_cdf(x) + x * density
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let square = x.square();
        Some((&square * -0.5).exp() * (2.0 - square) * (C * 0.5))
    }
}

#[derive(Clone, Copy)]
struct GeluTanh;

impl Function for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        let half = T::from_f64(0.5);
        let u = T::from_f64(C) * x * (T::ONE + T::from_f64(CUBIC) * x * x);
        x * (half + half * u.tanh())
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("gelu_tanh", by_name::float, |_| Map(GeluTanh));

impl Derivative for GeluTanh {
    const NAME: &'static str = "gelu_tanh_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let (half, square) = (T::from_f64(0.5), x * x);
        let t = (T::from_f64(C) * x * (T::ONE + T::from_f64(CUBIC) * square)).tanh();
        let du = T::from_f64(C) * (T::ONE + T::from_f64(3.0 * CUBIC) * square);
        half + half * t + half * x * (T::ONE - t * t) * du
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        // With t = tanh(u): (1 - t²) (u' - x t u'² + x u'' / 2).
        let square = x.square();
        let t = (x * (&square * CUBIC + 1.0) * C).tanh();
        let du = (square * (3.0 * CUBIC) + 1.0) * C;
        let ddu = x * (6.0 * CUBIC * C);
        Some((1.0 - t.square()) * (&du - x * t * du.square() + x * ddu * 0.5))
    }
}

impl Tensor {
    /// `x · Φ(x)` of every element, with the normal distribution function `Φ(x) = (1 + erf(x / √2)) / 2` (Hendrycks and
    /// Gimpel 2016); if `approximate`, `x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`. Keras's default is `false`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).gelu(false).to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn gelu(&self, approximate: bool) -> Tensor {
        match approximate {
            true => map(GeluTanh, self),
            false => map(Gelu, self),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.00012668496733247945, -0.000503649661226421),
            (-1.0, -0.15865525393145707, -0.08331547058768632),
            (-0.25, -0.10032341857926907, 0.304626645116364),
            (0.0, 0.0, 0.5),
            (0.5, 0.34573123063700656, 0.8674951246561629),
            (3.5, 3.4991857982233756, 1.0028217603536247),
            (7.0, 6.999999999991041, 1.0000000000626632),
        ];
        check_table(|x| x.gelu(false), &rows);
    }

    #[test]
    fn the_approximation_agrees_with_keras() {
        let rows = [
            (-4.0, -7.02459481924933e-05, -0.00033512319712324616),
            (-1.0, -0.1588080093917233, -0.08296408384578258),
            (-0.25, -0.100324649298315, 0.3046459048489396),
            (0.0, 0.0, 0.5),
            (0.5, 0.3457140098251439, 0.8673699035346423),
            (3.5, 3.499383802344626, 1.0024226437601167),
            (7.0, 6.9999999999999964, 1.0000000000000324),
        ];
        check_table(|x| x.gelu(true), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].gelu(false), &[&[2, 3]]);
        check_gradient(|x| x[0].gelu(true), &[&[2, 3]]);
    }
}
