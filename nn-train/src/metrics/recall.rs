//! How many of those that are there are found.

use super::confusion::{Counts, Selection, selection_builders};
use super::{Metric, described, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `true positives / (true positives + false negatives)`, 0 if there are none.
///
/// A prediction is positive if it is above the threshold. Targets (0 or 1) and predictions: `[batch]` or `[batch, ..., classes]`, the
/// same shape; all numbers count alike unless a class is chosen. Source: `keras.metrics.Recall`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::metrics::{Metric, Recall};
/// let mut metric = Recall::new();
/// metric.update(&Tensor::from([1_i64, 1, 1, 0]), &Tensor::from([0.9_f32, 0.8, 0.2, 0.1]), None)?;
/// assert!((metric.result() - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recall {
    name: String,
    #[serde(flatten)]
    selection: Selection,
    #[serde(skip)]
    counts: Counts,
}

impl Default for Recall {
    fn default() -> Recall {
        Recall {
            name: "recall".to_string(),
            selection: Selection::default(),
            counts: Counts::default(),
        }
    }
}

impl Recall {
    /// With a threshold of 0.5.
    pub fn new() -> Recall {
        Recall::default()
    }

    selection_builders!();
}

metric!(Recall);

impl Metric for Recall {
    described!(counts, Up);

    fn check(&self) -> Result<()> {
        self.selection.check(Self::CLASS)
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.counts
            .add(&self.selection, y_true, y_pred, sample_weight)
    }

    fn result(&self) -> f64 {
        self.counts.recall()
    }

    fn reset(&mut self) {
        self.counts = Counts::default();
    }
}
