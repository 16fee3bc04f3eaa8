//! The best of one number among the thresholds where another one is high enough.

use super::answers::{Answers, Counts};
use super::thresholds::Scale;
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// Thresholds at most: f32 has no more numbers between ½ and 1 than half as many.
pub(super) const MOST_THRESHOLDS: usize = 1 << 24;

/// How the threshold is looked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OperatingPoint {
    pub(super) num_thresholds: usize,
    pub(super) class_id: Option<usize>,
}

impl Default for OperatingPoint {
    fn default() -> OperatingPoint {
        OperatingPoint {
            num_thresholds: 200,
            class_id: None,
        }
    }
}

impl OperatingPoint {
    pub(super) fn check(&self, metric: &str, setting: &str, value: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&value) {
            return Err(Error::value(format!(
                "{metric} needs `{setting}`, a number in [0, 1], found {value}"
            )));
        }
        match self.num_thresholds {
            1..=MOST_THRESHOLDS => Ok(()),
            n => Err(Error::value(format!(
                "{metric} needs at least 1 threshold and takes at most {MOST_THRESHOLDS}, found `num_thresholds` {n}"
            ))),
        }
    }

    /// Even from 0 to 1; a single one is ½.
    fn scale(&self) -> Scale {
        match self.num_thresholds {
            1 => Scale::of(&[0.5]),
            n => Scale::Even { n, open: false },
        }
    }

    pub(super) fn count(
        &self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
        buckets: &mut Vec<[f64; 2]>,
    ) -> Result<()> {
        let mut answers = Answers::new(y_true, y_pred, sample_weight)?;
        if let Some(class) = self.class_id {
            answers.keep_class(class)?;
        }
        self.scale().count(&answers, 1, buckets);
        Ok(())
    }

    /// The greatest `best` where `given` is at least `value`; 0 if there is none.
    pub(super) fn best(
        &self,
        buckets: &[[f64; 2]],
        value: f64,
        given: fn(&Counts) -> f64,
        best: fn(&Counts) -> f64,
    ) -> f64 {
        // A result cannot say that a setting is wrong, as `update` does; no table is made for so many thresholds.
        if !(1..=MOST_THRESHOLDS).contains(&self.num_thresholds) {
            return 0.0;
        }
        // As exact as the f32 that Keras compares: a recall of three tenths is at least 0.3.
        let enough = |c: &&Counts| given(c) as f32 >= value as f32;
        let counts = self.scale().counts(buckets);
        counts.iter().filter(enough).map(best).fold(0.0, f64::max)
    }
}

/// What metrics at an operating point share: with a field for the number asked for, a field `at` and a field `buckets`.
macro_rules! operating_point {
    ($Type:ident, $value:ident, $given:expr, $best:expr) => {
        impl $Type {
            /// How many thresholds are tried, at even distances from 0 to 1 (Keras: 200).
            pub fn num_thresholds(mut self, n: usize) -> $Type {
                self.at.num_thresholds = n;
                self
            }

            /// Looks at this class only, the index on the last axis.
            pub fn class_id(mut self, class: usize) -> $Type {
                self.at.class_id = Some(class);
                self
            }
        }

        // What a configuration must say is not a number until it does.
        metric!($Type over $Type::new(f64::NAN));

        impl Metric for $Type {
            described!(buckets, Up);

            fn check(&self) -> Result<()> {
                self.at.check(Self::CLASS, stringify!($value), self.$value)
            }

            fn update(
                &mut self,
                y_true: &Tensor,
                y_pred: &Tensor,
                sample_weight: Option<&Tensor>,
            ) -> Result<()> {
                Metric::check(self)?;
                self.at
                    .count(y_true, y_pred, sample_weight, &mut self.buckets)
            }

            fn result(&self) -> f64 {
                self.at.best(&self.buckets, self.$value, $given, $best)
            }

            fn reset(&mut self) {
                self.buckets.clear();
            }
        }
    };
}
pub(super) use operating_point;

#[cfg(test)]
mod tests {
    use crate::metrics::{
        AUC, Metric, PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity,
        SpecificityAtSensitivity,
    };
    use nn_core::Tensor;

    #[test]
    fn a_number_of_thresholds_that_is_refused_takes_no_memory() {
        for n in [0, (1 << 24) + 1, 1 << 33, usize::MAX] {
            let all: [Box<dyn Metric>; 5] = [
                Box::new(PrecisionAtRecall::new(0.5).num_thresholds(n)),
                Box::new(RecallAtPrecision::new(0.5).num_thresholds(n)),
                Box::new(SensitivityAtSpecificity::new(0.5).num_thresholds(n)),
                Box::new(SpecificityAtSensitivity::new(0.5).num_thresholds(n)),
                Box::new(AUC::new().num_thresholds(n)),
            ];
            for mut metric in all {
                assert_eq!(metric.result(), 0.0, "{} {n}", metric.name());
                let (y, p) = (Tensor::from([0_i64, 1]), Tensor::from([0.2_f32, 0.8]));
                let e = metric.update(&y, &p, None).unwrap_err().to_string();
                assert!(e.contains("takes at most 16777216"), "{e}");
                assert_eq!(metric.result(), 0.0);
            }
        }
    }
}
