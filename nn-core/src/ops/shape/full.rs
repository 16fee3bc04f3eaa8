//! Constants whose size follows from an open batch, as nodes of a graph.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec};
use crate::{DType, Element, Result, Shape, Tensor};

/// Every element one number. No inputs.
struct Full {
    shape: Shape,
    value: f64,
    dtype: DType,
}

impl Op for Full {
    fn name(&self) -> &'static str {
        "full"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("shape", &self.shape)
            .with("value", &self.value)
            .with("dtype", &self.dtype)
    }

    fn infer(&self, _: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, self.dtype).into())
    }

    fn forward(&self, _: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(Tensor::full_of(self.shape, self.value, self.dtype).into())
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(Vec::new())
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        Ok(Some(OpHandle::new(Full {
            shape: binding.shape(&self.shape)?,
            ..*self
        })))
    }
}

by_name!("full", by_name::several::<0>, |a| Full {
    shape: a.get("shape")?,
    value: a.get("value")?,
    dtype: a.get("dtype")?
});

/// A constant of a shape that is not known yet.
#[track_caller]
pub(crate) fn open<T: Element>(shape: Shape, value: T) -> Tensor {
    let (value, dtype) = (value.to_f64(), T::DTYPE);
    apply(
        Full {
            shape,
            value,
            dtype,
        },
        &[],
    )
}
