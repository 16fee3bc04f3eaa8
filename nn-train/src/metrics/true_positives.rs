//! How often a yes is right.

use super::confusion::{Selection, counted, threshold_builders};
use super::thresholds::Thresholds;
use super::{Metric, described, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// How many predictions are positive where the target is 1.
///
/// A prediction is positive if it is above the threshold. Targets (0 or 1) and predictions: `[batch]` or `[batch, ...]`, the same shape; all
/// numbers count alike. With sample weights, each counts as much as its weight. Source: `keras.metrics.TruePositives`.
///
/// ```
/// use nn::{metrics::{Metric, TruePositives}, Tensor};
/// let mut metric = TruePositives::new();
/// metric.update(&Tensor::from([1_i64, 0, 1, 0]), &Tensor::from([0.9_f32, 0.8, 0.2, 0.1]), None)?;
/// assert_eq!(metric.result(), 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct TruePositives {
    name: String,
    thresholds: Option<Thresholds>,
    /// Weights of positives and negatives by the number of thresholds that they pass.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

impl Default for TruePositives {
    fn default() -> TruePositives {
        TruePositives {
            name: "true_positives".to_string(),
            thresholds: None,
            buckets: Vec::new(),
        }
    }
}

impl TruePositives {
    /// With a threshold of 0.5.
    pub fn new() -> TruePositives {
        TruePositives::default()
    }

    threshold_builders!(thresholds);

    fn selection(&self) -> Selection {
        Selection {
            thresholds: self.thresholds.clone(),
            ..Selection::default()
        }
    }
}

counted!(TruePositives, Up, |counts| counts.true_positives);
