//! Angles of points.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::floats;
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Arctan2;

static ARCTAN2: &dyn Op = &Zip(Arctan2);

impl Function for Arctan2 {
    const NAME: &'static str = "arctan2";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::from_f64(a.to_f64().atan2(b.to_f64()))
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("integers are taken as f32")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let [y, x] = [&at.inputs[0], &at.inputs[1]];
        let scaled = at.upstream() / (y.square() + x.square());
        [at.when(0, || &scaled * x), at.when(1, || -(&scaled * y))]
    }
}

by_name!("arctan2", by_name::alike, |_| Zip(Arctan2));

impl Tensor {
    /// The angle in `[-π, π]` of the point with this tensor as its height `y` and the other as its `x`, with broadcasting. Integers are
    /// taken as `f32`.
    ///
    /// Gradients: `x / (x² + y²)` and `-y / (x² + y²)`, NaN at the origin.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32, 0.0]).arctan2(Tensor::from([1.0_f32, -1.0])).to_vec::<f32>()?, [0.0, std::f32::consts::PI]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn arctan2(&self, other: impl Operand) -> Tensor {
        let [a, b] = floats(self, other);
        binary(ARCTAN2, a, b)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let a = Tensor::from([0.0_f64, 0.0_f64, 1.0_f64, f64::NAN]);
        let b = Tensor::from([1.0_f64, -1.0_f64, 0.0_f64, 1.0_f64]);
        let expected: Vec<f64> = vec![
            0.0_f64,
            std::f64::consts::PI,
            std::f64::consts::FRAC_PI_2,
            f64::NAN,
        ];
        let y = a.arctan2(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
        assert_eq!(Tensor::from([1_i64]).arctan2(1).dtype(), crate::DType::F32);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].arctan2(&x[1]), &[&[3, 2], &[2]]);
    }
}
