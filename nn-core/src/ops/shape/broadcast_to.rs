//! Repetition along dimensions of size 1.

use crate::check::two;
use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec};
use crate::{Result, Shape, ShapeError, Tensor, agree, better, with_dtype};
use nn_kernels::elementwise;

struct BroadcastTo(Shape);

impl Op for BroadcastTo {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("shape", &self.0)
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        Ok(Some(OpHandle::new(BroadcastTo(binding.shape(&self.0)?))))
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        self.0.check_rank()?;
        let shape = output_shape(inputs[0].raw_shape(), &self.0)?;
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                elementwise::broadcast_to(x.data(), x.raw_shape(), out, &shape);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(at.upstream().clone())]) // the engine sums over what was repeated
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("broadcast_to", by_name::one, |a| BroadcastTo(
    a.get("shape")?
));

/// The shape of a tensor repeated to another one, of which more may be known then.
pub(crate) const fn output_shape(from: &Shape, to: &Shape) -> Result<Shape, ShapeError> {
    let mut out = *to;
    let mut fits = from.rank() <= to.rank();
    let mut i = 0;
    while fits && i < from.rank() {
        let axis = to.rank() - from.rank() + i;
        let (size, wanted) = (from.dims()[i], to.dims()[axis]);
        if size != 1 {
            fits = agree(size, wanted);
            out = out.with(axis, better(size, wanted));
        }
        i += 1;
    }
    if fits {
        return Ok(out);
    }
    Err(two("broadcast", from, " to ", to)
        .text(": aligned at the end, dimensions must agree or be 1"))
}

impl Tensor {
    /// Repeated to `shape` by NumPy's broadcasting rule. A shape that does not fit is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32], [2.0]]).broadcast_to([2, 2]);
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 1.0, 2.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "expand")]
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Tensor {
        let shape = shape.into();
        match self.raw_shape() == &shape {
            true => self.clone(),
            false => apply(BroadcastTo(shape), std::slice::from_ref(self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].broadcast_to([4, 2, 3]).square(), &[&[2, 1]]);
    }
}
