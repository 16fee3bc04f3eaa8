//! Powers.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::where_;
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Pow;

static POW: &dyn Op = &Zip(Pow);

impl Function for Pow {
    const NAME: &'static str = "pow";
    const KEEPS: Keeps = Keeps::ALL;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        a.powf(b)
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        match (u32::try_from(b), a) {
            (Ok(b), _) => a.wrapping_pow(b),
            // Above u32 only the parity of the exponent of -1 matters, below 0 the result is 1 / aᵇ rounded towards 0.
            (_, -1) => 1 - 2 * (b & 1),
            (_, 0 | 1) => a,
            _ => 0,
        }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        let base = || {
            // 0⁰ is flat in the base, but 0 · 0⁻¹ would be NaN.
            let flat = a.equal(0.0).logical_and(b.equal(0.0));
            at.upstream() * (b * a.pow(where_(&flat, 1.0, b - 1.0)))
        };
        let exponent = || {
            // 0ᵇ is flat in the exponent, but 0 · ln 0 would be NaN.
            let logarithm = where_(a.equal(0.0), 1.0, a).log();
            at.upstream() * (at.output() * logarithm)
        };
        [at.when(0, base), at.when(1, exponent)]
    }
}

by_name!("pow", by_name::alike, |_| Zip(Pow));

impl Tensor {
    /// `xʸ` for corresponding elements, with broadcasting; `y` may be a plain number. NaN for a negative `x` and a fractional
    /// `y`. [`Tensor::powi`] is faster and more exact for a whole `y`.
    ///
    /// Gradients: `y · xʸ⁻¹` and `xʸ · ln x`, both 0 at `0⁰`. Of integers, a negative power is rounded towards 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([4.0_f32, 9.0]).pow(0.5).to_vec::<f32>()?, [2.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn pow(&self, exponent: impl Operand) -> Tensor {
        binary(POW, self, exponent)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn takes_integers() {
        let x = Tensor::from([2_i64, -1, 3, -1, 5]);
        let y = x.pow(Tensor::from([10_i64, -3, -2, 1 << 40, 0]));
        assert_eq!(y.to_vec::<i64>().unwrap(), [1024, -1, 0, 1, 1]);
    }

    #[test]
    fn gradients_at_zero_are_numbers() {
        let (x, p) = (
            Tensor::from([0.0_f64; 3]),
            Tensor::from([0.0_f64, 1.0, 2.0]),
        );
        let tape = GradientTape::new();
        tape.watch(&x);
        tape.watch(&p);
        let [dx, dp] = tape.gradient(&x.pow(&p), [&x, &p]).unwrap();
        assert_eq!(dx.to_vec::<f64>().unwrap(), [0.0, 1.0, 0.0]);
        assert_eq!(dp.to_vec::<f64>().unwrap(), [0.0; 3]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| (x[0].square() + 0.2).pow(&x[1]), &[&[3, 2], &[2]]);
        check_gradient(|x| (x[0].square() + 0.2).pow(1.5), &[&[3]]);
    }
}
