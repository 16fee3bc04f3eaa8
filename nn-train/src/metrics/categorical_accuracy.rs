//! How often the greatest score is that of the right class, for one-hot targets.

use super::{
    Mean, Metric, described, metric,
    sparse_categorical_accuracy::{best, matches},
};
use crate::losses::pair_of_metric;
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// The share of rows whose greatest score (the first of equals) is where the target is greatest. Targets and predictions:
/// `[batch, ..., classes]`, the same shape. Reported as `accuracy`, where Keras says `categorical_accuracy`.
///
/// Source: `keras.metrics.CategoricalAccuracy`.
///
/// ```
/// use nn::{metrics::{Metric, CategoricalAccuracy}, Tensor};
/// let mut accuracy = CategoricalAccuracy::new();
/// let y = Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]);
/// accuracy.update(&y, &Tensor::from([[0.2_f32, 0.8], [0.4, 0.6]]), None)?;
/// assert_eq!(accuracy.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct CategoricalAccuracy {
    name: String,
    #[serde(skip)]
    mean: Mean,
}

impl Default for CategoricalAccuracy {
    fn default() -> CategoricalAccuracy {
        CategoricalAccuracy {
            name: "accuracy".to_string(),
            mean: Mean::new(),
        }
    }
}

impl CategoricalAccuracy {
    /// Reported as `accuracy`.
    pub fn new() -> CategoricalAccuracy {
        CategoricalAccuracy::default()
    }
}

metric!(CategoricalAccuracy);

impl Metric for CategoricalAccuracy {
    described!(mean, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
        let (labels, rows) = best(&y_true)?;
        matches(
            &mut self.mean,
            &labels,
            &best(&y_pred)?.0,
            &y_pred,
            rows,
            sample_weight,
        )
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
