//! Outputs for inputs, batch by batch.

use crate::data::{Dataset, check_batch_size};
use nn_core::{Layer, Result, Tensor, Tensors, concatenate, layer};

/// Rows that run through a model at a time unless something else is asked for.
pub(crate) const BATCH: usize = 256;

/// The outputs of a model for inputs, in inference, in batches of the given size.
pub(crate) fn predict<M: Layer>(model: &M, x: M::Input, batch_size: usize) -> Result<M::Output> {
    check_batch_size(batch_size)?;
    let rows = match x.leaves().first() {
        Some(first) => first.try_shape()?.first().copied(),
        None => None,
    };
    let output = match rows {
        Some(rows) if rows > batch_size => in_parts(model, &x, batch_size)?,
        _ => layer::call(model, x, false),
    };
    match output.error() {
        Some(error) => Err(error.clone()),
        // As of an output that was put together of parts.
        None => Ok(output.map(&mut |leaf| leaf.without_mask())),
    }
}

fn in_parts<M: Layer>(model: &M, x: &M::Input, batch_size: usize) -> Result<M::Output> {
    let data = Dataset::inputs(x.leaves().into_iter().cloned().collect::<Vec<_>>())?;
    let mut parts: Vec<Vec<Tensor>> = Vec::new();
    let mut whole = None;
    for batch in data.batches(batch_size).datasets() {
        // With what the input holds beside tensors.
        let input = with_leaves(x.clone(), batch.xs().to_vec());
        let output = layer::call(model, input, false);
        let leaves = output.leaves();
        parts.resize_with(leaves.len(), Vec::new);
        for (part, leaf) in parts.iter_mut().zip(leaves) {
            part.push(leaf.clone().into_result()?);
        }
        whole = Some(output);
    }
    let parts: Vec<Tensor> = parts.iter().map(|part| concatenate(part, 0)).collect();
    match whole {
        Some(output) => Ok(with_leaves(output, parts)),
        None => M::Output::from_leaves(parts),
    }
}

/// A structure with other tensors, as many as it has.
fn with_leaves<T: Tensors>(whole: T, leaves: Vec<Tensor>) -> T {
    let mut leaves = leaves.into_iter();
    whole.map(&mut |tensor| leaves.next().unwrap_or(tensor))
}
