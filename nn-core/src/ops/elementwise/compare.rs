//! What comparisons of two tensors have in common.

use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::ops::elementwise::zip::{broadcast, zipped};
use crate::{DType, Result, Tensor, with_number};
use nn_kernels::elementwise::Each;

/// A relation of two numbers; one with NaN holds as IEEE 754 says.
pub(crate) trait Comparison: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool;
}

pub(crate) struct Compare<C>(pub(crate) C);

impl<C: Comparison> Op for Compare<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((broadcast("compare", inputs)?, DType::Bool).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let c = self.0;
        Ok(Outputs::One(
            with_number!(inputs[0].dtype(), T => zipped(inputs, shape, &Each::<_, false>(move |x: T, y: T| c.holds(x, y)))),
        ))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    fn check(compare: impl Fn(&Tensor, &Tensor) -> Tensor, holds: impl Fn(f32, f32) -> bool) {
        let (a, b) = ([1_i64, 3], [1.0_f32, 2.5, f32::NAN]);
        let found = compare(&Tensor::from(a).reshape([2, 1]), &Tensor::from(b));
        assert_eq!(found.shape(), [2, 3]);
        let expected = a.map(|a| b.map(|b| holds(a as f32, b)));
        assert_eq!(found.to_vec::<bool>().unwrap(), expected.concat());
        let e = compare(&Tensor::zeros([2]), &Tensor::zeros([3]));
        let e = e.into_result().unwrap_err().to_string();
        assert!(e.contains("cannot compare [2] and [3]"), "{e}");
    }

    #[test]
    fn all_broadcast_mix_types_and_know_nan() {
        check(|a, b| a.equal(b), |a, b| a == b);
        check(|a, b| a.not_equal(b), |a, b| a != b);
        check(|a, b| a.less(b), |a, b| a < b);
        check(|a, b| a.less_equal(b), |a, b| a <= b);
        check(|a, b| a.greater(b), |a, b| a > b);
        check(|a, b| a.greater_equal(b), |a, b| a >= b);
    }
}
