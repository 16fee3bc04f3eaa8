//! Addition.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::elementwise::zip::Zip;
use crate::ops::elementwise::zip::{Function, operator};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Add;

impl Function for Add {
    const NAME: &'static str = "add";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        a + b
    }

    #[inline(always)]
    fn int(self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2] {
        [0, 1].map(|i| at.when(i, || at.upstream().clone()))
    }
}

by_name!("add", by_name::alike, |_| Zip(Add));

operator!(Add add, Add);

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn adds_with_broadcasting_and_numbers_on_either_side() {
        let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
        let sum = 1.0 + &x + Tensor::from([10.0_f32, 20.0]) + 0.5;
        assert_eq!(sum.to_vec::<f32>().unwrap(), [12.5, 23.5, 14.5, 25.5]);
        let n = Tensor::from([1_i64, 2]) + 3;
        assert_eq!(
            (n.dtype(), n.to_vec::<i64>().unwrap()),
            (DType::I64, vec![4, 5])
        );
        assert_eq!((n + 0.5).to_vec::<f32>().unwrap(), [4.5, 5.5]);
        let e = (Tensor::ones([2, 3]) + Tensor::ones([2]))
            .to_vec::<f32>()
            .unwrap_err();
        assert!(e.to_string().contains("cannot add [2, 3] and [2]"), "{e}");
        assert!(e.to_string().contains("add.rs"), "the caller's line: {e}");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| &x[0] + &x[1], &[&[3, 2], &[2]]);
        check_gradient(|x| &x[0] + &x[1], &[&[2, 1, 3], &[4, 1]]);
    }
}
