//! Rounding to the nearest integer.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::ops::elementwise::where_;
use crate::ops::reduce::reduction::summable;
use crate::{DType, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Round;

impl Function for Round {
    const NAME: &'static str = "round";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // Every f32 is an f64, and so is its rounded value.
        T::from_f64(x.to_f64().round_ties_even())
    }

    fn gradient(self, _: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        upstream.zeros_like()
    }
}

by_name!("round", by_name::float, |_| Map(Round));

impl Tensor {
    /// The nearest integer to every element, the even one of two, as in NumPy; the gradient is 0. Integers stay as they are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.5_f32, 1.5, -0.6]).round().to_vec::<f32>()?, [0.0, 2.0, -1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn round(&self) -> Tensor {
        match self.dtype().is_float() {
            true => map(Round, self),
            false => self.clone(),
        }
    }

    /// Every element rounded to so many decimals, to tens and hundreds if negative; of two that are as near the even one, as in NumPy and
    /// Keras's `round(x, decimals)`: `round(x · 10ᵈ) / 10ᵈ`. The gradient is 0. Integers stay integers.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.234_f32, -0.567]).round_decimals(1).to_vec::<f32>()?, [1.2, -0.6]);
    /// assert_eq!(Tensor::from([149_i64, 250]).round_decimals(-2).to_vec::<i64>()?, [100, 200]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn round_decimals(&self, decimals: i32) -> Tensor {
        let rounded = match (self.dtype(), decimals) {
            (_, 0) => self.round(),
            (dtype, _) if dtype.is_float() => {
                let largest = match dtype {
                    DType::F32 => f64::from(f32::MAX),
                    _ => f64::MAX,
                };
                let factor = 10.0_f64.powi(decimals.saturating_abs()).min(largest);
                match decimals > 0 {
                    true => {
                        let moved = self * factor;
                        // A number that large has no decimals.
                        where_(moved.isfinite(), moved.round() / factor, self)
                    }
                    false => (self / factor).round() * factor,
                }
            }
            (_, 1..) => self.clone(),
            (dtype, _) => whole(&self.cast(summable(dtype)), decimals.unsigned_abs()),
        };
        rounded.named("round", &[self])
    }
}

/// Whole numbers to the nearest multiple of a power of ten, to the even one of two.
#[track_caller]
fn whole(x: &Tensor, zeros: u32) -> Tensor {
    // Of the multiples of a larger one an `i64` holds 0 alone.
    let Some(ten) = 10_i64.checked_pow(zeros) else {
        return x.zeros_like();
    };
    let (quotient, rest) = (x.floor_divide(ten), x.remainder(ten));
    let is_odd = quotient.remainder(2).equal(1);
    let half = rest.equal(ten / 2).logical_and(is_odd);
    let up = rest.greater(ten / 2).logical_or(half);
    (quotient + up) * ten
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_what_is_not_a_number() {
        let y = Tensor::from([f32::INFINITY, 1e30, f32::NAN]).round();
        assert_eq!(y.data::<f32>()[..2], [f32::INFINITY, 1e30]);
        assert!(y.data::<f32>()[2].is_nan());
    }

    /// As `numpy.round` of the same numbers.
    #[test]
    fn to_decimals() {
        let x = Tensor::from([1.25_f32, 1.35, -2.5, 0.05, 25.0, 35.0]);
        let to = |decimals| x.round_decimals(decimals).to_vec::<f32>().unwrap();
        assert_eq!(to(0), [1.0, 1.0, -2.0, 0.0, 25.0, 35.0]);
        assert_eq!(to(1), [1.2, 1.4, -2.5, 0.0, 25.0, 35.0]);
        assert_eq!(to(-1), [0.0, 0.0, 0.0, 0.0, 20.0, 40.0]);
        assert_eq!(to(-400), [0.0; 6]);
        assert_eq!(to(i32::MAX), x.to_vec::<f32>().unwrap());
        let wide = Tensor::from([2.675_f64, 1e308, f64::INFINITY, f64::NAN]).round_decimals(2);
        assert_eq!(wide.data::<f64>()[..3], [2.68, 1e308, f64::INFINITY]);
        assert!(wide.data::<f64>()[3].is_nan());
        let x = Tensor::from([15_i64, 25, -15, -25, 149, i64::MAX, i64::MIN]);
        let same = x.round_decimals(2);
        assert_eq!(same.data::<i64>(), x.data::<i64>());
        assert_eq!(
            x.slice(..5).round_decimals(-1).to_vec::<i64>().unwrap(),
            [20, 20, -20, -20, 150]
        );
        let far = x.round_decimals(-18).to_vec::<i64>().unwrap();
        let eighteen = 1_000_000_000_000_000_000;
        assert_eq!(far, [0, 0, 0, 0, 0, 9 * eighteen, -9 * eighteen]);
        assert_eq!(x.round_decimals(-19).data::<i64>(), [0; 7]);
        // A byte cannot hold it.
        let byte = Tensor::from([255_u8]).round_decimals(-1);
        assert_eq!(byte.to_vec::<i64>().unwrap(), [260]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].round_decimals(1) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].round() * &x[0], &[&[2, 3]]);
    }
}
