//! How often yes-or-no answers are right.

use super::{Mean, Metric, check_threshold, described, metric};
use crate::losses::pair_of_metric;
use nn_core::{Element, Result, Tensor, with_float};
use nn_kernels::memory::try_collected;
use serde::{Deserialize, Serialize};

/// The share of predictions above the threshold where the target is 1, and not above it where it is 0. Both have the same shape,
/// `[batch, ...]`; one answer a sample is `[batch, 1]`. Reported as `accuracy`, where Keras says `binary_accuracy`.
///
/// Source: `keras.metrics.BinaryAccuracy`.
///
/// ```
/// use nn::{metrics::{Metric, BinaryAccuracy}, Tensor};
/// let mut accuracy = BinaryAccuracy::new();
/// accuracy.update(&Tensor::from([[1_i64], [0], [1], [0]]), &Tensor::from([[0.9_f32], [0.2], [0.6], [0.7]]), None)?;
/// assert_eq!(accuracy.result(), 0.75);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct BinaryAccuracy {
    name: String,
    threshold: f64,
    #[serde(skip)]
    mean: Mean,
}

impl Default for BinaryAccuracy {
    fn default() -> BinaryAccuracy {
        BinaryAccuracy {
            name: "accuracy".to_string(),
            threshold: 0.5,
            mean: Mean::new(),
        }
    }
}

impl BinaryAccuracy {
    /// Reported as `accuracy`.
    pub fn new() -> BinaryAccuracy {
        BinaryAccuracy::default()
    }

    /// Predictions above this are a yes: probabilities by default, 0.5; for logits, 0.
    pub fn threshold(mut self, threshold: f64) -> BinaryAccuracy {
        self.threshold = threshold;
        self
    }
}

metric!(BinaryAccuracy);

impl Metric for BinaryAccuracy {
    described!(mean, Up);

    fn check(&self) -> Result<()> {
        check_threshold(Self::CLASS, self.threshold)
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
        let matches: Vec<f64> = with_float!(y_pred.dtype(), T => {
            let threshold = <T as Element>::from_f64(self.threshold);
            let pairs = y_true.try_data::<T>()?.iter().zip(y_pred.try_data::<T>()?);
            try_collected(pairs.map(|(&y, &p)| f64::from(y == <T as Element>::from_f64(f64::from(p > threshold)))))?
        });
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
