//! Counting right and wrong answers to yes-or-no questions.

use super::mean::weights;
use crate::losses::pair;
use nn_core::config::{Json, from_json};
use nn_core::{DType, Error, Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A score that no threshold lets through, as in Keras.
const NONE: f64 = -1e10;

/// Answers with their targets: whether the target is 1, the score, and the weight.
pub(super) struct Answers {
    positive: Vec<bool>,
    pub(super) scores: Vec<f64>,
    weights: Vec<f64>,
    dtype: DType,
}

impl Answers {
    /// All answers of a batch.
    pub(super) fn new(
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<Answers> {
        let dtype = y_pred.dtype();
        let (y_true, y_pred) = pair(y_true, y_pred)?;
        let shape = y_pred.shape();
        if shape.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        let weights = match sample_weight {
            Some(weight) => weights(weight, shape)?.to_vec()?,
            None => vec![1.0; shape.len()],
        };
        let y_true = y_true.cast(DType::F64);
        Ok(Answers {
            positive: y_true
                .try_data::<f64>()?
                .iter()
                .map(|&y| y != 0.0)
                .collect(),
            scores: y_pred.cast(DType::F64).to_vec()?,
            weights,
            dtype,
        })
    }

    /// Whether the target is 1, the score and the weight of each answer.
    pub(super) fn iter(&self) -> impl Iterator<Item = (bool, f64, f64)> {
        let pairs = self.positive.iter().zip(&self.scores);
        pairs.zip(&self.weights).map(|((&y, &p), &w)| (y, p, w))
    }

    /// A number as precise as the predictions are, so that a score of 0.3 is not above a threshold of 0.3.
    pub(super) fn rounded(&self, value: f64) -> f64 {
        match self.dtype {
            DType::F32 => f64::from(value as f32),
            _ => value,
        }
    }
}

/// Which answers count, and what makes one a yes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Selection {
    #[serde(deserialize_with = "one_threshold")]
    pub(super) thresholds: Option<f64>,
    pub(super) top_k: Option<usize>,
    pub(super) class_id: Option<usize>,
}

/// Keras takes several thresholds and then gives several results; here a metric is one number.
fn one_threshold<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<f64>, D::Error> {
    let Json(value) = Json::deserialize(deserializer)?;
    let single = match &value {
        Value::Array(list) if list.len() == 1 => &list[0],
        other => other,
    };
    match single {
        Value::Null => Ok(None),
        one => from_json(one).map(Some).map_err(|_| {
            serde::de::Error::custom(format!(
                "`thresholds` must be one number, found {value}; give one metric for each"
            ))
        }),
    }
}

/// Builder methods of a metric with a field `selection`.
macro_rules! selection_builders {
    () => {
        /// Predictions above this are positive (Keras: 0.5, and none with [`Self::top_k`]).
        #[must_use]
        pub fn threshold(mut self, threshold: f64) -> Self {
            self.selection.thresholds = Some(threshold);
            self
        }

        /// Looks at the k greatest predictions of a row only; the others are negative.
        #[must_use]
        pub fn top_k(mut self, k: usize) -> Self {
            self.selection.top_k = Some(k);
            self
        }

        /// Looks at this class only, the index on the last axis.
        #[must_use]
        pub fn class_id(mut self, class: usize) -> Self {
            self.selection.class_id = Some(class);
            self
        }
    };
}
pub(super) use selection_builders;

/// Weights of right and wrong answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) true_positives: f64,
    pub(super) false_positives: f64,
    pub(super) false_negatives: f64,
}

impl Counts {
    /// Adds an answer.
    pub(super) fn count(&mut self, target: bool, answer: bool, weight: f64) {
        match (target, answer) {
            (true, true) => self.true_positives += weight,
            (false, true) => self.false_positives += weight,
            (true, false) => self.false_negatives += weight,
            (false, false) => {}
        }
    }

    /// Adds the answers of a batch.
    pub(super) fn add(
        &mut self,
        by: &Selection,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let mut answers = Answers::new(y_true, y_pred, sample_weight)?;
        let shape = y_pred.shape();
        // The last axis, where one is asked for.
        let classes = match (by.class_id.or(by.top_k), shape.rank()) {
            (Some(_), 0..2) => {
                return Err(Error::shape(format!(
                    "`class_id` and `top_k` need predictions [batch, classes], found {shape}"
                )));
            }
            (_, rank) => shape[rank - 1],
        };
        if let Some(class) = by.class_id.filter(|&class| class >= classes) {
            return Err(Error::value(format!(
                "class {class} was asked for, and predictions {shape} have {classes}"
            )));
        }
        if let Some(k) = by.top_k {
            if k == 0 || k > classes {
                return Err(Error::value(format!(
                    "the {k} greatest were asked for, and predictions {shape} have {classes} classes"
                )));
            }
            answers
                .scores
                .chunks_exact_mut(classes)
                .for_each(|row| keep_greatest(row, k));
        }
        let default = if by.top_k.is_some() { NONE } else { 0.5 };
        let threshold = answers.rounded(by.thresholds.unwrap_or(default));
        for (i, (target, score, weight)) in answers.iter().enumerate() {
            if by.class_id.is_none_or(|class| i % classes == class) {
                self.count(target, score > threshold, weight);
            }
        }
        Ok(())
    }

    pub(super) fn precision(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    pub(super) fn recall(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }
}

/// `part / whole`, 0 of nothing.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// Lowers all but the k greatest of a row, the first of equals.
fn keep_greatest(row: &mut [f64], k: usize) {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
    order[k..].iter().for_each(|&i| row[i] = NONE);
}

#[cfg(test)]
mod tests {
    use crate::metrics::{Metric, Precision, Recall, from_config};
    use nn_core::Tensor;
    use serde_json::json;

    #[test]
    fn what_cannot_be_selected_is_an_error() {
        let (y, p) = (Tensor::zeros([2, 3]), Tensor::zeros([2, 3]));
        let message = |mut m: Precision, y: &Tensor, p: &Tensor| {
            m.update(y, p, None).unwrap_err().to_string()
        };
        let e = message(Precision::new().class_id(3), &y, &p);
        assert!(
            e.contains("class 3 was asked for, and predictions [2, 3] have 3"),
            "{e}"
        );
        let e = message(Precision::new().top_k(4), &y, &p);
        assert!(e.contains("the 4 greatest were asked for"), "{e}");
        let e = message(
            Precision::new().class_id(0),
            &Tensor::zeros([2]),
            &Tensor::zeros([2]),
        );
        assert!(e.contains("[batch, classes]"), "{e}");
        let e = message(
            Precision::new(),
            &Tensor::zeros([2, 1]),
            &Tensor::zeros([2]),
        );
        assert!(e.contains("do not fit"), "{e}");
    }

    #[test]
    fn one_threshold_a_metric() {
        let config =
            |thresholds| json!({"class_name": "Recall", "config": {"thresholds": thresholds}});
        assert_eq!(
            from_config(&config(json!([0.3]))).unwrap().config()["config"]["thresholds"],
            0.3
        );
        let e = from_config(&config(json!([0.3, 0.5])))
            .err()
            .unwrap()
            .to_string();
        assert!(e.contains("`thresholds` must be one number"), "{e}");
    }

    #[test]
    fn nothing_found_is_zero() {
        let mut recall = Recall::new();
        recall
            .update(
                &Tensor::from([0_i64, 0]),
                &Tensor::from([0.1_f32, 0.9]),
                None,
            )
            .unwrap();
        assert_eq!(recall.result(), 0.0);
    }
}
