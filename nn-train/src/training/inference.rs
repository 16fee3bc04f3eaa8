//! Evaluating and predicting while callbacks watch.

use crate::callbacks::{Callback, CallbackState, Run, Training};
use crate::metrics::{Direction, Scores};
use crate::optimizers::Optimizer;
use crate::saving::{self, Rebuild};
use crate::training::predict::BATCH;
use crate::training::{Model, State};
use nn_core::Result;
use std::fmt;
use std::path::Path;

/// How to go through data without training: the settings of [`Compiled::evaluate_with`](crate::Compiled::evaluate_with) and
/// [`Compiled::predict_with`](crate::Compiled::predict_with), Keras's names.
///
/// ```
/// use nn::{Inference, callbacks::LambdaCallback};
/// let mut batches = 0;
/// let callback = LambdaCallback::default().on_predict_batch_end(|_batch, _outputs, _run| {
///     batches += 1;
///     Ok(())
/// });
/// let inference = Inference::new().batch_size(64).callback(callback);
/// # drop(inference);
/// ```
#[must_use]
pub struct Inference<'a> {
    pub(super) batch_size: usize,
    pub(super) callbacks: Vec<Box<dyn Callback + 'a>>,
}

impl fmt::Debug for Inference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let callbacks: Vec<&str> = self.callbacks.iter().map(|c| c.name()).collect();
        f.debug_struct("Inference")
            .field("batch_size", &self.batch_size)
            .field("callbacks", &callbacks)
            .finish()
    }
}

impl Default for Inference<'_> {
    fn default() -> Self {
        Inference::new()
    }
}

impl<'a> Inference<'a> {
    /// Batches of 256 rows, no callbacks.
    pub fn new() -> Inference<'a> {
        Inference {
            batch_size: BATCH,
            callbacks: Vec::new(),
        }
    }

    /// Samples that go through the model at a time.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Calls back at the beginning and the end, and before and after every batch: the functions of [`Callback`] whose names begin with `on_test` or
    /// `on_predict`. By `&mut` to look at it afterwards.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }
}

/// The callbacks of an evaluation or a prediction that runs.
pub(super) struct Watchers<'c> {
    callbacks: Vec<Box<dyn Callback + 'c>>,
    /// How many have been told the beginning.
    begun: usize,
    /// Whether one has asked for the end.
    pub(super) stop: bool,
    failed: bool,
}

impl<'c> Watchers<'c> {
    pub(super) fn new(callbacks: Vec<Box<dyn Callback + 'c>>) -> Watchers<'c> {
        Watchers {
            callbacks,
            begun: 0,
            stop: false,
            failed: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.callbacks.is_empty()
    }

    /// Tells all of them something, one after the other.
    pub(super) fn tell<M: Model>(
        &mut self,
        model: &M,
        state: &mut State,
        mut what: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        for callback in &mut self.callbacks {
            let mut watched = Watched {
                model,
                state,
                stop: &mut self.stop,
                failed: self.failed,
            };
            what(&mut **callback, &mut Run::new(model, &mut watched))?;
        }
        Ok(())
    }

    /// Tells them the beginning.
    pub(super) fn begin<M: Model>(
        &mut self,
        model: &M,
        state: &mut State,
        mut what: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut begun = 0;
        let told = self.tell(model, state, |callback, run| {
            begun += 1;
            what(callback, run)
        });
        self.begun = begun;
        told
    }

    /// Tells those that have begun the end, whatever the others say; what was done, or the first error.
    pub(super) fn end<M: Model, T>(
        mut self,
        model: &M,
        state: &mut State,
        done: Result<T>,
        mut what: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<T> {
        self.failed = done.is_err();
        self.callbacks.truncate(self.begun);
        let mut ended = Ok(());
        self.tell(model, state, |callback, run| {
            ended = ended.clone().and(what(callback, run));
            Ok(())
        })?;
        done.and_then(|done| ended.map(|()| done))
    }
}

/// What [`Run`] acts on while a model is evaluated or predicts.
struct Watched<'a> {
    model: &'a dyn Rebuild,
    state: &'a mut State,
    stop: &'a mut bool,
    failed: bool,
}

impl Training for Watched<'_> {
    fn optimizer(&mut self) -> &mut dyn Optimizer {
        &mut *self.state.optimizer
    }

    fn epochs_trained(&self) -> u64 {
        self.state.epoch
    }

    fn first_epoch(&self) -> u64 {
        self.state.epoch
    }

    fn resumed_from(&self) -> Option<&Path> {
        None
    }

    fn direction(&self, score: &str) -> Option<Direction> {
        self.state.direction(score)
    }

    fn known_scores(&self, _of_batch: bool) -> Option<Scores> {
        None
    }

    fn is_unvalidated(&self) -> bool {
        false
    }

    fn has_failed(&self) -> bool {
        self.failed
    }

    fn stop(&mut self) {
        *self.stop = true;
    }

    fn save(&mut self, path: &Path, _own: Option<CallbackState>) -> Result<()> {
        saving::save(self.model, Some(self.state), path)
    }

    fn save_weights(&self, path: &Path) -> Result<()> {
        saving::save(self.model, None, path)
    }

    fn check_save(&self) -> Result<()> {
        saving::check_training(self.state)
    }

    fn compiled_scores(&self) -> Scores {
        self.state.score_names()
    }
}
