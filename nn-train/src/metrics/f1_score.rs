//! The harmonic mean of precision and recall.

use super::f_beta_score::{Average, Sums, add, scores};
use super::{Metric, check_threshold, described, mean_of, metric};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `2 · precision · recall / (precision + recall)` of every class, or averaged.
///
/// Targets (0 or 1) and predictions: `[batch, classes]`. Without a threshold, the greatest prediction of a row is the answer. Unless told to
/// average, [`Metric::results`] has the score of each class, and [`Metric::result`] is their mean. Source: `keras.metrics.F1Score`.
///
/// ```
/// use nn::{metrics::{F1Score, Metric}, Tensor};
/// let mut f1 = F1Score::new();
/// let y = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0]]);
/// f1.update(&y, &Tensor::from([[0.9_f32, 0.1], [0.2, 0.8]]), None)?;
/// assert!((f1.result() - 1.0).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct F1Score {
    name: String,
    average: Option<Average>,
    threshold: Option<f64>,
    #[serde(skip)]
    classes: Vec<Sums>,
}

impl Default for F1Score {
    fn default() -> F1Score {
        F1Score {
            name: "f1_score".to_string(),
            average: None,
            threshold: None,
            classes: Vec::new(),
        }
    }
}

impl F1Score {
    /// A score for each class, the greatest prediction of a row being the answer.
    pub fn new() -> F1Score {
        F1Score::default()
    }

    /// One number for all classes.
    pub fn average(mut self, average: Average) -> F1Score {
        self.average = Some(average);
        self
    }

    /// Every prediction above this is an answer: for rows with any number of classes.
    pub fn threshold(mut self, threshold: f64) -> F1Score {
        self.threshold = Some(threshold);
        self
    }
}

metric!(F1Score);

impl Metric for F1Score {
    described!(classes, Up);

    fn check(&self) -> Result<()> {
        check_threshold(Self::CLASS, self.threshold.unwrap_or(0.5))
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let by = (Self::CLASS, self.threshold);
        add(&mut self.classes, by, y_true, y_pred, sample_weight)
    }

    fn result(&self) -> f64 {
        mean_of(&self.results())
    }

    fn results(&self) -> Vec<f64> {
        scores(&self.classes, self.average, 1.0)
    }

    fn reset(&mut self) {
        self.classes.clear();
    }
}
