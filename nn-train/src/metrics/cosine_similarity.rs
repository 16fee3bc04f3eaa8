//! The angle between vectors: 1 for the same direction.

use super::{Mean, Metric, described, metric};
use crate::losses::{self, Loss};
use nn_core::{Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// The mean of `Σ (y_true / ‖y_true‖) · (y_pred / ‖y_pred‖)` over the last axis. Targets and predictions: `[batch, ..., components]`, the same
/// shape. The loss of this name is its negative, which is why it is not beside the other metrics.
///
/// Source: `keras.metrics.CosineSimilarity`.
///
/// ```
/// use nn::{metrics::Metric, metrics::cosine_similarity::CosineSimilarity, Tensor};
/// let mut similarity = CosineSimilarity::new();
/// similarity.update(&Tensor::from([[0.0_f32, 2.0]]), &Tensor::from([[0.0_f32, 3.0]]), None)?;
/// assert_eq!(similarity.result(), 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct CosineSimilarity {
    name: String,
    axis: isize,
    #[serde(skip)]
    mean: Mean,
}

impl Default for CosineSimilarity {
    fn default() -> CosineSimilarity {
        CosineSimilarity {
            name: "cosine_similarity".to_string(),
            axis: -1,
            mean: Mean::new(),
        }
    }
}

impl CosineSimilarity {
    /// Of nothing yet.
    pub fn new() -> CosineSimilarity {
        CosineSimilarity::default()
    }

    /// Of vectors along this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> CosineSimilarity {
        self.axis = axis;
        self
    }
}

metric!(CosineSimilarity);

impl Metric for CosineSimilarity {
    described!(mean, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let loss = losses::CosineSimilarity::new().axis(self.axis);
        let losses = no_gradient(|| loss.losses(y_true, y_pred));
        self.mean.update_of(y_pred, &-losses, sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
