//! How often a no is wrong.

use super::confusion::{Selection, counted, threshold_builders};
use super::thresholds::Thresholds;
use super::{Metric, described, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// How many predictions are negative where the target is 1.
///
/// A prediction is positive if it is above the threshold. Targets (0 or 1) and predictions: `[batch]` or `[batch, ...]`, the same shape; all
/// numbers count alike. With sample weights, each counts as much as its weight. Source: `keras.metrics.FalseNegatives`.
///
/// ```
/// use nn::{metrics::{Metric, FalseNegatives}, Tensor};
/// let mut metric = FalseNegatives::new();
/// metric.update(&Tensor::from([1_i64, 0, 1, 0]), &Tensor::from([0.9_f32, 0.8, 0.2, 0.1]), None)?;
/// assert_eq!(metric.result(), 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct FalseNegatives {
    name: String,
    thresholds: Option<Thresholds>,
    /// Weights of positives and negatives by the number of thresholds that they pass.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

impl Default for FalseNegatives {
    fn default() -> FalseNegatives {
        FalseNegatives {
            name: "false_negatives".to_string(),
            thresholds: None,
            buckets: Vec::new(),
        }
    }
}

impl FalseNegatives {
    /// With a threshold of 0.5.
    pub fn new() -> FalseNegatives {
        FalseNegatives::default()
    }

    threshold_builders!(thresholds);

    fn selection(&self) -> Selection {
        Selection {
            thresholds: self.thresholds.clone(),
            ..Selection::default()
        }
    }
}

counted!(FalseNegatives, Down, |counts| counts.false_negatives);
