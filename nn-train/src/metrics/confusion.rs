//! Counting right and wrong answers to yes-or-no questions.

use super::check_k;
use super::mean::weights;
use super::thresholds::{Scale, Thresholds};
use crate::losses::pair;
use nn_core::{DType, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// A score that no threshold lets through, as in Keras.
const NONE: f64 = -1e10;

/// Answers with their targets: whether the target is 1, the score, and the weight.
pub(super) struct Answers {
    positive: Vec<bool>,
    pub(super) scores: Vec<f64>,
    weights: Vec<f64>,
    dtype: DType,
    shape: Shape,
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
            None => vec![1.0; shape.num_elements()],
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
            shape,
        })
    }

    /// The size of the last axis, that of the classes.
    pub(super) fn classes(&self, setting: &str) -> Result<usize> {
        match self.shape.rank() {
            0..2 => Err(Error::shape(format!(
                "{setting} predictions [batch, classes], found {}",
                self.shape
            ))),
            rank => Ok(self.shape[rank - 1]),
        }
    }

    /// Lowers all scores but the `k` greatest of a row, the first of equals, so that no threshold lets them through.
    fn keep_greatest(&mut self, k: usize) -> Result<()> {
        let classes = self.classes("`class_id` and `top_k` need")?;
        if k == 0 || k > classes {
            return Err(Error::value(format!(
                "the {k} greatest were asked for, and predictions {} have {classes} classes",
                self.shape
            )));
        }
        let mut order: Vec<usize> = Vec::with_capacity(classes);
        for row in self.scores.chunks_exact_mut(classes) {
            order.clear();
            order.extend(0..classes);
            order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
            order[k..].iter().for_each(|&i| row[i] = NONE);
        }
        Ok(())
    }

    /// The answers of one class only.
    pub(super) fn keep_class(&mut self, class: usize) -> Result<()> {
        let classes = self.classes("`class_id` and `top_k` need")?;
        if class >= classes {
            return Err(Error::value(format!(
                "class {class} was asked for, and predictions {} have {classes}",
                self.shape
            )));
        }
        fn every<T: Copy>(values: &mut Vec<T>, class: usize, classes: usize) {
            *values = values
                .iter()
                .skip(class)
                .step_by(classes)
                .copied()
                .collect();
        }
        every(&mut self.positive, class, classes);
        every(&mut self.scores, class, classes);
        every(&mut self.weights, class, classes);
        Ok(())
    }

    /// Multiplies the weights of the classes on the last axis.
    pub(super) fn weigh_classes(&mut self, by: &[f64]) -> Result<()> {
        let classes = self.classes("weights of labels need")?;
        if by.len() != classes {
            return Err(Error::shape(format!(
                "{} weights of labels were given, and predictions {} have {classes}",
                by.len(),
                self.shape
            )));
        }
        let rows = self.weights.chunks_exact_mut(classes);
        rows.for_each(|row| {
            row.iter_mut()
                .zip(by)
                .for_each(|(weight, by)| *weight *= by)
        });
        Ok(())
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
            DType::F64 | DType::I64 | DType::U8 | DType::Bool => value,
        }
    }
}

/// Which answers count, and what makes one a yes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Selection {
    pub(super) thresholds: Option<Thresholds>,
    pub(super) top_k: Option<usize>,
    pub(super) class_id: Option<usize>,
}

impl Selection {
    pub(super) fn check(&self, metric: &str) -> Result<()> {
        if let Some(thresholds) = &self.thresholds {
            thresholds.check(metric)?;
        }
        check_k(metric, self.top_k.unwrap_or(1))
    }

    fn scale(&self) -> Scale {
        let default = if self.top_k.is_some() { NONE } else { 0.5 };
        let list = self.thresholds.as_ref().map(Thresholds::values);
        Scale::of(list.unwrap_or(&[default]))
    }

    /// Adds the answers of a batch to those counted.
    pub(super) fn count(
        &self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
        buckets: &mut Vec<[f64; 2]>,
    ) -> Result<()> {
        let mut answers = Answers::new(y_true, y_pred, sample_weight)?;
        if let Some(k) = self.top_k {
            answers.keep_greatest(k)?;
        }
        if let Some(class) = self.class_id {
            answers.keep_class(class)?;
        }
        self.scale().count(&answers, 1, buckets);
        Ok(())
    }

    /// A number of the counts at every threshold.
    pub(super) fn results(&self, buckets: &[[f64; 2]], of: fn(&Counts) -> f64) -> Vec<f64> {
        self.scale().counts(buckets).iter().map(of).collect()
    }
}

/// Builder methods for the thresholds of a metric, in a field at `$path`.
macro_rules! threshold_builders {
    ($($path:ident).+) => {
        /// Predictions above this are positive (Keras: 0.5).
        pub fn threshold(mut self, threshold: f64) -> Self {
            self.$($path).+ = Some($crate::metrics::thresholds::Thresholds::One(threshold));
            self
        }

        /// A result for each of these thresholds, in this order: [`Metric::results`](crate::metrics::Metric::results).
        pub fn thresholds(mut self, thresholds: impl IntoIterator<Item = f64>) -> Self {
            let list = thresholds.into_iter().collect();
            self.$($path).+ = Some($crate::metrics::thresholds::Thresholds::Many(list));
            self
        }
    };
}
pub(super) use threshold_builders;

/// What metrics with one number of the counts at every threshold share: with a method `selection` and a field `buckets`.
macro_rules! counted {
    ($Type:ident, $direction:ident, $of:expr) => {
        metric!($Type);

        impl Metric for $Type {
            described!(buckets, $direction);

            fn check(&self) -> Result<()> {
                self.selection().check(Self::CLASS)
            }

            fn update(
                &mut self,
                y_true: &Tensor,
                y_pred: &Tensor,
                sample_weight: Option<&Tensor>,
            ) -> Result<()> {
                Metric::check(self)?;
                let selection = self.selection();
                selection.count(y_true, y_pred, sample_weight, &mut self.buckets)
            }

            fn result(&self) -> f64 {
                $crate::metrics::mean_of(&self.results())
            }

            fn results(&self) -> Vec<f64> {
                self.selection().results(&self.buckets, $of)
            }

            fn reset(&mut self) {
                self.buckets.clear();
            }
        }
    };
}
pub(super) use counted;

/// Weights of right and wrong answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) true_positives: f64,
    pub(super) false_positives: f64,
    pub(super) true_negatives: f64,
    pub(super) false_negatives: f64,
}

impl Counts {
    /// How many of those found are right.
    pub(super) fn precision(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// How many of those that are right are found; sensitivity is another word for it.
    pub(super) fn recall(&self) -> f64 {
        share(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// How many of those that are wrong are not found.
    pub(super) fn specificity(&self) -> f64 {
        share(
            self.true_negatives,
            self.true_negatives + self.false_positives,
        )
    }
}

/// `part / whole`, 0 of nothing.
pub(super) fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
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
    fn thresholds_come_back_and_are_checked() {
        let config =
            |thresholds| json!({"class_name": "Recall", "config": {"thresholds": thresholds}});
        for thresholds in [json!(0.3), json!([0.3]), json!([0.5, 0.3]), json!(null)] {
            let metric = from_config(&config(thresholds.clone())).unwrap();
            assert_eq!(metric.config()["config"]["thresholds"], thresholds);
        }
        let refused = |thresholds| {
            let e = from_config(&config(thresholds)).err().unwrap();
            e.to_string()
        };
        let e = refused(json!([]));
        assert!(e.contains("Recall needs at least one threshold"), "{e}");
        assert!(refused(json!("half")).contains("Recall"));
        let e = Recall::new().thresholds([0.5, f64::NAN]).check();
        assert!(e.unwrap_err().to_string().contains("found NaN"));
        let infinite = Recall::new().threshold(f64::INFINITY);
        let back = from_config(&infinite.config()).unwrap();
        assert_eq!(back.config(), infinite.config());
    }

    #[test]
    fn a_result_for_each_threshold_in_its_order() {
        let y = Tensor::from([1_i64, 1, 0, 0]);
        let p = Tensor::from([0.9_f32, 0.4, 0.6, 0.1]);
        let mut recall = Recall::new().thresholds([0.5, 0.2, 0.95]);
        assert_eq!(recall.results(), [0.0; 3]);
        recall.update(&y, &p, None).unwrap();
        assert_eq!(recall.results(), [0.5, 1.0, 0.0]);
        assert_eq!(recall.result(), 0.5);
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
