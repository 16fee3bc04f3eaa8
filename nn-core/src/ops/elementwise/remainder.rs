//! The remainder of a division rounded down.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Remainder;

static REMAINDER: &dyn Op = &Zip(Remainder);

/// `a mod b` of the sign of `b`, as Python's and JAX's: an infinite `b` of the other sign is the remainder itself.
fn floor_remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    match rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        true => rest + b,
        false => rest.copysign(if rest == 0.0 { b } else { rest }),
    }
}

/// `a / b` rounded down, consistent with the remainder: the rounding of the quotient may not carry it over a whole number.
pub(super) fn floor_quotient(a: f64, b: f64) -> f64 {
    if b == 0.0 || a.is_infinite() {
        // As Python would have it the second is NaN, and a / 0 is what the division gives.
        return if b == 0.0 { a / b } else { f64::NAN };
    }
    let rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        quotient -= 1.0;
    }
    match quotient == 0.0 {
        true => 0.0_f64.copysign(a / b),
        false => quotient.round(),
    }
}

impl Function for Remainder {
    const NAME: &'static str = "remainder";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(floor_remainder(a.to_f64(), b.to_f64()))
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        match b {
            0 => 0,
            _ => {
                let rest = a.wrapping_rem(b);
                let other_sign = rest != 0 && (rest < 0) != (b < 0);
                rest + if other_sign { b } else { 0 }
            }
        }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        [
            at.when(0, || at.upstream().clone()),
            at.when(1, || -(at.upstream() * a.floor_divide(b))),
        ]
    }
}

by_name!("remainder", by_name::alike, |_| Zip(Remainder));

impl Tensor {
    /// What a division of corresponding elements rounded down leaves over, with broadcasting, of the sign of the other tensor:
    /// Keras's `mod` and Python's `%`, as in `-7 mod 2 = 1`. Integers stay integers; of a division by 0 they leave 0, floats NaN.
    ///
    /// Gradients: 1, and `-⌊x / y⌋` for the other. [`Tensor::fmod`] has the sign of this tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([7_i64, -7]).remainder(2).to_vec::<i64>()?, [1, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "mod")]
    #[track_caller]
    pub fn remainder(&self, other: impl Operand) -> Tensor {
        binary(REMAINDER, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let a = Tensor::from([7.0, -7.0, 5.0, inf, 1.0, 1.0, -1.0, 0.3]);
        let b = Tensor::from([-2.0, 2.0, 0.0, 2.0, inf, -inf, inf, 0.1]);
        // jax.numpy.remainder in float64.
        let expected = [-1.0, 1.0, nan, nan, 1.0, -inf, inf, 0.09999999999999998];
        for (y, expected) in a.remainder(b).data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        let i = Tensor::from([7_i64, -7, 7, -7, 5, i64::MIN]);
        let i = i.remainder(Tensor::from([2_i64, 2, -2, -2, 0, -1]));
        assert_eq!(i.to_vec::<i64>().unwrap(), [1, 1, -1, -1, 0, 0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].remainder(&x[1]), &[&[3, 2], &[2]]);
    }
}
