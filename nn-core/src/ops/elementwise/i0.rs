//! The modified Bessel function of order 0.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::float;
use crate::ops::elementwise::map::{Function, Map, map};
use nn_kernels::math::Float;

/// The modified Bessel function of the first kind, of order 0 or 1.
#[derive(Clone, Copy)]
struct Bessel<const ORDER: u8>;

/// The power series up to 30, where its terms stop to matter; beyond, the asymptotic one.
pub(crate) fn bessel(order: u8, x: f64) -> f64 {
    let (n, a) = (f64::from(order), x.abs());
    let value = if a <= 30.0 {
        let quarter = a * a / 4.0;
        let (mut term, mut sum, mut k) = (if order == 0 { 1.0 } else { a / 2.0 }, 0.0, 0.0);
        while term > sum * 1e-17 {
            sum += term;
            k += 1.0;
            term *= quarter / (k * (k + n));
        }
        sum
    } else if a.is_finite() {
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..30 {
            let k = f64::from(k);
            term *= -(4.0 * n * n - (2.0 * k - 1.0).powi(2)) / (8.0 * k * a);
            sum += term;
        }
        // In two halves, so that eˣ overflows no sooner than the whole.
        (a / 2.0).exp() * (sum / (std::f64::consts::TAU * a).sqrt()) * (a / 2.0).exp()
    } else {
        a
    };
    if order == 1 { value.copysign(x) } else { value }
}

impl<const ORDER: u8> Function for Bessel<ORDER> {
    const NAME: &'static str = if ORDER == 0 { "i0" } else { "i1" };
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    fn f<T: Float>(self, x: T) -> T {
        T::from_f64(bessel(ORDER, x.to_f64()))
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        let i1 = map(Bessel::<1>, x);
        match ORDER {
            0 => upstream * i1,
            _ => {
                // I₁' = I₀ - I₁ / x, which is ½ at 0.
                let zero = x.equal(0.0);
                let ratio = i1 / crate::ops::elementwise::where_(&zero, 1.0, x);
                upstream * (x.i0() - crate::ops::elementwise::where_(&zero, 0.5, ratio))
            }
        }
    }
}

by_name!("i0", by_name::float, |_| Map(Bessel::<0>));
by_name!("i1", by_name::float, |_| Map(Bessel::<1>));

impl Tensor {
    /// The modified Bessel function of the first kind of order 0, which windows are made of. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).i0().to_vec::<f32>()?, [1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn i0(&self) -> Tensor {
        map(Bessel::<0>, &float(self))
    }
}

#[cfg(test)]
mod tests {
    use super::bessel;
    use crate::testing::check_gradient;

    #[test]
    fn known_values() {
        // scipy.special.i0 and i1.
        for (x, y) in [
            (1.0, 1.2660658777520082),
            (-10.0, 2815.716628466254),
            (50.0, 2.93255378384933e20),
        ] {
            assert!(
                (bessel(0, x) / y - 1.0).abs() < 1e-12,
                "{} for {y}",
                bessel(0, x)
            );
        }
        assert!((bessel(1, -2.0) / -1.5906368546373288 - 1.0).abs() < 1e-14);
        assert!(bessel(0, f64::NAN).is_nan() && bessel(0, f64::NEG_INFINITY) == f64::INFINITY);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (&x[0] * 3.0).i0(), &[&[4]]);
    }
}
