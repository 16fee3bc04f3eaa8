//! Which queries see which keys.

use super::AttentionArguments;
use nn_core::{DType, Error, Result, Shape, Tensor};

/// The masks that query, value and key carry and the one that the call is given, all to hold at once. Each broadcasts to `weights`, the shape
/// of all weights: `[batch.., heads, queries.., keys..]` with as many axes of queries, and of keys, as are `attended`.
///
/// Source: `MultiHeadAttention._compute_attention_mask` of Keras.
pub(super) fn masks(
    query: &Tensor,
    value: &Tensor,
    arguments: &AttentionArguments,
    weights: &Shape,
    attended: usize,
) -> Result<Vec<Tensor>> {
    let key = arguments.key.as_ref();
    let of_queries = query.mask().map(|mask| mask.expand_dims(-1));
    let of_keys = [Some(value), key].into_iter().flatten();
    let of_keys = of_keys.filter_map(|x| Some(x.mask()?.expand_dims(-2)));
    let given = arguments.attention_mask.as_ref().map(seen);
    let all = of_queries.into_iter().chain(of_keys).chain(given);
    all.map(|mask| with_heads(mask, weights, attended))
        .collect()
}

/// A mask of any type as `bool`.
fn seen(mask: &Tensor) -> Tensor {
    match mask.dtype() {
        DType::Bool => mask.without_mask(),
        DType::F32 | DType::F64 | DType::I64 | DType::U8 => mask.without_mask().not_equal(0.0),
    }
}

/// A mask with an axis for the heads, and for whatever else it lacks, in front of the axes of queries and keys.
fn with_heads(mask: Tensor, weights: &Shape, attended: usize) -> Result<Tensor> {
    let mask = mask.into_result()?;
    let shape = mask.shape();
    let Some(lead) = shape.rank().checked_sub(2 * attended) else {
        return Err(Error::shape(format!(
            "an attention mask has an axis for each of queries and of keys, which are {}, found {shape}",
            2 * attended
        )));
    };
    let Some(missing) = weights.rank().checked_sub(shape.rank()) else {
        return Err(Error::shape(format!(
            "an attention mask of shape {shape} does not broadcast to the weights, which are {weights}"
        )));
    };
    let (front, back) = shape.dims().split_at(lead);
    Ok(mask.reshape(Shape::new(&[front, &vec![1; missing], back].concat())))
}
