//! Tensors joined along an axis.

use crate::check::two;
use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::{
    ANYTHING, DType, Error, Result, Shape, ShapeError, Tensor, TensorList, agree, axis_of, better,
    is_known, is_named, with_dtype,
};
use nn_kernels::copy;

struct Concatenate {
    axis: isize,
}

impl Op for Concatenate {
    fn name(&self) -> &'static str {
        "concatenate"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("axis", &self.axis)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shapes: Vec<Shape> = inputs.iter().map(|t| *t.raw_shape()).collect();
        Ok((output_shape(&shapes, self.axis)?, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let axis = shape.axis(self.axis)?;
        let width = |t: &Tensor| Shape::new(&t.raw_shape()[axis..]).num_elements();
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let parts: Vec<(&[T], usize)> = inputs.iter().map(|t| (t.data(), width(t))).collect();
                copy::concatenate(&parts, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let axis = at.output().raw_shape().axis(self.axis)?;
        let mut end = 0;
        let parts = at.inputs.iter().enumerate().map(|(i, input)| {
            let start = end;
            end += input.raw_shape()[axis];
            at.when(i, || at.upstream().slice_axis(axis as isize, start..end))
        });
        Ok(parts.collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    let Some(first) = inputs.first() else {
        return by_name::one(a, inputs);
    };
    match inputs.iter().find(|x| x.dtype() != first.dtype()) {
        Some(other) => Err(Error::dtype(format!(
            "joins tensors of one type, found {} and {}",
            first.dtype(),
            other.dtype()
        ))),
        None => Ok(()),
    }
}

by_name!("concatenate", fits, |a| Concatenate {
    axis: a.get("axis")?
});

/// The shape of tensors joined along an axis.
pub(crate) const fn output_shape(shapes: &[Shape], axis: isize) -> Result<Shape, ShapeError> {
    let first = shapes[0];
    let along = match axis_of("", axis, &first) {
        Ok(along) => along,
        Err(error) => return Err(error),
    };
    let mut out = first;
    let mut total = 0;
    let mut i = 0;
    while i < shapes.len() {
        let dims = shapes[i].dims();
        let mut fits = dims.len() == first.rank();
        let mut d = 0;
        while fits && d < dims.len() {
            if d != along {
                let so_far = out.dims()[d];
                fits = agree(so_far, dims[d]);
                out = out.with(d, better(so_far, dims[d]));
            }
            d += 1;
        }
        if !fits {
            return Err(two("concatenate", &first, " and ", &shapes[i])
                .text(" (tensor ")
                .number(i)
                .text(") along axis ")
                .signed(axis)
                .text(": all other dimensions must agree"));
        }
        total = match (is_known(total), is_known(dims[along])) {
            (true, false) if total > 0 && !is_named(dims[along]) => ANYTHING,
            (false, true) if dims[along] > 0 && !is_named(total) => ANYTHING,
            _ => total.saturating_add(dims[along]),
        };
        i += 1;
    }
    Ok(out.with(along, total))
}

/// Tensors joined along an axis (counted from the end if negative): `[…, a, …]` and `[…, b, …]` to `[…, a + b, …]`.
///
/// All other dimensions must agree. Element types that differ are promoted, as by arithmetic. No tensors at all is an error.
///
/// ```
/// use nn::{Tensor, ops::concatenate};
/// let (a, b) = (Tensor::zeros([2, 3]), Tensor::ones([2, 1]));
/// assert_eq!(concatenate([&a, &b], -1).shape(), [2, 4]);
/// assert_eq!(concatenate(&vec![a.clone(), a], 0).shape(), [4, 3]);
/// ```
#[doc(alias = "cat")]
#[track_caller]
#[doc(alias = "concat")]
pub fn concatenate(tensors: impl TensorList, axis: isize) -> Tensor {
    let mut tensors = tensors.into_list();
    if let Some(failed) = tensors.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let Some(dtype) = tensors.iter().map(Tensor::dtype).reduce(DType::promote) else {
        return fail(
            "concatenate",
            Error::shape("no tensors were given to concatenate; give at least one"),
        );
    };
    for tensor in &mut tensors {
        *tensor = tensor.cast(dtype);
    }
    apply(Concatenate { axis }, &tensors)
}

#[cfg(test)]
mod tests {
    use crate::ops::shape::concatenate;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn joins_along_any_axis() {
        let x = Tensor::arange(6).reshape([2, 3]);
        let y = Tensor::from([[7_u8], [8]]);
        let joined = concatenate([&x, &y, &x.columns(0..0)], -1);
        assert_eq!(joined.to_vec::<i64>().unwrap(), [0, 1, 2, 7, 3, 4, 5, 8]);
        assert_eq!(concatenate(vec![x.clone(), x], 0).shape(), [4, 3]);
    }

    #[test]
    fn an_unknown_batch_stays_unknown_and_the_rest_is_checked() {
        let x = Tensor::abstract_of([UNKNOWN, 5], DType::F32);
        assert_eq!(concatenate([&x, &x], -1).shape().to_string(), "[_, 10]");
        assert_eq!(concatenate([&x, &x], 0).shape().to_string(), "[_, 5]");
        assert_eq!(concatenate([&x, &Tensor::zeros([4, 1])], 1).shape(), [4, 6]);
    }

    #[test]
    fn says_what_does_not_fit() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let (a, b) = (Tensor::zeros([2, 3]), Tensor::zeros([3, 3]));
        let e = message(concatenate([&a, &b], 1));
        assert!(e.contains("cannot concatenate [2, 3] and [3, 3] (tensor 1) along axis 1: all other dimensions must agree"), "{e}");
        assert!(e.contains("concatenate.rs"), "the caller's line: {e}");
        assert!(
            message(concatenate([&a, &b.index_axis(0, 0)], 0))
                .contains("[2, 3] and [3] (tensor 1)")
        );
        assert!(message(concatenate([&a], 2)).contains("axis 2 is out of range"));
        assert!(message(concatenate([] as [Tensor; 0], 0)).contains("no tensors"));
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| concatenate([&x[0], &x[1], &x[0]], 1).square(),
            &[&[2, 3], &[2, 1]],
        );
        check_gradient(|x| concatenate(x, 0).square(), &[&[1, 3], &[2, 3]]);
    }
}
