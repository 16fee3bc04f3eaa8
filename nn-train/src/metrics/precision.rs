//! How many of those found are right.

use super::answers::Counts;
use super::confusion::{Selection, counted, threshold_builders};
use super::{Metric, described, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `true positives / (true positives + false positives)`, 0 if there are none.
///
/// A prediction is positive if it is above the threshold. Targets (0 or 1) and predictions: `[batch]` or `[batch, ..., classes]`, the
/// same shape; all numbers count alike unless a class is chosen. Source: `keras.metrics.Precision`.
///
/// ```
/// use nn::{metrics::{Metric, Precision}, Tensor};
/// let mut metric = Precision::new();
/// metric.update(&Tensor::from([1_i64, 0, 1, 0]), &Tensor::from([0.9_f32, 0.8, 0.2, 0.1]), None)?;
/// assert_eq!(metric.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Precision {
    name: String,
    #[serde(flatten)]
    selection: Selection,
    /// Weights of positives and negatives by the number of thresholds that they pass.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

impl Default for Precision {
    fn default() -> Precision {
        Precision {
            name: "precision".to_string(),
            selection: Selection::default(),
            buckets: Vec::new(),
        }
    }
}

impl Precision {
    /// With a threshold of 0.5.
    pub fn new() -> Precision {
        Precision::default()
    }

    threshold_builders!(selection.thresholds);

    /// Looks at the k greatest predictions of a row only; the others are negative. Without thresholds, all of the k are positive.
    pub fn top_k(mut self, k: usize) -> Self {
        self.selection.top_k = Some(k);
        self
    }

    /// Looks at this class only, the index on the last axis.
    pub fn class_id(mut self, class: usize) -> Self {
        self.selection.class_id = Some(class);
        self
    }

    fn selection(&self) -> Selection {
        self.selection.clone()
    }
}

counted!(Precision, Up, Counts::precision);
