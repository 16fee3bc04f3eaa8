//! Subtraction.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::elementwise::zip::Zip;
use crate::ops::elementwise::zip::{Function, operator};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Sub;

impl Function for Sub {
    const NAME: &'static str = "subtract";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        a - b
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        a.wrapping_sub(b)
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [
            at.when(0, || at.upstream().clone()),
            at.when(1, || -at.upstream()),
        ]
    }
}

by_name!("subtract", by_name::alike, |_| Zip(Sub));

operator!(Sub sub, Sub);

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn subtracts() {
        let y = 1.0 - Tensor::from([0.25_f32, 3.0]);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.75, -2.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0] - &x[1], &[&[3, 1], &[1, 2]]);
    }
}
