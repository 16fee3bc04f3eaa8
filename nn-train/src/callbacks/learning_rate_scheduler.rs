//! A learning rate for every epoch.

use super::{Callback, Run};
use crate::metrics::Scores;
use nn_core::Result;
use std::fmt;

/// Sets the learning rate before every epoch to what a function of epoch (counted from 0) and present rate says, as Keras's
/// `LearningRateScheduler`.
///
/// ```
/// use nn::{Fit, callbacks::LearningRateScheduler};
/// let halve = LearningRateScheduler::new(|epoch, rate| if epoch < 10 { rate } else { rate * 0.5 });
/// let fit = Fit::new().callback(halve);
/// ```
#[must_use]
pub struct LearningRateScheduler<F> {
    schedule: F,
}

impl<F> fmt::Debug for LearningRateScheduler<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LearningRateScheduler")
    }
}

impl<F: FnMut(usize, f64) -> f64> LearningRateScheduler<F> {
    /// With a function of epoch and present learning rate.
    pub fn new(schedule: F) -> Self {
        LearningRateScheduler { schedule }
    }
}

impl<F: FnMut(usize, f64) -> f64> Callback for LearningRateScheduler<F> {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&["learning_rate"])
    }

    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let rate = run.optimizer().learning_rate();
        run.optimizer()
            .set_learning_rate((self.schedule)(epoch, rate))
    }

    fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        scores.set("learning_rate", run.optimizer().learning_rate());
        Ok(())
    }
}
