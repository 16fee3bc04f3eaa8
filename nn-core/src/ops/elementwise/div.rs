//! Division, element by element; integers are divided as `f32`, as in Keras.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps, Op};
use crate::ops::elementwise::zip::{Function, Zip, binary, promote};
use crate::{DType, Operand, Param, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Div;

impl Function for Div {
    const NAME: &'static str = "divide";
    const KEEPS: Keeps = Keeps::ALL;
    const WIDE: bool = true;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        a / b
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("integers are divided as f32")
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        let per_b = at.upstream() / &at.inputs[1];
        [
            at.when(0, || per_b.clone()),
            at.when(1, || -(&per_b * at.output())),
        ]
    }
}

by_name!("divide", by_name::alike, |_| Zip(Div));

#[track_caller]
fn divide(a: impl Operand, b: impl Operand) -> Tensor {
    let [a, b] = promote(a, b);
    let dtype = a.dtype().float();
    static DIV: &dyn Op = &Zip(Div);
    binary(DIV, a.cast(dtype), b.cast(dtype))
}

impl<B: Operand> std::ops::Div<B> for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn div(self, other: B) -> Tensor {
        divide(self, other)
    }
}

impl<B: Operand> std::ops::Div<B> for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn div(self, other: B) -> Tensor {
        divide(self, other)
    }
}

impl<B: Operand> std::ops::Div<B> for &Param {
    type Output = Tensor;
    #[track_caller]
    fn div(self, other: B) -> Tensor {
        divide(self, other)
    }
}

macro_rules! number_by {
    ($($t:ty: $($other:ty),*;)*) => {$($(
        impl std::ops::Div<$other> for $t {
            type Output = Tensor;
            #[track_caller]
            fn div(self, other: $other) -> Tensor {
                let other = other.operand(DType::Bool);
                divide(self.operand(other.dtype()), other)
            }
        }
    )*)*};
}
number_by! {
    f64: Tensor, &Tensor, &Param;
    i64: Tensor, &Tensor, &Param;
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn divides_integers_as_floats() {
        let y = Tensor::from([1_i64, 3]) / 2;
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.5, 1.5]);
        assert_eq!(
            (1.0 / Tensor::from([4.0_f32])).to_vec::<f32>().unwrap(),
            [0.25]
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0] / (x[1].square() + 1.0), &[&[3, 2], &[3, 1]]);
    }
}
