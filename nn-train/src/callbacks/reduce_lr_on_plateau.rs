//! A lower learning rate when nothing gets better.

use super::monitor::{Mode, Monitor};
use super::{Callback, CallbackState, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};

/// Multiplies the learning rate by `factor` when a score has not improved for `patience` epochs, as Keras's `ReduceLROnPlateau`.
///
/// The learning rate becomes part of the history, as `learning_rate`.
///
/// ```
/// use nn::{Fit, callbacks::ReduceLROnPlateau};
/// let fit = Fit::new().callback(ReduceLROnPlateau::new("val_loss").factor(0.2).patience(5).min_lr(1e-5));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ReduceLROnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    cooldown: usize,
    min_lr: f64,
    waited: usize,
    cooling: usize,
}

impl Default for ReduceLROnPlateau {
    /// Of the loss on the validation data, as Keras.
    fn default() -> ReduceLROnPlateau {
        ReduceLROnPlateau::new("val_loss")
    }
}

impl ReduceLROnPlateau {
    /// Watches a score, with Keras's defaults: factor 0.1, patience 10, `min_delta` 1e-4.
    pub fn new(monitor: impl Into<String>) -> ReduceLROnPlateau {
        let mut monitor = Monitor::new(monitor.into());
        monitor.min_delta = 1e-4;
        ReduceLROnPlateau {
            monitor,
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            min_lr: 0.0,
            waited: 0,
            cooling: 0,
        }
    }

    /// What the learning rate is multiplied by, below 1.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// How many epochs without improvement are allowed.
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// How many epochs to wait after a reduction before counting again.
    pub fn cooldown(mut self, epochs: usize) -> Self {
        self.cooldown = epochs;
        self
    }

    /// The lowest learning rate.
    pub fn min_lr(mut self, min_lr: f64) -> Self {
        self.min_lr = min_lr;
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
}

impl Callback for ReduceLROnPlateau {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&["learning_rate"])
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if !(0.0..1.0).contains(&self.factor) {
            return Err(Error::value(format!(
                "ReduceLROnPlateau needs `factor` to be from 0 to below 1, found {}",
                self.factor
            )));
        }
        if !(self.min_lr >= 0.0 && self.min_lr.is_finite()) {
            return Err(Error::value(format!(
                "ReduceLROnPlateau needs `min_lr` to be a finite number from 0 on, found {}",
                self.min_lr
            )));
        }
        self.monitor.begin("ReduceLROnPlateau", false, run)?;
        self.monitor.best = None;
        (self.waited, self.cooling) = (0, 0);
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        let value = self.monitor.read("ReduceLROnPlateau", scores, run)?;
        let rate = run.optimizer().learning_rate();
        scores.set("learning_rate", rate);
        let Some(value) = value else { return Ok(()) };
        if self.cooling > 0 {
            self.cooling -= 1;
            self.waited = 0;
        }
        if self.monitor.improves(value) {
            self.waited = 0;
        } else if self.cooling == 0 {
            self.waited += 1;
            if self.waited >= self.patience && rate > self.min_lr {
                run.optimizer()
                    .set_learning_rate((rate * self.factor).max(self.min_lr))?;
                self.cooling = self.cooldown;
                self.waited = 0;
            }
        }
        Ok(())
    }

    fn state(&self) -> Option<CallbackState> {
        let mut state = self.monitor.state();
        state.config["waited"] = self.waited.into();
        state.config["cooling"] = self.cooling.into();
        Some(state)
    }

    fn restore(&mut self, state: &CallbackState, _: &mut Run<'_>) -> Result<()> {
        let (waited, cooling) = (state.count("waited")?, state.count("cooling")?);
        if self.monitor.restore(state)? {
            (self.waited, self.cooling) = (waited, cooling);
        }
        Ok(())
    }
}
