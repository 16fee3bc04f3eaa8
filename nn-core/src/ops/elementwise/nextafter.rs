//! The neighbouring number.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::floats;
use crate::ops::elementwise::zip::{Function, Zip, binary};
use crate::{Operand, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct NextAfter;

static NEXTAFTER: &dyn Op = &Zip(NextAfter);

impl Function for NextAfter {
    const NAME: &'static str = "nextafter";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        T::next_after(a, b)
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("integers are taken as f32")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [
            at.when(0, || at.upstream().clone()),
            at.when(1, || at.upstream().zeros_like()),
        ]
    }
}

by_name!("nextafter", by_name::alike, |_| Zip(NextAfter));

impl Tensor {
    /// The next number after each element in the direction of the other's, with broadcasting; itself where both are equal, NaN where
    /// either is. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32]).nextafter(2.0).to_vec::<f32>()?, [1.0 + f32::EPSILON]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nextafter(&self, other: impl Operand) -> Tensor {
        let [a, b] = floats(self, other);
        binary(NEXTAFTER, a, b)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn special_values() {
        let a = Tensor::from([0.0_f64, 1.0_f64, 1.0_f64, f64::NAN]);
        let b = Tensor::from([-1.0_f64, 1.0_f64, 0.0_f64, 1.0_f64]);
        let expected: Vec<f64> = vec![-5e-324_f64, 1.0_f64, 1.0 - f64::EPSILON / 2.0, f64::NAN];
        let y = a.nextafter(b);
        for (y, expected) in y.data::<f64>().iter().zip(expected) {
            assert!(
                *y == expected || y.is_nan() && expected.is_nan(),
                "{y} for {expected}"
            );
        }
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].nextafter(x[1].stop_gradient()), &[&[3, 2], &[2]]);
    }
}
