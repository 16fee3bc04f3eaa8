//! A callback of one function.

use super::{Callback, Run};
use crate::Scores;
use nn_core::Result;

/// Calls a function after every epoch: what [`Fit::on_epoch_end`](crate::Fit::on_epoch_end) adds.
///
/// Source: Keras's `LambdaCallback`.
///
/// ```
/// use nn_train::callbacks::LambdaCallback;
/// let mut losses = Vec::new();
/// let callback = LambdaCallback::new(|epoch, scores, _run| {
///     losses.push((epoch, scores.get("loss")));
///     Ok(())
/// });
/// # drop(callback);
/// ```
pub struct LambdaCallback<F>(F);

impl<F: FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()>> LambdaCallback<F> {
    /// The function gets the epoch, counted from 0 in this call of `fit`, its scores, and the run.
    pub fn new(on_epoch_end: F) -> LambdaCallback<F> {
        LambdaCallback(on_epoch_end)
    }
}

impl<F: FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()>> Callback for LambdaCallback<F> {
    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        (self.0)(epoch, scores, run)
    }
}
