//! Looking at averages of the weights while the weights are trained.

use super::{Callback, CallbackState, Run};
use crate::metrics::Scores;
use nn_core::Result;

/// Evaluates and predicts with the moving averages of the parameters, which the optimizer keeps (`ema`), and with
/// [`SwapEMAWeights::swap_on_epoch`] saves them, while training goes on with the parameters themselves. As Keras's `SwapEMAWeights`.
///
/// ```
/// use nn::{Fit, callbacks::{ModelCheckpoint, SwapEMAWeights}};
/// let fit = Fit::new()
///     .callback(SwapEMAWeights::new().swap_on_epoch(true))
///     .callback(ModelCheckpoint::new("averaged.safetensors").save_weights_only(true));
/// ```
///
/// A training that is saved while the averages are in their place goes on to the bit with this callback, which swaps back.
#[derive(Debug, Default)]
#[must_use]
pub struct SwapEMAWeights {
    swap_on_epoch: bool,
    /// Whether the averages are in the place of the parameters.
    swapped: bool,
}

impl SwapEMAWeights {
    /// Swaps for validations, evaluations and predictions.
    pub fn new() -> SwapEMAWeights {
        SwapEMAWeights::default()
    }

    /// Whether it also swaps at the end of each epoch, before the callbacks after it, and back at the beginning of the next (Keras: `false`).
    pub fn swap_on_epoch(mut self, swap_on_epoch: bool) -> SwapEMAWeights {
        self.swap_on_epoch = swap_on_epoch;
        self
    }

    fn swap(&mut self, swapped: bool, run: &mut Run<'_>) -> Result<()> {
        if self.swapped != swapped {
            run.swap_averages()?;
            self.swapped = swapped;
        }
        Ok(())
    }
}

impl Callback for SwapEMAWeights {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        // Whether there are averages is found out now, and not after an epoch.
        run.swap_averages()?;
        run.swap_averages()?;
        self.swapped = false;
        Ok(())
    }

    fn on_epoch_begin(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        self.swap(false, run)
    }

    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.swap(true, run)
    }

    fn on_test_end(&mut self, _: &Scores, run: &mut Run<'_>) -> Result<()> {
        self.swap(false, run)
    }

    fn on_predict_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.swap(true, run)
    }

    fn on_predict_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.swap(false, run)
    }

    fn on_epoch_end(&mut self, _: usize, _: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        self.swap(self.swap_on_epoch, run)
    }

    /// Training goes on from the parameters; [`Compiled::finalize`](crate::Compiled::finalize) makes them their averages.
    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.swap(false, run)
    }

    fn state(&self) -> Option<CallbackState> {
        let swapped = self.swapped;
        Some(CallbackState::new(serde_json::json!({"swapped": swapped})))
    }

    fn restore(&mut self, state: &CallbackState, _: &mut Run<'_>) -> Result<()> {
        // What was saved swapped is swapped: parameters and averages are in each other's places in the file too.
        self.swapped = state.config["swapped"] == true;
        Ok(())
    }
}
