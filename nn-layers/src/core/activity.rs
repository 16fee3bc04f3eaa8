//! Penalties on activities.

use nn_core::{Regularizer, Tensor, add_loss};

/// Adds the penalty on a layer's output, divided by the batch size, as Keras does; in inference too.
pub(crate) fn penalize(regularizer: Option<Regularizer>, output: Tensor) -> Tensor {
    let Some(regularizer) = regularizer else {
        return output;
    };
    if output.error().is_none() {
        add_loss(regularizer.penalty(&output) / output.batch_size());
    }
    output
}
