//! Whole powers.

use crate::Tensor;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct PowI(i32);

impl Function for PowI {
    const NAME: &'static str = "powi";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        // Squarings and multiplications only: exact where the result is representable.
        let (mut power, mut square, mut left) = (T::ONE, x, self.0.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                power *= square;
            }
            square *= square;
            left >>= 1;
        }
        if self.0 < 0 { T::ONE / power } else { power }
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        match self.0 {
            0 => upstream.zeros_like(),
            1 => upstream.clone(),
            n => upstream * (x.powi(n.saturating_sub(1)) * f64::from(n)),
        }
    }

    fn attributes(self) -> Attributes {
        Attributes::new().with("exponent", &self.0)
    }
}

by_name!("powi", by_name::float, |a| Map(PowI(a.get("exponent")?)));

impl Tensor {
    /// `xⁿ` of every element for a whole number `n`, by multiplications; `x⁰` is 1. Integers stay integers, as in
    /// [`Tensor::pow`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-2.0_f32, 3.0]).powi(3).to_vec::<f32>()?, [-8.0, 27.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn powi(&self, n: i32) -> Tensor {
        match self.dtype().is_float() {
            true => map(PowI(n), self),
            false => self.pow(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_repeated_multiplication() {
        let x = Tensor::from([-1.5_f64, 0.0, 2.0]);
        for n in 0..12 {
            let expected = x
                .data::<f64>()
                .iter()
                .map(|v| v.powi(n))
                .collect::<Vec<_>>();
            // The standard library multiplies in an order of its own, 12 factors at most.
            let tolerance = 12.0 * f64::EPSILON;
            crate::testing::assert_close(&x.powi(n), &Tensor::from(expected), tolerance);
        }
        assert_eq!(
            Tensor::from([2.0_f32, 1.0]).powi(-2).data::<f32>(),
            [0.25, 1.0]
        );
        assert_eq!(
            Tensor::from([1.0_f32, 0.5]).powi(i32::MIN).data::<f32>(),
            [1.0, f32::INFINITY]
        );
    }

    #[test]
    fn gradient() {
        for n in [-3, -1, 0, 1, 2, 3, 6] {
            check_gradient(|x| x[0].powi(n), &[&[2, 2]]);
        }
    }
}
