//! Data that a layer can adapt to.

use nn_core::{DType, Error, Result, Tensor};

/// A batch as the layer computes with it, once it is known that all of its numbers are finite.
///
/// # Errors
/// The first number that is not, with its column, the index on the last axis.
pub(super) fn finite(layer: &str, batch: Tensor, dtype: DType) -> Result<Tensor> {
    let batch = batch.into_result()?;
    let cast = batch.cast(dtype).into_result()?;
    if cast.is_finite_everywhere() {
        return Ok(cast);
    }
    let values = cast.cast(DType::F64).to_vec::<f64>()?;
    let Some(i) = values.iter().position(|v| !v.is_finite()) else {
        return Ok(cast);
    };
    let shape = cast.shape();
    let (mut rest, mut place) = (i, vec![0; shape.rank()]);
    for axis in (0..shape.rank()).rev() {
        place[axis] = rest % shape[axis];
        rest /= shape[axis];
    }
    let column = match place.split_last() {
        Some((column, [_, ..])) => format!("column {column}, "),
        _ => String::new(),
    };
    let given = batch.cast(DType::F64).to_vec::<f64>()?[i];
    let what = match given.is_finite() {
        true => format!("{given:e}, which {dtype} does not hold"),
        false => given.to_string(),
    };
    Err(Error::value(format!(
        "{layer} cannot adapt to {what}: it stands in {column}at {place:?} of a batch of shape {shape}; leave such rows out, or fill them in"
    )))
}
