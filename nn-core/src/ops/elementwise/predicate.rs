//! What questions about single numbers have in common.

use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::ops::elementwise::map::mapped;
use crate::{DType, Result, Tensor, with_float};
use nn_kernels::elementwise::Each;
use nn_kernels::math::Float;

/// A property of a number.
pub(crate) trait Predicate: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    fn holds<T: Float>(self, x: T) -> bool;
}

pub(crate) struct Ask<P>(pub(crate) P);

impl<P: Predicate> Op for Ask<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), DType::Bool).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let (x, p) = (&inputs[0], self.0);
        Ok(Outputs::One(
            with_float!(x.dtype(), T => mapped(x, shape, &Each::<_, false>(move |v: T| p.holds(v)))),
        ))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

/// Asks about every element; integers are asked about as `f32`.
#[track_caller]
pub(crate) fn ask<P: Predicate>(p: P, x: &Tensor) -> Tensor {
    apply(Ask(p), &[x.cast(x.dtype().float())])
}
