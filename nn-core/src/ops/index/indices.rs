//! Indices along an axis: their type, their range, and the shape of what they take.

use crate::{DType, Error, Result, Shape, Tensor};

/// A shape with one axis replaced by those of the indices.
pub(crate) fn taken(x: &Shape, axis: usize, indices: &Shape) -> Result<Shape> {
    Shape::try_new(&[&x[..axis], indices, &x[axis + 1..]].concat())
}

/// Indices as `i64`.
pub(crate) fn as_indices(op: &str, indices: &Tensor) -> Result<Tensor> {
    match indices.dtype() {
        DType::I64 => Ok(indices.clone()),
        DType::U8 => Ok(indices.cast(DType::I64)),
        found @ (DType::F32 | DType::F64 | DType::Bool) => Err(Error::dtype(format!(
            "{op} needs i64 indices, found {found}; convert with `cast(DType::I64)`"
        ))),
    }
}

/// An error for the first index that an axis does not have.
pub(crate) fn check_indices(indices: &Tensor, shape: &Shape, axis: usize) -> Result<()> {
    let n = shape[axis] as i64;
    let wrong = indices
        .data::<i64>()
        .iter()
        .position(|i| !(-n..n).contains(i));
    let Some(flat) = wrong else { return Ok(()) };
    let mut rest = flat;
    let mut position: Vec<usize> = indices
        .raw_shape()
        .iter()
        .rev()
        .map(|&d| (rest % d, rest /= d).0)
        .collect();
    position.reverse();
    Err(Error::value(format!(
        "index {} at position {position:?} is out of range for axis {axis} of size {n} (shape {shape})",
        indices.data::<i64>()[flat]
    )))
}
