//! Counting right and wrong answers to yes-or-no questions.

use super::answers::{Answers, Counts, NONE};
use super::check_k;
use super::thresholds::{Scale, Thresholds};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

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
