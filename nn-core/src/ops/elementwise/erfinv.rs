//! The inverse of the error function.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;
use std::f64::consts::{PI, SQRT_2};

#[derive(Clone, Copy)]
struct Erfinv;

/// The `x` with `erf x = y`: Giles's approximation (2012), made exact by Newton's method on the side that does not cancel.
fn erfinv(y: f64) -> f64 {
    if y.abs() >= 1.0 || y.is_nan() {
        return if y.abs() == 1.0 {
            f64::INFINITY.copysign(y)
        } else {
            f64::NAN
        };
    }
    let w = -((1.0 - y) * (1.0 + y)).ln();
    let near = [
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941,
    ];
    let far = [
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682,
    ];
    let (coefficients, t) = match w < 5.0 {
        true => (near, w - 2.5),
        false => (far, w.sqrt() - 3.0),
    };
    let mut x = y * coefficients.into_iter().fold(0.0, |sum, c| sum * t + c);
    for _ in 0..2 {
        let slope = 2.0 / PI.sqrt() * (-x * x).exp();
        // Near ±1 the difference of erf and y cancels; that of the logarithms of what is missing to 1 does not.
        let step = match y.abs() < 0.9 {
            true => (<f64 as Float>::erf(x) - y) / slope,
            false => {
                let missing = erfc(x.abs());
                let wanted = 1.0 - y.abs();
                -(missing / slope) * (missing / wanted).ln() * y.signum()
            }
        };
        if slope == 0.0 {
            break;
        }
        x -= step;
    }
    x
}

/// `1 - erf x` for a positive `x`, by a continued fraction where the difference would cancel.
fn erfc(x: f64) -> f64 {
    if x < 1.0 {
        return 1.0 - <f64 as Float>::erf(x);
    }
    let z = x * SQRT_2;
    let fraction = (1..=200).rev().fold(z, |f, k| z + f64::from(k) / f);
    (-x * x).exp() * (2.0 / PI).sqrt() / fraction
}

impl Function for Erfinv {
    const NAME: &'static str = "erfinv";
    const KEEPS: Keeps = Keeps::OUTPUT;
    const WIDE: bool = false;

    fn f<T: Float>(self, x: T) -> T {
        T::from_f64(erfinv(x.to_f64()))
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * (y.square().exp() * (PI.sqrt() / 2.0))
    }
}

by_name!("erfinv", by_name::float, |_| Map(Erfinv));

#[derive(Clone, Copy)]
struct Erfc;

impl Function for Erfc {
    const NAME: &'static str = "erfc";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    fn f<T: Float>(self, x: T) -> T {
        let x = x.to_f64();
        T::from_f64(match x < 0.0 {
            true => 2.0 - erfc(-x),
            false => erfc(x),
        })
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream * ((-x.square()).exp() * (-2.0 / PI.sqrt()))
    }
}

by_name!("erfc", by_name::float, |_| Map(Erfc));

impl Tensor {
    /// The number whose error function ([`Tensor::erf`]) the element is; ±∞ at ±1, NaN beyond. Integers are taken as `f32`. Gradient:
    /// `√π / 2 · exp(y²)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32, 1.0]).erfinv().to_vec::<f32>()?, [0.0, f32::INFINITY]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn erfinv(&self) -> Tensor {
        map(Erfinv, &float(self))
    }

    /// `1 - erf x` of every element, exact where it is small too. Integers are taken as `f32`. Gradient: `-2/√π · exp(-x²)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([0.0_f64, 10.0]).erfc().to_vec::<f64>()?;
    /// assert!(y[0] == 1.0 && (y[1] / 2.088487583762545e-45 - 1.0).abs() < 1e-13);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn erfc(&self) -> Tensor {
        map(Erfc, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use super::{erfc, erfinv};
    use crate::testing::check_gradient;
    use nn_kernels::math::Float;

    #[test]
    fn known_values() {
        // scipy.special.erfinv and erfc.
        for (y, x) in [
            (0.5, 0.4769362762044699),
            (-0.9, -1.1630871536766743),
            (0.999, 2.326753765513525),
            (1.0 - 1e-10, 4.572824958544925),
            (1e-9, 8.862269254527581e-10),
        ] {
            assert!(
                (erfinv(y) / x - 1.0).abs() < 1e-9,
                "erfinv {y} is {}",
                erfinv(y)
            );
        }
        for (x, y) in [
            (1.0, 0.15729920705028513),
            (3.0, 2.209049699858544e-05),
            (20.0, 5.395865611607901e-176),
        ] {
            assert!((erfc(x) / y - 1.0).abs() < 1e-13, "erfc {x} is {}", erfc(x));
        }
        for y in [-0.95, -0.3, 0.1, 0.7, 0.97] {
            assert!((<f64 as Float>::erf(erfinv(y)) - y).abs() < 1e-14);
        }
        assert!(
            erfinv(1.5).is_nan() && erfinv(f64::NAN).is_nan() && erfinv(-1.0) == f64::NEG_INFINITY
        );
        assert!(erfc(f64::NAN).is_nan() && erfc(f64::INFINITY) == 0.0);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (&x[0] * 0.5).erfinv(), &[&[3]]);
        check_gradient(|x| x[0].erfc(), &[&[3]]);
    }
}
