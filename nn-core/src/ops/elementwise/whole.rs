//! What the functions of two whole numbers have in common.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::elementwise::zip::{broadcast, zipped};
use crate::ops::fail::fail;
use crate::{DType, Error, Operand, Result, Tensor};
use nn_kernels::elementwise::Each;

/// A function of two whole numbers by its name, of `i64` tensors.
#[derive(Clone, Copy)]
pub(crate) struct Whole {
    pub name: &'static str,
    pub f: fn(i64, i64) -> i64,
}

impl Op for Whole {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((broadcast("combine", inputs)?, DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(zipped(
            inputs,
            shape,
            &Each::<_, false>(self.f),
        )))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// Two tensors of `i64`.
pub(crate) fn fits(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::integers(inputs, 2)
}

/// Applies a function to corresponding elements of whole numbers. The result has the wider of both types; floats are an error.
#[track_caller]
pub(crate) fn whole(function: Whole, a: impl Operand, b: impl Operand) -> Tensor {
    narrowed(function, a, b, Tensor::cast)
}

/// As [`whole`], where `narrow` makes the type of the result of what was computed in `i64`.
#[track_caller]
pub(crate) fn narrowed(
    function: Whole,
    a: impl Operand,
    b: impl Operand,
    narrow: fn(&Tensor, DType) -> Tensor,
) -> Tensor {
    let name = function.name;
    let a = a.operand(DType::Bool);
    let b = b.operand(a.dtype());
    if let Some(failed) = [&a, &b].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let dtype = a.dtype().promote(b.dtype());
    if dtype.is_float() {
        return fail(
            name,
            Error::dtype(format!(
                "{name} needs i64, u8 or bool, found {dtype}; convert with `cast`"
            )),
        );
    }
    narrow(
        &apply(function, &[a.cast(DType::I64), b.cast(DType::I64)]),
        dtype,
    )
}
