//! Stopping when nothing gets better any more.

use super::monitor::{Mode, Monitor};
use super::{Callback, CallbackState, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result, Tensor, module};

/// Ends training when a score has not improved for `patience` epochs, as Keras's `EarlyStopping`.
///
/// ```
/// use nn::{Fit, callbacks::EarlyStopping};
/// let stop = EarlyStopping::new("val_loss").patience(3).restore_best_weights(true);
/// let fit = Fit::new().epochs(100).callback(stop);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    restore: bool,
    baseline: Option<f64>,
    start_from_epoch: usize,
    waited: usize,
    /// Parameters and buffers of the best epoch, by path.
    best_weights: Vec<(String, Tensor)>,
    stopped_epoch: Option<usize>,
    /// Whether the training has ended since.
    ended: bool,
    best_epoch: usize,
}

impl Default for EarlyStopping {
    /// Of the loss on the validation data, as Keras.
    fn default() -> EarlyStopping {
        EarlyStopping::new("val_loss")
    }
}

impl EarlyStopping {
    /// Watches a score (`val_loss`), with patience 0.
    pub fn new(monitor: impl Into<String>) -> EarlyStopping {
        EarlyStopping {
            monitor: Monitor::new(monitor.into()),
            patience: 0,
            restore: false,
            baseline: None,
            start_from_epoch: 0,
            waited: 0,
            best_weights: Vec::new(),
            stopped_epoch: None,
            ended: false,
            best_epoch: 0,
        }
    }

    /// How many epochs without improvement are allowed.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// What counts as improvement at least.
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta.abs();
        self
    }

    /// Which direction is better.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.monitor.mode = mode;
        self
    }

    /// Whether the model gets the parameters and buffers of its best epoch back at the end of training.
    pub fn restore_best_weights(mut self, restore: bool) -> Self {
        self.restore = restore;
        self
    }

    /// What the score has to get better than for the waiting to begin anew: an epoch that is the best so far but not better than this
    /// counts as waited.
    pub fn baseline(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self
    }

    /// The number of the first epoch, from 0, that is looked at; those before are a warm-up.
    pub fn start_from_epoch(mut self, epoch: usize) -> Self {
        self.start_from_epoch = epoch;
        self
    }

    /// The epoch (counted from 0, over all calls of `fit`) after which it ended training, if it did.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// The best epoch, counted from 0 over all calls of `fit`.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }
}

impl Callback for EarlyStopping {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if let Some(baseline) = self.baseline.filter(|b| b.is_nan()) {
            return Err(Error::value(format!(
                "EarlyStopping needs `baseline` to be a number, found {baseline}"
            )));
        }
        self.monitor.begin("EarlyStopping", false, run)?;
        self.monitor.best = None;
        self.waited = 0;
        (self.stopped_epoch, self.ended) = (None, false);
        self.best_weights.clear();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        if epoch < self.start_from_epoch {
            return Ok(());
        }
        let Some(value) = self.monitor.read("EarlyStopping", scores, run)? else {
            return Ok(());
        };
        self.waited += 1;
        if self.monitor.improves(value) {
            self.best_epoch = epoch;
            if self.restore {
                self.best_weights = weights(run);
            }
            if self.baseline.is_none() || self.monitor.is_better(value, self.baseline) {
                self.waited = 0;
            }
            return Ok(());
        }
        if self.waited >= self.patience {
            self.stopped_epoch = Some(epoch);
            run.stop();
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.ended = true;
        let weights = std::mem::take(&mut self.best_weights);
        for p in module::parameters(run.model()) {
            if let Some((_, value)) = weights.iter().find(|(path, _)| path == p.path()) {
                p.set_value(value).map_err(|e| e.at_path(p.path()))?;
            }
        }
        Ok(())
    }

    /// Nothing once the training that it has stopped has ended: the next one is another.
    fn state(&self) -> Option<CallbackState> {
        if self.stopped_epoch.is_some() && self.ended {
            return None;
        }
        let mut state = self.monitor.state();
        if let Some(epoch) = self.stopped_epoch {
            state.config["stopped_epoch"] = epoch.into();
        }
        state.config["waited"] = self.waited.into();
        state.config["best_epoch"] = self.best_epoch.into();
        state.tensors = self.best_weights.clone();
        Some(state)
    }

    fn restore(&mut self, state: &CallbackState, run: &mut Run<'_>) -> Result<()> {
        let (waited, best_epoch) = (state.count("waited")?, state.count("best_epoch")?);
        if self.monitor.restore(state)? {
            (self.waited, self.best_epoch) = (waited, best_epoch);
            // Saved after it had stopped the training, and before the end of that.
            if let Some(epoch) = state.config["stopped_epoch"].as_u64() {
                self.stopped_epoch = Some(epoch as usize);
                run.stop();
            }
            if self.restore && self.monitor.best.is_some() {
                // Saved after the end of a training, the model has the best weights already.
                self.best_weights = match state.tensors.is_empty() {
                    true => weights(run),
                    false => state.tensors.clone(),
                };
            }
        }
        Ok(())
    }
}

/// All parameters and buffers: handles, not copies; an update that finds its parameter shared leaves this value alone.
fn weights(run: &Run<'_>) -> Vec<(String, Tensor)> {
    module::parameters(run.model())
        .iter()
        .map(|p| (p.path().to_string(), p.value()))
        .collect()
}
