//! Multiplication, element by element.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::elementwise::zip::Zip;
use crate::ops::elementwise::zip::{Function, operator};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Mul;

impl Function for Mul {
    const NAME: &'static str = "multiply";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        a * b
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        a.wrapping_mul(b)
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [1, 0].map(|other| at.when(1 - other, || at.upstream() * &at.inputs[other]))
    }
}

by_name!("multiply", by_name::alike, |_| Zip(Mul));

operator!(Mul mul, Mul);

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn multiplies() {
        let y = 2.0 * Tensor::from([0.5_f32, 3.0]) * Tensor::from([[1.0_f32], [10.0]]);
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 6.0, 10.0, 60.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0] * &x[1], &[&[3, 2], &[2]]);
        check_gradient(|x| &x[0] * &x[0], &[&[5]]);
    }
}
