//! The harmonic mean of precision and recall.

use super::confusion::{Answers, Counts, share};
use super::{Metric, check_threshold, described, metric};
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// How the scores of classes become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Average {
    /// The mean over classes.
    #[default]
    Macro,
    /// The score of the counts of all classes together.
    Micro,
    /// The mean over classes, each weighted by how often it occurs.
    Weighted,
}

/// `2 · precision · recall / (precision + recall)` of every class, averaged.
///
/// Targets (0 or 1) and predictions: `[batch, classes]`. Without a threshold, the greatest prediction of a row is the answer. Keras gives one
/// number for each class unless told to average; here the mean over classes is the default. Source: `keras.metrics.F1Score`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::metrics::{F1Score, Metric};
/// let mut f1 = F1Score::new();
/// let y = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0]]);
/// f1.update(&y, &Tensor::from([[0.9_f32, 0.1], [0.2, 0.8]]), None)?;
/// assert_eq!(f1.result(), 1.0);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct F1Score {
    name: String,
    average: Average,
    threshold: Option<f64>,
    /// Counts of every class.
    #[serde(skip)]
    classes: Vec<Counts>,
}

impl Default for F1Score {
    fn default() -> F1Score {
        F1Score {
            name: "f1_score".to_string(),
            average: Average::default(),
            threshold: None,
            classes: Vec::new(),
        }
    }
}

impl F1Score {
    /// The mean over classes, the greatest prediction being the answer.
    pub fn new() -> F1Score {
        F1Score::default()
    }

    /// Averaged otherwise.
    #[must_use]
    pub fn average(mut self, average: Average) -> F1Score {
        self.average = average;
        self
    }

    /// Every prediction above this is an answer: for rows with any number of classes.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> F1Score {
        self.threshold = Some(threshold);
        self
    }
}

metric!(F1Score);

fn score(c: &Counts) -> f64 {
    let (precision, recall) = (c.precision(), c.recall());
    share(2.0 * precision * recall, precision + recall)
}

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
        let shape = y_pred.try_shape()?;
        if shape.rank() != 2 {
            return Err(Error::rank(
                "F1Score",
                2,
                "[batch, classes]",
                &shape,
                "one class is [batch, 1]",
            ));
        }
        let n = shape[1];
        if !self.classes.is_empty() && self.classes.len() != n {
            return Err(Error::shape(format!(
                "F1Score began with {} classes, found {n}",
                self.classes.len()
            )));
        }
        let answers = Answers::new(y_true, y_pred, sample_weight)?;
        self.classes.resize(n, Counts::default());
        let threshold = self.threshold.map(|t| answers.rounded(t));
        let greatest: Vec<f64> = answers
            .scores
            .chunks_exact(n)
            .map(|row| row.iter().copied().fold(f64::NEG_INFINITY, f64::max))
            .collect();
        for (i, (target, p, weight)) in answers.iter().enumerate() {
            // As in Keras, a row of zeros has no answer.
            let answer = threshold.map_or(p >= greatest[i / n] && p.abs() > 1e-9, |t| p > t);
            self.classes[i % n].count(target, answer, weight);
        }
        Ok(())
    }

    fn result(&self) -> f64 {
        let n = self.classes.len() as f64;
        let occurs = |c: &Counts| c.true_positives + c.false_negatives;
        match self.average {
            Average::Macro => share(self.classes.iter().map(score).sum(), n),
            Average::Weighted => {
                let total = self.classes.iter().map(occurs).sum();
                share(
                    self.classes.iter().map(|c| score(c) * occurs(c)).sum(),
                    total,
                )
            }
            Average::Micro => score(&self.classes.iter().fold(Counts::default(), |a, b| Counts {
                true_positives: a.true_positives + b.true_positives,
                false_positives: a.false_positives + b.false_positives,
                false_negatives: a.false_negatives + b.false_negatives,
            })),
        }
    }

    fn reset(&mut self) {
        self.classes.clear();
    }
}
