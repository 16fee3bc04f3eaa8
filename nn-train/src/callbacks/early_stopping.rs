//! Stopping when nothing gets better any more.

use super::monitor::{Mode, Monitor};
use super::{Callback, Run};
use crate::metrics::Scores;
use nn_core::{Result, Tensor, module};

/// Ends training when a score has not improved for `patience` epochs, as Keras's `EarlyStopping`.
///
/// ```
/// use nn_train::{Fit, callbacks::EarlyStopping};
/// let stop = EarlyStopping::new("val_loss").patience(3).restore_best_weights(true);
/// let fit = Fit::new().epochs(100).callback(stop);
/// ```
#[derive(Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    restore: bool,
    waited: usize,
    best_weights: Vec<Tensor>,
    stopped_epoch: Option<usize>,
    best_epoch: usize,
}

impl EarlyStopping {
    /// Watches a score (`val_loss`), with patience 0.
    pub fn new(monitor: impl Into<String>) -> EarlyStopping {
        EarlyStopping {
            monitor: Monitor::new(monitor.into()),
            patience: 0,
            restore: false,
            waited: 0,
            best_weights: Vec::new(),
            stopped_epoch: None,
            best_epoch: 0,
        }
    }

    /// How many epochs without improvement are allowed.
    #[must_use]
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// What counts as improvement at least.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta.abs();
        self
    }

    /// Which direction is better.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.monitor.mode = mode;
        self
    }

    /// Whether the model gets the parameters and buffers of its best epoch back at the end of training.
    #[must_use]
    pub fn restore_best_weights(mut self, restore: bool) -> Self {
        self.restore = restore;
        self
    }

    /// The epoch (counted from 0) after which it ended training, if it did.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.stopped_epoch
    }

    /// The best epoch, counted from 0.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }
}

impl Callback for EarlyStopping {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.monitor.best = None;
        self.waited = 0;
        self.stopped_epoch = None;
        self.best_weights.clear();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        let value = self.monitor.read("EarlyStopping", scores)?;
        if self.monitor.improves(value) {
            self.waited = 0;
            self.best_epoch = epoch;
            if self.restore {
                // Handles, not copies: an update that finds its parameter shared leaves this value alone.
                self.best_weights = module::parameters(run.model())
                    .iter()
                    .map(|p| p.value())
                    .collect();
            }
            return Ok(());
        }
        self.waited += 1;
        if self.waited > self.patience.saturating_sub(1) {
            self.stopped_epoch = Some(epoch);
            run.stop();
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        let weights = std::mem::take(&mut self.best_weights);
        module::parameters(run.model())
            .iter()
            .zip(weights)
            .try_for_each(|(p, value)| p.set_value(&value))
    }
}
