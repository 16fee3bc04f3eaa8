//! What the greatest and the least have in common: who gets the gradient, and where they are.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::elementwise::zip::Function;
use crate::ops::reduce::reduction::summable;
use crate::ops::shape::along::along;
use crate::{DType, Error, Result, Tensor, with_number};
use nn_kernels::math::Float;
use nn_kernels::reduce::{Kind, argmax, argmin};

/// The gradient of a maximum or minimum of many: `upstream`, shared evenly by the elements that equal `output`. Both have the reduced axes with
/// size 1.
pub(crate) fn shared(at: &Backward<'_>, upstream: Tensor, output: Tensor) -> Tensor {
    let x = &at.inputs[0];
    let chosen = x.equal(&output).cast(x.dtype());
    let share = upstream / chosen.sum_to(*output.raw_shape());
    chosen * share
}

/// 1 where the first of two is the greater, ½ where both are equal, 0 elsewhere: the slope of their maximum in the first, and of their
/// minimum in the second.
#[derive(Clone, Copy)]
pub(crate) struct Greater;

impl Function for Greater {
    const NAME: &'static str = "greater_share";
    const KEEPS: Keeps = Keeps::SHAPES;

    #[inline(always)]
    fn float<T: Float>(self, a: T, b: T) -> T {
        if a > b {
            T::ONE
        } else if a == b {
            T::from_f64(0.5)
        } else {
            T::ZERO
        }
    }

    #[inline(always)]
    fn int(self, _: i64, _: i64) -> i64 {
        unreachable!("gradients are floats")
    }

    fn gradient(self, _: &Backward<'_>) -> [Option<Tensor>; 2] {
        [None, None]
    }
}

/// Where the maximum or minimum along an axis is.
struct Position {
    name: &'static str,
    kind: Kind,
    axis: isize,
}

impl Op for Position {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("axis", &self.axis)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        let axis = shape.axis(self.axis)?;
        if shape[axis] == 0 {
            return Err(Error::value(format!(
                "the {} of no elements was asked for: axis {axis} of {shape} has none",
                self.name
            )));
        }
        Ok((shape.without(axis), DType::I64).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        let x = &inputs[0];
        let dims = x.raw_shape();
        let axis = dims.axis(self.axis)?;
        Ok(Outputs::One(Tensor::build(shape, |out| {
            with_number!(x.dtype(), T => match self.kind {
                Kind::Max => argmax::<T>(x.data(), dims, axis, out),
                _ => argmin::<T>(x.data(), dims, axis, out),
            })
        })))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("argmax", by_name::number, |a| Position {
    name: "argmax",
    kind: Kind::Max,
    axis: a.get("axis")?
});
by_name!("argmin", by_name::number, |a| Position {
    name: "argmin",
    kind: Kind::Min,
    axis: a.get("axis")?
});

/// The index of the greatest or the least along an axis or of all elements, by the name of the op; `keepdims` leaves the axes with size 1.
#[track_caller]
pub(crate) fn position(
    name: &'static str,
    kind: Kind,
    x: &Tensor,
    axis: Option<isize>,
    keepdims: bool,
) -> Tensor {
    let (row, along) = along(x, axis);
    let op = Position {
        name,
        kind,
        axis: along,
    };
    let places = apply(op, &[row.cast(summable(row.dtype()))]);
    match (keepdims, axis) {
        (false, _) => places,
        (true, Some(axis)) => places.expand_dims(axis),
        (true, None) => places.reshape(vec![1; x.raw_shape().rank()]),
    }
}
