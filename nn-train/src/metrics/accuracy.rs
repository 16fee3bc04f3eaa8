//! How often predictions are the targets.

use super::{Mean, Metric, described, metric};
use crate::losses::pair_of_metric;
use nn_core::{DType, Result, Tensor};
use nn_kernels::memory::try_collected;
use serde::{Deserialize, Serialize};

/// The share of predictions that equal their targets, number by number. Both have the same shape, `[batch, ...]`.
///
/// Source: `keras.metrics.Accuracy`.
///
/// ```
/// use nn::{metrics::{Metric, Accuracy}, Tensor};
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&Tensor::from([1_i64, 2, 3, 4]), &Tensor::from([1_i64, 2, 3, 0]), None)?;
/// assert_eq!(accuracy.result(), 0.75);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Accuracy {
    name: String,
    #[serde(skip)]
    mean: Mean,
}

impl Default for Accuracy {
    fn default() -> Accuracy {
        Accuracy {
            name: "accuracy".to_string(),
            mean: Mean::new(),
        }
    }
}

impl Accuracy {
    /// Reported as `accuracy`.
    pub fn new() -> Accuracy {
        Accuracy::default()
    }
}

metric!(Accuracy);

impl Metric for Accuracy {
    described!(mean, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let (y_true, y_pred) = pair_of_metric(&y_true.cast(DType::F64), &y_pred.cast(DType::F64))?;
        let pairs = y_true
            .try_data::<f64>()?
            .iter()
            .zip(y_pred.try_data::<f64>()?);
        let matches = try_collected(pairs.map(|(y, p)| f64::from(y == p)))?;
        self.mean
            .add_of(&y_pred, &matches, y_pred.shape(), sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
