//! Losses that layers add while they run: penalties on activities, or any other.

use nn_core::{Regularizer, Result, Tensor, is_known};
use std::cell::RefCell;

thread_local!(static COLLECTED: RefCell<Vec<Vec<Tensor>>> = const { RefCell::new(Vec::new()) });

/// Adds a scalar to the loss of the training step that runs, as Keras's `Layer.add_loss`; without [`collect_losses`] around it, nothing
/// collects it and it is dropped.
pub fn add_loss(loss: Tensor) {
    COLLECTED.with_borrow_mut(|all| {
        if let Some(innermost) = all.last_mut() {
            innermost.push(loss);
        }
    });
}

/// Runs `f` and returns, beside its result, the losses that layers added in it, in order.
///
/// ```
/// use nn_core::{Layer, Regularizer, Tensor};
/// use nn_layers::{Dense, collect_losses};
/// let dense = Dense::new(4).activity_regularizer(Regularizer::l2(0.1));
/// let (output, losses) = collect_losses(|| dense.call(Tensor::ones([2, 3]), true));
/// assert_eq!(losses.len(), 1);
/// # output.to_vec::<f32>()?;
/// # Ok::<(), nn_core::Error>(())
/// ```
pub fn collect_losses<R>(f: impl FnOnce() -> R) -> (R, Vec<Tensor>) {
    /// Leaves the list of losses as it was, on unwinding too.
    struct Depth(usize);
    impl Drop for Depth {
        fn drop(&mut self) {
            COLLECTED.with_borrow_mut(|all| all.truncate(self.0));
        }
    }
    let depth = Depth(COLLECTED.with_borrow(Vec::len));
    COLLECTED.with_borrow_mut(|all| all.push(Vec::new()));
    let result = f();
    let losses = COLLECTED.with_borrow_mut(|all| all.pop().unwrap_or_default());
    drop(depth);
    (result, losses)
}

/// Adds the penalty on a layer's output, divided by the batch size, as Keras does; in inference too.
pub(crate) fn penalize(regularizer: Option<Regularizer>, output: Tensor) -> Tensor {
    let Some(regularizer) = regularizer else {
        return output;
    };
    let batch: Result<usize> = output.try_shape().map(|s| s.first().copied().unwrap_or(1));
    if let Ok(batch) = batch
        && is_known(batch)
    {
        add_loss(regularizer.penalty(&output) / batch.max(1));
    }
    output
}
