//! What can be done at the beginning and end of training and epochs, and after every batch.

mod csv_logger;
mod early_stopping;
mod lambda_callback;
mod learning_rate_scheduler;
mod model_checkpoint;
mod monitor;
mod reduce_lr_on_plateau;
mod terminate_on_nan;

pub use csv_logger::CSVLogger;
pub use early_stopping::EarlyStopping;
pub use lambda_callback::LambdaCallback;
pub use learning_rate_scheduler::LearningRateScheduler;
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Mode;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub use terminate_on_nan::TerminateOnNaN;

use crate::optimizers::Optimizer;
use crate::saving::{self, Rebuild};
use crate::training::Scores;
use crate::training::State;
use nn_core::{Error, Module, Result};
use std::path::Path;

/// Called by `fit` as training goes on; every method does nothing unless written.
///
/// ```
/// use nn_train::{Scores, callbacks::{Callback, Run}};
/// struct StopWhenGood;
/// impl Callback for StopWhenGood {
///     fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> nn_core::Result<()> {
///         if scores.get("accuracy").is_some_and(|a| a > 0.99) {
///             run.stop();
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Callback {
    /// Before the first epoch.
    ///
    /// # Errors
    /// An error ends `fit` with it; so in all methods.
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before an epoch, counted from 0 in this call of `fit`.
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let _ = (epoch, run);
        Ok(())
    }

    /// After a batch, with the means so far in the epoch.
    #[allow(clippy::missing_errors_doc)]
    fn on_batch_end(&mut self, batch: usize, scores: &Scores, run: &mut Run<'_>) -> Result<()> {
        let _ = (batch, scores, run);
        Ok(())
    }

    /// After an epoch and its validation; what is added to the scores is part of the history.
    #[allow(clippy::missing_errors_doc)]
    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        let _ = (epoch, scores, run);
        Ok(())
    }

    /// After the last epoch.
    #[allow(clippy::missing_errors_doc)]
    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// When a step failed because a number was not finite: `true` ends training with the history so far instead of the error.
    fn on_not_finite(&mut self, error: &Error, run: &mut Run<'_>) -> bool {
        let _ = (error, run);
        false
    }
}

impl<C: Callback + ?Sized> Callback for &mut C {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_begin(run)
    }
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_begin(epoch, run)
    }
    fn on_batch_end(&mut self, batch: usize, scores: &Scores, run: &mut Run<'_>) -> Result<()> {
        (**self).on_batch_end(batch, scores, run)
    }
    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_end(epoch, scores, run)
    }
    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_end(run)
    }
    fn on_not_finite(&mut self, error: &Error, run: &mut Run<'_>) -> bool {
        (**self).on_not_finite(error, run)
    }
}

/// The training that a callback is part of.
pub struct Run<'a> {
    model: &'a dyn Rebuild,
    state: &'a mut State,
    stop: &'a mut bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(model: &'a dyn Rebuild, state: &'a mut State, stop: &'a mut bool) -> Run<'a> {
        Run { model, state, stop }
    }

    /// Ends training after this batch or epoch.
    pub fn stop(&mut self) {
        *self.stop = true;
    }

    /// The model's tree: its parameters can be read and replaced.
    pub fn model(&self) -> &'a dyn Module {
        self.model
    }

    /// The optimizer.
    pub fn optimizer(&mut self) -> &mut dyn Optimizer {
        &mut *self.state.optimizer
    }

    /// Epochs trained so far, over all calls of `fit`.
    pub fn epochs_trained(&self) -> u64 {
        self.state.epoch
    }

    /// Saves model and training state, as [`crate::Compiled::save`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        saving::save(self.model, Some(self.state), path.as_ref())
    }

    /// Saves parameters, buffers and configuration only.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        saving::save(self.model, None, path.as_ref())
    }
}
