//! Magnitudes with other signs.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::floats;
use crate::ops::elementwise::where_;
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Copysign;

static COPYSIGN: &dyn Op = &Zip(Copysign);

impl Function for Copysign {
    const NAME: &'static str = "copysign";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(a.to_f64().copysign(b.to_f64()))
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("integers are taken as f32")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [a, b] = [&at.inputs[0], &at.inputs[1]];
        [
            at.when(0, || {
                let same = a.signbit().equal(b.signbit());
                where_(same, at.upstream(), -at.upstream())
            }),
            at.when(1, || at.upstream().zeros_like()),
        ]
    }
}

by_name!("copysign", by_name::alike, |_| Zip(Copysign));

impl Tensor {
    /// The magnitude of this tensor with the sign of the other, with broadcasting; the sign of -0.0 is negative. NumPy's `copysign`.
    /// Integers are taken as `f32`.
    ///
    /// Gradients: ±1, and 0 for the other.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, -3.0]).copysign(-0.0).to_vec::<f32>()?, [-3.0, -3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn copysign(&self, other: impl Operand) -> Tensor {
        let [a, b] = floats(self, other);
        binary(COPYSIGN, a, b)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let a = Tensor::from([0.0_f64, f64::NEG_INFINITY, f64::NAN, 3.0_f64]);
        let b = Tensor::from([-1.0_f64, 1.0_f64, 1.0_f64, -0.0_f64]);
        let expected: Vec<f64> = vec![-0.0_f64, f64::INFINITY, f64::NAN, -3.0_f64];
        let y = a.copysign(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].copysign(&x[1]) * &x[0], &[&[3, 2], &[2]]);
    }
}
