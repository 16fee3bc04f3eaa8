//! What `any` and `all` have in common.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::reduce::reduction::{Axes, reduced};
use crate::{DType, Result, Tensor};

/// Makes one truth value of many: of elements with these dimensions, along the marked axes.
type Kernel = fn(x: &[bool], dims: &[usize], axes: &[bool], out: &mut [bool]);

/// A reduction of truth values.
pub(crate) struct LogicalReduction {
    pub(crate) name: &'static str,
    pub(crate) kernel: Kernel,
}

pub(crate) struct ReduceLogical {
    axes: Axes,
    keepdims: bool,
    reduction: &'static LogicalReduction,
}

impl ReduceLogical {
    /// It with the settings that were written down.
    pub(crate) fn of(
        reduction: &'static LogicalReduction,
        a: &Attributes,
    ) -> Result<ReduceLogical> {
        Ok(ReduceLogical {
            axes: a.get("axes")?,
            keepdims: a.get("keepdims")?,
            reduction,
        })
    }
}

impl Op for ReduceLogical {
    fn name(&self) -> &'static str {
        self.reduction.name
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("axes", &self.axes)
            .with("keepdims", &self.keepdims)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        let mask = self.axes.mask(shape)?;
        Ok((reduced(shape, &mask, self.keepdims), DType::Bool).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let (x, dims) = (&inputs[0], inputs[0].raw_shape());
        let mask = self.axes.mask(dims)?;
        Ok(Outputs::One(Tensor::build(shape, |out| {
            (self.reduction.kernel)(x.data(), dims, &mask, out)
        })))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// Makes one truth value of many, along axes; numbers count as true unless they are 0.
#[track_caller]
pub(crate) fn reduce_logical(
    reduction: &'static LogicalReduction,
    x: &Tensor,
    axes: Axes,
    keepdims: bool,
) -> Tensor {
    let op = ReduceLogical {
        axes,
        keepdims,
        reduction,
    };
    apply(op, &[x.cast(DType::Bool)])
}
