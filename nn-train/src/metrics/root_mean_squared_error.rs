//! The root of the mean of squared differences.

use super::{Mean, Metric, described, metric};
use crate::losses::{Loss, MeanSquaredError};
use nn_core::{Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// `√mean((y_true - y_pred)²)` over all samples of all batches. Targets and predictions: `[batch, ...]`, the same shape.
///
/// Source: `keras.metrics.RootMeanSquaredError`.
///
/// ```
/// use nn::{metrics::{Metric, RootMeanSquaredError}, Tensor};
/// let mut error = RootMeanSquaredError::new();
/// error.update(&Tensor::from([[0.0_f32], [0.0]]), &Tensor::from([[1.0_f32], [7.0]]), None)?;
/// assert_eq!(error.result(), 5.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct RootMeanSquaredError {
    name: String,
    #[serde(skip)]
    mean: Mean,
}

impl Default for RootMeanSquaredError {
    fn default() -> RootMeanSquaredError {
        RootMeanSquaredError {
            name: "root_mean_squared_error".to_string(),
            mean: Mean::new(),
        }
    }
}

impl RootMeanSquaredError {
    /// Of nothing yet.
    pub fn new() -> RootMeanSquaredError {
        RootMeanSquaredError::default()
    }
}

metric!(RootMeanSquaredError);

impl Metric for RootMeanSquaredError {
    described!(mean, Down);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let losses = no_gradient(|| MeanSquaredError::new().losses(y_true, y_pred));
        self.mean.update(&losses, sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result().sqrt()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
