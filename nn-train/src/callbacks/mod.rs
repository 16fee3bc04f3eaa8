//! What can be done while a model trains, is evaluated or predicts: before and after all of it, its epochs and its batches.
//!
//! | to | see |
//! |---|---|
//! | end training early | [`EarlyStopping`], [`TerminateOnNaN`] |
//! | keep what was best, or go on after a crash | [`ModelCheckpoint`], [`BackupAndRestore`] |
//! | change the learning rate | [`LearningRateScheduler`], [`ReduceLROnPlateau`] |
//! | look at averages of the weights | [`SwapEMAWeights`] |
//! | write down what happens | `CSVLogger` (feature `csv`) |
//! | do anything else | [`LambdaCallback`], [`Callback`], [`Run`] |
//! | say what is watched, and keep a state | [`Mode`], [`CallbackState`] |

mod backup_and_restore;
#[cfg(feature = "csv")]
mod csv_logger;
mod early_stopping;
mod lambda_callback;
mod learning_rate_scheduler;
mod model_checkpoint;
mod monitor;
mod path;
mod reduce_lr_on_plateau;
mod state;
mod swap_ema_weights;
mod terminate_on_nan;

pub use backup_and_restore::BackupAndRestore;
#[cfg(feature = "csv")]
pub use csv_logger::CSVLogger;
pub use early_stopping::EarlyStopping;
pub use lambda_callback::LambdaCallback;
pub use learning_rate_scheduler::LearningRateScheduler;
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Mode;
pub(crate) use path::check_apart;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub use state::CallbackState;
pub(crate) use state::MOST_EPOCHS;
pub use swap_ema_weights::SwapEMAWeights;
pub use terminate_on_nan::TerminateOnNaN;

use crate::metrics::{Direction, Scores};
use crate::optimizers::Optimizer;
use nn_core::{Error, Module, Result, Tensor, module};
use std::fmt;
use std::path::{Path, PathBuf};

/// Called by `fit` as training goes on, and by [`Compiled::evaluate_with`](crate::Compiled::evaluate_with) and
/// [`Compiled::predict_with`](crate::Compiled::predict_with); every method does nothing unless written.
///
/// ```
/// use nn::{Scores, callbacks::{Callback, Run}};
/// struct StopWhenGood;
/// impl Callback for StopWhenGood {
///     fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> nn::Result<()> {
///         if scores.get("accuracy").is_some_and(|a| a > 0.99) {
///             run.stop();
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Callback {
    /// What its state is saved under: the name of its type.
    fn name(&self) -> &str {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path)
    }

    /// What it needs to go on after the training was saved and loaded, such as the best score so far; `None` if nothing.
    fn state(&self) -> Option<CallbackState> {
        None
    }

    /// The names of the scores that it adds in [`Callback::on_epoch_end`]; `None` if it does not say. Where everything says, a callback that
    /// watches a score which nothing brings is an error before the first epoch, and otherwise after it.
    fn added_scores(&self) -> Option<&[&str]> {
        None
    }

    /// Takes up what [`Callback::state`] gave when the training was saved; called after [`Callback::on_train_begin`], in the first `fit`
    /// after loading.
    ///
    /// # Errors
    /// A state that it cannot take up.
    fn restore(&mut self, state: &CallbackState, run: &mut Run<'_>) -> Result<()> {
        let _ = (state, run);
        Ok(())
    }

    /// Before the first epoch.
    ///
    /// # Errors
    /// An error ends `fit` with it; so in all methods.
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before an epoch, counted from 0 over all calls of `fit` or from [`Fit::initial_epoch`](crate::Fit::initial_epoch).
    #[allow(missing_docs, clippy::missing_errors_doc)]
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let _ = (epoch, run);
        Ok(())
    }

    /// Before a batch, counted from 0 in the epoch.
    #[doc(alias = "on_batch_begin")]
    #[allow(clippy::missing_errors_doc)]
    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let _ = (batch, run);
        Ok(())
    }

    /// After a batch, with the means so far in the epoch.
    #[doc(alias = "on_batch_end")]
    #[allow(clippy::missing_errors_doc)]
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        scores: &Scores,
        run: &mut Run<'_>,
    ) -> Result<()> {
        let _ = (batch, scores, run);
        Ok(())
    }

    /// Before the validation of an epoch, or an evaluation.
    #[allow(clippy::missing_errors_doc)]
    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before a batch of the validation or evaluation, counted from 0.
    #[allow(clippy::missing_errors_doc)]
    fn on_test_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let _ = (batch, run);
        Ok(())
    }

    /// After a batch of the validation or evaluation, with the means so far in it.
    #[allow(clippy::missing_errors_doc)]
    fn on_test_batch_end(
        &mut self,
        batch: usize,
        scores: &Scores,
        run: &mut Run<'_>,
    ) -> Result<()> {
        let _ = (batch, scores, run);
        Ok(())
    }

    /// After the validation of an epoch, with its scores, whose names do not begin with `val_` yet; not called where the validation failed. After
    /// an evaluation, also if an error ended it ([`Run::has_failed`]).
    #[allow(clippy::missing_errors_doc)]
    fn on_test_end(&mut self, scores: &Scores, run: &mut Run<'_>) -> Result<()> {
        let _ = (scores, run);
        Ok(())
    }

    /// Before a prediction.
    #[allow(clippy::missing_errors_doc)]
    fn on_predict_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// Before a batch of a prediction, counted from 0.
    #[allow(clippy::missing_errors_doc)]
    fn on_predict_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let _ = (batch, run);
        Ok(())
    }

    /// After a batch of a prediction, with all tensors that came out.
    #[allow(clippy::missing_errors_doc)]
    fn on_predict_batch_end(
        &mut self,
        batch: usize,
        outputs: &[Tensor],
        run: &mut Run<'_>,
    ) -> Result<()> {
        let _ = (batch, outputs, run);
        Ok(())
    }

    /// After a prediction, also if an error ended it ([`Run::has_failed`]).
    #[allow(clippy::missing_errors_doc)]
    fn on_predict_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// After an epoch and its validation; what is added to the scores is part of the history.
    #[allow(clippy::missing_errors_doc)]
    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        let _ = (epoch, scores, run);
        Ok(())
    }

    /// After the last epoch, also if an error ended training.
    #[allow(clippy::missing_errors_doc)]
    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let _ = run;
        Ok(())
    }

    /// A file written by [`Run::save`] that training goes on from, if it is there; asked before training begins.
    fn resume_from(&self) -> Option<PathBuf> {
        None
    }

    /// The path that it writes to, with placeholders as they are: two callbacks of one path are an error before anything is trained.
    fn writes_to(&self) -> Option<PathBuf> {
        None
    }

    /// When a step failed because a number was not finite: `true` ends training with the history so far instead of the error.
    fn on_not_finite(&mut self, error: &Error, run: &mut Run<'_>) -> bool {
        let _ = (error, run);
        false
    }
}

impl<C: Callback + ?Sized> Callback for &mut C {
    fn name(&self) -> &str {
        (**self).name()
    }
    fn state(&self) -> Option<CallbackState> {
        (**self).state()
    }
    fn added_scores(&self) -> Option<&[&str]> {
        (**self).added_scores()
    }
    fn restore(&mut self, state: &CallbackState, run: &mut Run<'_>) -> Result<()> {
        (**self).restore(state, run)
    }
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_begin(run)
    }
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_begin(epoch, run)
    }
    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_begin(batch, run)
    }
    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_begin(run)
    }
    fn on_test_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_batch_begin(batch, run)
    }
    fn on_test_batch_end(
        &mut self,
        batch: usize,
        scores: &Scores,
        run: &mut Run<'_>,
    ) -> Result<()> {
        (**self).on_test_batch_end(batch, scores, run)
    }
    fn on_test_end(&mut self, scores: &Scores, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_end(scores, run)
    }
    fn on_predict_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_begin(run)
    }
    fn on_predict_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_batch_begin(batch, run)
    }
    fn on_predict_batch_end(
        &mut self,
        batch: usize,
        outputs: &[Tensor],
        run: &mut Run<'_>,
    ) -> Result<()> {
        (**self).on_predict_batch_end(batch, outputs, run)
    }
    fn on_predict_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_end(run)
    }
    fn resume_from(&self) -> Option<PathBuf> {
        (**self).resume_from()
    }
    fn writes_to(&self) -> Option<PathBuf> {
        (**self).writes_to()
    }
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        scores: &Scores,
        run: &mut Run<'_>,
    ) -> Result<()> {
        (**self).on_train_batch_end(batch, scores, run)
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

/// The training, evaluation or prediction that a callback is part of.
pub struct Run<'a> {
    model: &'a dyn Module,
    training: &'a mut dyn Training,
}

/// What a training lets its callbacks do.
pub(crate) trait Training {
    fn optimizer(&mut self) -> &mut dyn Optimizer;
    fn epochs_trained(&self) -> u64;
    /// The number of the first epoch to train.
    fn first_epoch(&self) -> u64;
    /// The file that a callback had it go on from.
    fn resumed_from(&self) -> Option<&Path>;
    /// Which way a score gets better, if that is known.
    fn direction(&self, score: &str) -> Option<Direction>;
    /// The names of all scores that an epoch, or one of its batches, has for the callback that is called; `None` where there may be others.
    fn known_scores(&self, of_batch: bool) -> Option<Scores>;
    /// Whether the epoch has no validation though others have.
    fn is_unvalidated(&self) -> bool;
    /// Whether an error has ended it.
    fn has_failed(&self) -> bool;
    fn stop(&mut self);
    /// Writes the model and the state of its training; `own` is that of the callback that is called.
    fn save(&mut self, path: &Path, own: Option<CallbackState>) -> Result<()>;
    /// Writes the model.
    fn save_weights(&self, path: &Path) -> Result<()>;
    /// Whether what [`Training::save`] writes of the training could be loaded again.
    fn check_save(&self) -> Result<()>;
    /// The names of what the compiled losses and metrics report, whatever else there may be.
    fn compiled_scores(&self) -> Scores;
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("model", &self.model.class_name())
            .field("epochs_trained", &self.epochs_trained())
            .field("has_failed", &self.has_failed())
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(model: &'a dyn Module, training: &'a mut dyn Training) -> Run<'a> {
        Run { model, training }
    }

    /// Ends training after this batch or epoch; an evaluation or a prediction after this batch.
    pub fn stop(&mut self) {
        self.training.stop();
    }

    /// The model's tree: its parameters can be read and replaced.
    pub fn model(&self) -> &'a dyn Module {
        self.model
    }

    /// The optimizer.
    pub fn optimizer(&mut self) -> &mut dyn Optimizer {
        self.training.optimizer()
    }

    /// Exchanges the parameters with their moving averages, which the optimizer keeps (`ema`).
    ///
    /// # Errors
    /// When it keeps none.
    pub fn swap_averages(&mut self) -> Result<()> {
        let parameters = module::parameters(self.model);
        self.training.optimizer().swap_averages(&parameters)
    }

    /// Epochs trained so far, over all calls of `fit`.
    pub fn epochs_trained(&self) -> u64 {
        self.training.epochs_trained()
    }

    /// The number of the first epoch that this `fit` trains.
    fn first_epoch(&self) -> u64 {
        self.training.first_epoch()
    }

    /// The file that a callback had this `fit` go on from ([`Callback::resume_from`]).
    fn resumed_from(&self) -> Option<&Path> {
        self.training.resumed_from()
    }

    /// The names of all scores that an epoch, or one of its batches, has for this callback; `None` where there may be others.
    fn known_scores(&self, of_batch: bool) -> Option<Scores> {
        self.training.known_scores(of_batch)
    }

    /// The names of what the compiled losses and metrics report, whatever else there may be.
    fn compiled_scores(&self) -> Scores {
        self.training.compiled_scores()
    }

    /// Refuses what [`Run::save`] would refuse after an epoch: a training that could not be loaded again.
    fn check_save(&self, who: &str) -> Result<()> {
        let checked = self.training.check_save();
        checked.map_err(|e| e.context(format!("{who} saves the training with the model")))
    }

    /// Whether the epoch that has ended had no validation, though others have
    /// ([`Fit::validation_freq`](crate::Fit::validation_freq)): its scores then have nothing that begins with `val_`.
    pub fn is_unvalidated(&self) -> bool {
        self.training.is_unvalidated()
    }

    /// Whether an error has ended it: asked in [`Callback::on_train_end`], and in [`Callback::on_test_end`] and [`Callback::on_predict_end`] of an
    /// evaluation and a prediction.
    pub fn has_failed(&self) -> bool {
        self.training.has_failed()
    }

    /// Which way a score gets better: less for `loss` and the losses of outputs, for a metric what it says itself, whatever it is
    /// called; with or without `val_`. `None` if nothing says.
    pub fn direction(&self, score: &str) -> Option<Direction> {
        self.training.direction(score)
    }

    /// Saves model and training state, as [`crate::Compiled::save`]. A `fit` that loads it goes on from here to the bit, in the middle
    /// of an epoch too.
    ///
    /// The states of the other callbacks are saved with it. A callback that has one itself hands it over: [`Run::save_with`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&mut self, path: impl AsRef<Path>) -> Result<()> {
        self.training.save(path.as_ref(), None)
    }

    /// As [`Run::save`], with the state of the callback that calls it: `run.save_with(path, self.state())`.
    ///
    /// # Errors
    /// As [`Run::save`].
    pub fn save_with(&mut self, path: impl AsRef<Path>, own: Option<CallbackState>) -> Result<()> {
        self.training.save(path.as_ref(), own)
    }

    /// Saves parameters, buffers and configuration only.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.training.save_weights(path.as_ref())
    }
}
