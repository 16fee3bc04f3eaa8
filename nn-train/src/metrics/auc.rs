//! The area under a curve of thresholds.

use super::answers::{Answers, Counts, share};
use super::operating_point::MOST_THRESHOLDS;
use super::thresholds::Scale;
use super::{Metric, described, metric};
use nn_core::{Error, Result, Tensor, no_gradient};
use serde::{Deserialize, Deserializer, Serialize};

/// Which curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// Recall over the share of negatives that are found wrongly.
    #[default]
    #[serde(rename = "ROC", alias = "roc")]
    Roc,
    /// Precision over recall.
    #[serde(rename = "PR", alias = "pr")]
    Pr,
    /// Precision gain over recall gain: how much better than always saying yes, `1 - π / (1 - π) · FN / TP` and `1 - π / (1 - π) · FP / TP` with
    /// the share π of positives (Flach and Kull 2015, <https://papers.nips.cc/paper/5867-precision-recall-gain-curves-pr-analysis-done-right>).
    #[serde(rename = "PRGAIN", alias = "prgain")]
    PrGain,
}

/// How the area between two thresholds is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Summation {
    /// Trapezoids; for the precision-recall curve, with true and false positives interpolated instead (Davis and Goadrich 2006,
    /// <https://doi.org/10.1145/1143844.1143874>).
    #[default]
    #[serde(alias = "Interpolation")]
    Interpolation,
    /// The lower of both heights.
    #[serde(alias = "Minoring")]
    Minoring,
    /// The higher of both heights.
    #[serde(alias = "Majoring")]
    Majoring,
}

/// The area under the ROC or precision-recall curve, from counts at 200 thresholds between 0 and 1.
///
/// Targets (0 or 1) and predictions (probabilities, or logits if so told): `[batch]` or `[batch, ...]`, the same shape; all numbers count
/// alike, unless labels have areas of their own ([`AUC::multi_label`]) or weights. Source: `keras.metrics.AUC`.
///
/// ```
/// use nn::{metrics::{AUC, Metric}, Tensor};
/// let mut auc = AUC::new();
/// auc.update(&Tensor::from([0_i64, 0, 1, 1]), &Tensor::from([0.0_f32, 0.5, 0.3, 0.9]), None)?;
/// assert_eq!(auc.result(), 0.75);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct AUC {
    name: String,
    num_thresholds: usize,
    curve: Curve,
    summation_method: Summation,
    thresholds: Option<Vec<f64>>,
    multi_label: bool,
    num_labels: Option<usize>,
    #[serde(deserialize_with = "read_weights")]
    label_weights: Option<Vec<f64>>,
    from_logits: bool,
    /// Weights of positives and negatives by the number of thresholds that they pass, of one label after the other.
    #[serde(skip)]
    buckets: Vec<[f64; 2]>,
}

/// Weights of labels as a list, or as the tensor that Keras writes of it.
fn read_weights<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<f64>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Weights {
        List(Vec<f64>),
        Tensor { config: Value },
    }
    #[derive(Deserialize)]
    struct Value {
        value: Vec<f64>,
    }
    let weights = Option::<Weights>::deserialize(deserializer)?;
    Ok(weights.map(|weights| match weights {
        Weights::List(list) => list,
        Weights::Tensor { config } => config.value,
    }))
}

impl Default for AUC {
    fn default() -> AUC {
        AUC {
            name: "auc".to_string(),
            num_thresholds: 200,
            curve: Curve::default(),
            summation_method: Summation::default(),
            thresholds: None,
            multi_label: false,
            num_labels: None,
            label_weights: None,
            from_logits: false,
            buckets: Vec::new(),
        }
    }
}

impl AUC {
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

    /// How many thresholds, at least 2 and at most 2²⁴ (Keras: 200), at even distances from 0 to 1.
    pub fn num_thresholds(mut self, n: usize) -> AUC {
        self.num_thresholds = n;
        self
    }

    /// These thresholds in [0, 1], and one below and one above all scores, instead of those at even distances.
    pub fn thresholds(mut self, thresholds: impl IntoIterator<Item = f64>) -> AUC {
        self.thresholds = Some(thresholds.into_iter().collect());
        self
    }

    /// Under this curve.
    pub fn curve(mut self, curve: Curve) -> AUC {
        self.curve = curve;
        self
    }

    /// With areas taken so.
    pub fn summation_method(mut self, method: Summation) -> AUC {
        self.summation_method = method;
        self
    }

    /// Whether it is the mean of the areas of all labels, for targets and predictions `[batch, labels]`.
    pub fn multi_label(mut self, multi_label: bool) -> AUC {
        self.multi_label = multi_label;
        self
    }

    /// Weights of the labels on the last axis: in the mean of their areas with [`AUC::multi_label`], in the counts otherwise.
    pub fn label_weights(mut self, weights: impl IntoIterator<Item = f64>) -> AUC {
        self.label_weights = Some(weights.into_iter().collect());
        self
    }

    fn scale(&self) -> Scale {
        let Some(thresholds) = &self.thresholds else {
            let n = self.num_thresholds;
            return Scale::Even { n, open: true };
        };
        let mut all = thresholds.clone();
        all.sort_by(f64::total_cmp);
        let ends = [&[0.0], &all[..], &[1.0]].concat();
        match Scale::of(&ends) {
            Scale::Even { n, .. } => Scale::Even { n, open: true },
            Scale::Listed { .. } => Scale::of(&[&[-1e-7], &all[..], &[1.0 + 1e-7]].concat()),
        }
    }

    /// The area between a threshold and the next one.
    fn area(&self, low: &Counts, high: &Counts) -> f64 {
        if (self.curve, self.summation_method) == (Curve::Pr, Summation::Interpolation) {
            return interpolated(low, high);
        }
        let at = |c: &Counts| match self.curve {
            Curve::Roc => {
                let negatives = c.false_positives + c.true_negatives;
                (share(c.false_positives, negatives), c.recall())
            }
            Curve::Pr => (c.recall(), c.precision()),
            Curve::PrGain => gains(c),
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
fn interpolated(low: &Counts, high: &Counts) -> f64 {
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
        (high.true_positives + high.false_negatives).max(0.0),
    )
}

/// Recall gain and precision gain.
fn gains(c: &Counts) -> (f64, f64) {
    if c.true_positives == 0.0 {
        return (0.0, 1.0);
    }
    let odds = share(
        c.true_positives + c.false_negatives,
        c.true_negatives + c.false_positives,
    );
    let gain = |wrong: f64| 1.0 - odds * wrong / c.true_positives;
    (gain(c.false_negatives).max(0.0), gain(c.false_positives))
}

metric!(AUC);

impl Metric for AUC {
    described!(buckets, Up);

    fn check(&self) -> Result<()> {
        match (&self.thresholds, self.num_thresholds) {
            (Some(list), _) => {
                if let Some(t) = list.iter().find(|t| !(0.0..=1.0).contains(*t)) {
                    return Err(Error::value(format!(
                        "AUC needs `thresholds` in [0, 1], found {t}"
                    )));
                }
            }
            (None, 2..=MOST_THRESHOLDS) => {}
            (None, n) => {
                return Err(Error::value(format!(
                    "AUC needs at least 2 thresholds and takes at most {MOST_THRESHOLDS}, found {n}"
                )));
            }
        }
        if self.num_labels.is_some_and(|n| n > 0) && !self.multi_label {
            return Err(Error::value(
                "AUC takes `num_labels` with `multi_label` only; leave it out",
            ));
        }
        Ok(())
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
        let mut answers = Answers::new(y_true, &probabilities, sample_weight)?;
        if let Some(score) = answers.scores.iter().find(|p| p.is_nan()) {
            return Err(Error::value(format!(
                "AUC of predictions that are not numbers ({score})"
            )));
        }
        let labels = match self.multi_label {
            true => self.labels(y_pred)?,
            false => {
                if let Some(weights) = &self.label_weights {
                    answers.weigh_classes(weights)?;
                }
                1
            }
        };
        self.scale().count(&answers, labels, &mut self.buckets);
        Ok(())
    }

    fn result(&self) -> f64 {
        let scale = self.scale();
        let labels = self.buckets.chunks(scale.len().saturating_add(1));
        let areas: Vec<f64> = labels
            .map(|buckets| {
                let counts = scale.counts(buckets);
                counts.windows(2).map(|c| self.area(&c[0], &c[1])).sum()
            })
            .collect();
        match &self.label_weights {
            Some(weights) if self.multi_label => {
                let weighted = areas
                    .iter()
                    .zip(weights)
                    .map(|(area, weight)| area * weight);
                match areas.is_empty() {
                    true => 0.0,
                    false => share(weighted.sum(), weights.iter().sum()),
                }
            }
            _ => share(areas.iter().sum(), areas.len() as f64),
        }
    }

    fn reset(&mut self) {
        self.buckets.clear();
    }
}

impl AUC {
    /// How many labels the predictions have, with areas of their own.
    fn labels(&self, y_pred: &Tensor) -> Result<usize> {
        let shape = y_pred.shape();
        if shape.rank() != 2 {
            return Err(Error::shape(format!(
                "AUC with `multi_label` needs predictions [batch, labels], found {shape}"
            )));
        }
        let begun = self.buckets.len() / (self.scale().len() + 1);
        let weights = self.label_weights.as_ref().map(Vec::len);
        let given = self.num_labels.filter(|&n| n > 0);
        let expected = [
            (given, "`num_labels` is"),
            (weights, "`label_weights` are"),
            (Some(begun).filter(|&n| n > 0), "it began with"),
        ];
        for (n, said) in expected {
            if let Some(n) = n.filter(|&n| n != shape[1]) {
                return Err(Error::shape(format!(
                    "AUC with `multi_label`: {said} {n}, and predictions {shape} have {} labels",
                    shape[1]
                )));
            }
        }
        Ok(shape[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::from_config;
    use serde_json::json;

    #[test]
    fn settings_that_do_not_go_together_are_errors() {
        let refused = |config| {
            let e = from_config(&json!({"class_name": "AUC", "config": config}));
            e.err().unwrap().to_string()
        };
        assert!(refused(json!({"num_thresholds": 1})).contains("at least 2 thresholds"));
        assert!(refused(json!({"num_labels": 3})).contains("`multi_label`"));
        assert!(refused(json!({"thresholds": [0.5, 1.5]})).contains("found 1.5"));
        assert!(refused(json!({"curve": "DET"})).contains("DET"));
        assert!(refused(json!({"label_weight": [1.0]})).contains("unknown entry `label_weight`"));
        let (y, p) = (Tensor::zeros([2, 3]), Tensor::zeros([2, 3]));
        let e = AUC::new()
            .multi_label(true)
            .label_weights([1.0, 2.0])
            .update(&y, &p, None);
        let e = e.unwrap_err().to_string();
        assert!(
            e.contains("`label_weights` are 2, and predictions [2, 3] have 3"),
            "{e}"
        );
        let e = AUC::new().label_weights([1.0]).update(&y, &p, None);
        assert!(
            e.unwrap_err()
                .to_string()
                .contains("1 weights of labels were given")
        );
        let mut auc = AUC::new().multi_label(true);
        auc.update(&y, &p, None).unwrap();
        let e = auc.update(&Tensor::zeros([2, 2]), &Tensor::zeros([2, 2]), None);
        assert!(e.unwrap_err().to_string().contains("it began with 3"));
    }

    #[test]
    fn keras_writes_the_number_of_thresholds_beside_the_list() {
        let config =
            json!({"class_name": "AUC", "config": {"num_thresholds": 4, "thresholds": [0.6, 0.2]}});
        let mut auc = from_config(&config).unwrap();
        assert_eq!(auc.result(), 0.0);
        let (y, p) = (
            Tensor::from([1_i64, 0, 1]),
            Tensor::from([0.7_f32, 0.3, 0.1]),
        );
        auc.update(&y, &p, None).unwrap();
        // (FP, TP) shares at -ε, 0.2, 0.6, 1+ε: (1, 1), (1, 0.5), (0, 0.5), (0, 0).
        assert_eq!(auc.result(), 0.5);
        assert_eq!(auc.config()["config"]["thresholds"], json!([0.6, 0.2]));
    }
}
