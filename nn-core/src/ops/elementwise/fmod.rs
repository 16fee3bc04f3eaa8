//! The remainder of a division rounded towards zero.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Fmod;

static FMOD: &dyn Op = &Zip(Fmod);

impl Function for Fmod {
    const NAME: &'static str = "fmod";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(a.to_f64() % b.to_f64())
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        match b {
            0 => 0,
            _ => a.wrapping_rem(b),
        }
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        [
            at.when(0, || at.upstream().clone()),
            at.when(1, || -(at.upstream() * (a / b).trunc())),
        ]
    }
}

by_name!("fmod", by_name::alike, |_| Zip(Fmod));

impl Tensor {
    /// What a division of corresponding elements rounded towards zero leaves over, with broadcasting, of the sign of this tensor: C's
    /// `fmod` and Rust's `%`. Integers stay integers; of a division by 0 they leave 0, floats NaN.
    ///
    /// [`Tensor::remainder`] has the sign of the other tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([7_i64, -7]).fmod(2).to_vec::<i64>()?, [1, -1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn fmod(&self, other: impl Operand) -> Tensor {
        binary(FMOD, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let a = Tensor::from([7.0_f64, -7.0_f64, 5.0_f64, f64::INFINITY, 1.0_f64]);
        let b = Tensor::from([-2.0_f64, 2.0_f64, 0.0_f64, 2.0_f64, f64::INFINITY]);
        let expected: Vec<f64> = vec![1.0_f64, -1.0_f64, f64::NAN, f64::NAN, 1.0_f64];
        let y = a.fmod(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        let i = Tensor::from([7_i64, -7, 5, i64::MIN]).fmod(Tensor::from([-2_i64, 2, 0, -1]));
        assert_eq!(i.to_vec::<i64>().unwrap(), [1, -1, 0, 0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].fmod(&x[1]), &[&[3, 2], &[2]]);
    }
}
