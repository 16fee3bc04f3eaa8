//! The best precision where recall is high enough.

use super::answers::Counts;
use super::operating_point::{OperatingPoint, operating_point};
use super::{Metric, described, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// The greatest precision among the thresholds whose recall is at least the one asked for; 0 if there is none.
///
/// Targets (0 or 1) and predictions (probabilities): `[batch]` or `[batch, ..., classes]`, the same shape; all numbers count alike unless a
/// class is chosen. Source: `keras.metrics.PrecisionAtRecall`.
///
/// ```
/// use nn::{metrics::{Metric, PrecisionAtRecall}, Tensor};
/// let mut metric = PrecisionAtRecall::new(0.5);
/// let (y, p) = (Tensor::from([0_i64, 0, 0, 1, 1]), Tensor::from([0.0_f32, 0.3, 0.8, 0.3, 0.8]));
/// metric.update(&y, &p, None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct PrecisionAtRecall {
    name: String,
    recall: f64,
    #[serde(flatten)]
    at: OperatingPoint,
    /// Weights of positives and negatives by the number of thresholds that they pass.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

impl PrecisionAtRecall {
    /// With a recall of at least this, in [0, 1], of 200 thresholds.
    pub fn new(recall: f64) -> PrecisionAtRecall {
        PrecisionAtRecall {
            name: "precision_at_recall".to_string(),
            recall,
            at: OperatingPoint::default(),
            buckets: Vec::new(),
        }
    }
}

operating_point!(PrecisionAtRecall, recall, Counts::recall, Counts::precision);
