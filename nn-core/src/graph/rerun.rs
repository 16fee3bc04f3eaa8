//! Operations of a model that runs again.

use crate::graph::apply::apply_handle;
use crate::graph::op::{Binding, OpHandle};
use crate::tensor::seed;
use crate::{Tensor, is_known};
use std::panic::Location;

/// Runs an operation of a model again, on other tensors than it was traced with; `batch` is what its open sizes follow from.
pub fn rerun(
    op: &OpHandle,
    inputs: &[Tensor],
    batch: usize,
    location: &'static Location<'static>,
) -> Vec<Tensor> {
    let binding = Binding {
        batch,
        stream: seed::current(),
        inputs,
    };
    // In a trace the batch is as open as it was.
    let bound = match is_known(batch) {
        true => op.bind(&binding),
        false => Ok(None),
    };
    match bound {
        Ok(bound) => apply_handle(bound.as_ref().unwrap_or(op), inputs, location).into_vec(),
        Err(error) => {
            let failed = Tensor::failed(error.at_op(op.name(), location));
            vec![failed; op.output_count(inputs)]
        }
    }
}
