//! The logarithm of the hyperbolic cosine of differences.

use super::{Mean, Metric, described, metric};
use crate::losses::{LogCosh, Loss};
use nn_core::{Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// The mean of `ln cosh(y_pred - y_true)` over all samples of all batches. Targets and predictions: `[batch, ...]`, the same shape.
///
/// Source: `keras.metrics.LogCoshError`, reported as `logcosh` there too.
///
/// ```
/// use nn::{metrics::{LogCoshError, Metric}, Tensor};
/// let mut error = LogCoshError::new();
/// error.update(&Tensor::from([[0.0_f32], [0.0]]), &Tensor::from([[1.0_f32], [0.0]]), None)?;
/// assert!((error.result() - 0.216_890_4).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct LogCoshError {
    name: String,
    #[serde(skip)]
    mean: Mean,
}

impl Default for LogCoshError {
    fn default() -> LogCoshError {
        LogCoshError {
            name: "logcosh".to_string(),
            mean: Mean::new(),
        }
    }
}

impl LogCoshError {
    /// Of nothing yet.
    pub fn new() -> LogCoshError {
        LogCoshError::default()
    }
}

metric!(LogCoshError);

impl Metric for LogCoshError {
    described!(mean, Down);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let losses = no_gradient(|| LogCosh::new().losses(y_true, y_pred));
        self.mean.update_of(y_pred, &losses, sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
