//! Negation.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Neg;

impl Function for Neg {
    const NAME: &'static str = "negate";
    const KEEPS: Keeps = Keeps::SHAPES;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        -x
    }

    fn gradient(self, _: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        -upstream
    }
}

by_name!("negate", by_name::float, |_| Map(Neg));

#[track_caller]
fn negate(x: &Tensor) -> Tensor {
    match x.dtype().is_float() || x.error().is_some() {
        true => map(Neg, x),
        false => x * -1,
    }
}

impl std::ops::Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        negate(self)
    }
}

impl std::ops::Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        negate(&self)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn negates_floats_and_integers() {
        assert_eq!(
            (-Tensor::from([1.0_f32, -2.0])).to_vec::<f32>().unwrap(),
            [-1.0, 2.0]
        );
        assert_eq!(
            (-Tensor::from([1_i64, -2])).to_vec::<i64>().unwrap(),
            [-1, 2]
        );
    }

    #[test]
    fn the_negative_of_bytes_and_truth_values_is_i64() {
        let bytes = -Tensor::from([0_u8, 1, 200]);
        assert_eq!(bytes.to_vec::<i64>().unwrap(), [0, -1, -200]);
        let truths = -Tensor::from([true, false]);
        assert_eq!(truths.to_vec::<i64>().unwrap(), [-1, 0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| -&x[0], &[&[2, 3]]);
    }
}
