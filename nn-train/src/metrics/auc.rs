//! The area under a curve of thresholds.

use super::confusion::{Answers, share};
use super::{Metric, described};
use crate::saving::registry::{self, Allowed};
use nn_core::{Error, Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// Thresholds at most: f32 has no more numbers between ½ and 1 than half as many.
const MOST_THRESHOLDS: usize = 1 << 24;

/// Which curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// Recall over the share of negatives that are found wrongly.
    #[default]
    #[serde(rename = "ROC")]
    Roc,
    /// Precision over recall.
    #[serde(rename = "PR")]
    Pr,
}

/// How the area between two thresholds is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Summation {
    /// Trapezoids; for the precision-recall curve, with true and false positives interpolated instead (Davis and Goadrich 2006,
    /// <https://doi.org/10.1145/1143844.1143874>).
    #[default]
    Interpolation,
    /// The lower of both heights.
    Minoring,
    /// The higher of both heights.
    Majoring,
}

/// The area under the ROC or precision-recall curve, from counts at 200 thresholds between 0 and 1.
///
/// Targets (0 or 1) and predictions (probabilities, or logits if so told): `[batch]` or `[batch, ...]`, the same shape; all numbers count
/// alike. Source: `keras.metrics.AUC`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::metrics::{AUC, Metric};
/// let mut auc = AUC::new();
/// auc.update(&Tensor::from([0_i64, 0, 1, 1]), &Tensor::from([0.0_f32, 0.5, 0.3, 0.9]), None)?;
/// assert_eq!(auc.result(), 0.75);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AUC {
    name: String,
    num_thresholds: usize,
    curve: Curve,
    summation_method: Summation,
    from_logits: bool,
    /// Weights of positives and negatives whose score is above the threshold of the same index, and not above the next.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

impl Default for AUC {
    fn default() -> AUC {
        AUC {
            name: "auc".to_string(),
            num_thresholds: 200,
            curve: Curve::default(),
            summation_method: Summation::default(),
            from_logits: false,
            buckets: Vec::new(),
        }
    }
}

impl AUC {
    const CLASS: &'static str = "AUC";

    /// Under the ROC curve, of probabilities.
    pub fn new() -> AUC {
        AUC::default()
    }

    /// Under the ROC curve, of logits.
    pub fn from_logits() -> AUC {
        AUC {
            from_logits: true,
            ..AUC::default()
        }
    }

    /// Reported under another name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> AUC {
        self.name = name.into();
        self
    }

    /// How many thresholds, at least 2 and at most 2²⁴ (Keras: 200).
    #[must_use]
    pub fn num_thresholds(mut self, n: usize) -> AUC {
        self.num_thresholds = n;
        self
    }

    /// Under this curve.
    #[must_use]
    pub fn curve(mut self, curve: Curve) -> AUC {
        self.curve = curve;
        self
    }

    /// With areas taken so.
    #[must_use]
    pub fn summation_method(mut self, method: Summation) -> AUC {
        self.summation_method = method;
        self
    }

    fn from_config(config: &serde_json::Value) -> Result<AUC> {
        let auc: AUC = registry::read(
            config,
            &[
                ("thresholds", Allowed::Null),
                ("multi_label", Allowed::False),
                ("num_labels", Allowed::Null),
                ("label_weights", Allowed::Null),
            ],
        )?;
        auc.check()?;
        Ok(auc)
    }
}

crate::register!(Metric: AUC as "AUC");

/// Weights of answers at a threshold.
#[derive(Clone, Copy, Default)]
struct Point {
    true_positives: f64,
    false_positives: f64,
    true_negatives: f64,
    false_negatives: f64,
}

impl AUC {
    /// The counts at every threshold, from the lowest to the highest.
    fn points(&self) -> Vec<Point> {
        let [positives, negatives] = self
            .buckets
            .iter()
            .fold([0.0; 2], |[p, n], b| [p + b[0], n + b[1]]);
        let mut above = [0.0; 2];
        let mut points: Vec<Point> = Vec::with_capacity(self.buckets.len());
        for bucket in self.buckets.iter().rev() {
            above = [above[0] + bucket[0], above[1] + bucket[1]];
            points.push(Point {
                true_positives: above[0],
                false_positives: above[1],
                true_negatives: negatives - above[1],
                false_negatives: positives - above[0],
            });
        }
        points.reverse();
        points
    }

    /// The area between a threshold and the next one.
    fn area(&self, low: Point, high: Point) -> f64 {
        if (self.curve, self.summation_method) == (Curve::Pr, Summation::Interpolation) {
            return interpolated(low, high);
        }
        let at = |p: Point| {
            let recall = share(p.true_positives, p.true_positives + p.false_negatives);
            match self.curve {
                Curve::Roc => (
                    share(p.false_positives, p.false_positives + p.true_negatives),
                    recall,
                ),
                Curve::Pr => (
                    recall,
                    share(p.true_positives, p.true_positives + p.false_positives),
                ),
            }
        };
        let ((x1, y1), (x2, y2)) = (at(low), at(high));
        let height = match self.summation_method {
            Summation::Interpolation => (y1 + y2) / 2.0,
            Summation::Minoring => y1.min(y2),
            Summation::Majoring => y1.max(y2),
        };
        (x1 - x2) * height
    }
}

/// The area under the precision-recall curve where true and false positives change in proportion.
fn interpolated(low: Point, high: Point) -> f64 {
    let (p1, p2) = (
        low.true_positives + low.false_positives,
        high.true_positives + high.false_positives,
    );
    let more = low.true_positives - high.true_positives;
    let slope = share(more, (p1 - p2).max(0.0));
    let intercept = high.true_positives - slope * p2;
    let ratio = if p1 > 0.0 && p2 > 0.0 { p1 / p2 } else { 1.0 };
    share(
        slope * (more + intercept * ratio.ln()),
        high.true_positives + high.false_negatives,
    )
}

impl Metric for AUC {
    described!(buckets, Up);

    fn check(&self) -> Result<()> {
        match self.num_thresholds {
            2..=MOST_THRESHOLDS => Ok(()),
            n => Err(Error::value(format!(
                "AUC needs at least 2 thresholds and takes at most {MOST_THRESHOLDS}, found {n}"
            ))),
        }
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        self.check()?;
        let probabilities = match self.from_logits {
            true => no_gradient(|| y_pred.sigmoid()),
            false => y_pred.clone(),
        };
        let answers = Answers::new(y_true, &probabilities, sample_weight)?;
        if let Some(score) = answers.scores.iter().find(|p| p.is_nan()) {
            return Err(Error::value(format!(
                "AUC of predictions that are not numbers ({score})"
            )));
        }
        self.buckets.resize(self.num_thresholds, [0.0; 2]);
        let last = (self.num_thresholds - 1) as f64;
        for (target, score, weight) in answers.iter() {
            // A score on a threshold is not above it.
            let scaled = answers.rounded(score.clamp(0.0, 1.0) * last);
            let bucket = (scaled.ceil() - 1.0).max(0.0) as usize;
            self.buckets[bucket][usize::from(!target)] += weight;
        }
        Ok(())
    }

    fn result(&self) -> f64 {
        self.points()
            .windows(2)
            .map(|p| self.area(p[0], p[1]))
            .sum()
    }

    fn reset(&mut self) {
        self.buckets.clear();
    }
}
