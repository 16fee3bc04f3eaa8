//! How much of the variance of the targets the predictions explain.

use super::accumulated::Accumulated;
use super::mean::weights;
use super::{Metric, described, mean_of, metric};
use crate::losses::pair_of_metric;
use nn_core::{DType, Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// How the scores of several targets become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClassAggregation {
    /// Their mean.
    UniformAverage,
    /// Their mean, each weighted by the variance of its target.
    VarianceWeightedAverage,
}

/// The coefficient of determination, `1 - Σ(y_true - y_pred)² / Σ(y_true - mean(y_true))²`: 1 for a perfect prediction, 0 for one as good as
/// the mean, without a lower limit.
///
/// Targets and predictions: `[batch, targets]`. Source: `keras.metrics.R2Score`.
///
/// ```
/// use nn::{metrics::{Metric, R2Score}, Tensor};
/// let mut metric = R2Score::new();
/// let (y, p) = (Tensor::from([[1.0_f32], [4.0], [3.0]]), Tensor::from([[2.0_f32], [4.0], [4.0]]));
/// metric.update(&y, &p, None)?;
/// assert!((metric.result() - 0.571_428_57).abs() < 1e-7);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct R2Score {
    name: String,
    class_aggregation: Option<ClassAggregation>,
    num_regressors: usize,
    #[serde(skip)]
    sums: Sums,
}

/// Of each target: the weighted mean, the sum of squared differences from it, that of squared errors, and the weights; and how many numbers there
/// were. The difference of a sum of squares and the square of a sum would lose all digits where the mean is large.
#[derive(Clone, Debug, Default)]
struct Sums {
    targets: Vec<[f64; 4]>,
    numbers: f64,
}

impl Accumulated for Sums {
    fn numbers(&self) -> Vec<f64> {
        let mut all = self.targets.numbers();
        all.push(self.numbers);
        all
    }

    fn of_numbers(numbers: &[f64]) -> Option<Sums> {
        let (&count, targets) = numbers.split_last()?;
        Some(Sums {
            targets: Accumulated::of_numbers(targets)?,
            numbers: count,
        })
    }
}

impl Default for R2Score {
    fn default() -> R2Score {
        R2Score {
            name: "r2_score".to_string(),
            class_aggregation: Some(ClassAggregation::UniformAverage),
            num_regressors: 0,
            sums: Sums::default(),
        }
    }
}

impl R2Score {
    /// The mean over targets.
    pub fn new() -> R2Score {
        R2Score::default()
    }

    /// One number for all targets, made so; `None` gives one for each ([`Metric::results`]).
    pub fn class_aggregation(
        mut self,
        aggregation: impl Into<Option<ClassAggregation>>,
    ) -> R2Score {
        self.class_aggregation = aggregation.into();
        self
    }

    /// The adjusted score for that many independent regressors, `1 - (1 - R²)(n - 1) / (n - p - 1)`; 0 (Keras's default) for the plain one. With no
    /// more samples than regressors it is the plain one too.
    pub fn num_regressors(mut self, p: usize) -> R2Score {
        self.num_regressors = p;
        self
    }
}

metric!(R2Score);

impl Metric for R2Score {
    described!(sums, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let shape = y_pred.try_shape()?;
        if shape.rank() != 2 {
            let hint = "one target is [batch, 1]";
            return Err(Error::rank("R2Score", 2, "[batch, targets]", &shape, hint));
        }
        if shape.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        let n = shape[1];
        if !self.sums.targets.is_empty() && self.sums.targets.len() != n {
            return Err(Error::shape(format!(
                "R2Score began with {} targets, found {n}",
                self.sums.targets.len()
            )));
        }
        let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
        let (y_true, y_pred) = (y_true.cast(DType::F64), y_pred.cast(DType::F64));
        let weight = match sample_weight {
            Some(weight) => weights(weight, shape)?,
            None => Tensor::ones(shape).cast(DType::F64),
        };
        let (y_true, y_pred) = (y_true.try_data::<f64>()?, y_pred.try_data::<f64>()?);
        let pairs = y_true.iter().zip(y_pred).zip(weight.try_data::<f64>()?);
        self.sums.targets.resize(n, [0.0; 4]);
        for (i, ((y, p), weight)) in pairs.enumerate() {
            let [mean, squares, errors, count] = &mut self.sums.targets[i % n];
            *count += weight;
            // West 1979: the mean moves, and the squares are of differences from before and after that.
            let before = y - *mean;
            if *count != 0.0 {
                *mean += before * (weight / *count);
            }
            *squares += weight * before * (y - *mean);
            *errors += (y - p) * (y - p) * weight;
        }
        self.sums.numbers += shape.num_elements() as f64;
        Ok(())
    }

    fn result(&self) -> f64 {
        mean_of(&self.results())
    }

    fn results(&self) -> Vec<f64> {
        let targets = &self.sums.targets;
        let variance = |[_, squares, _, _]: &[f64; 4]| *squares;
        let score = |target: &[f64; 4]| {
            let score = 1.0 - target[2] / variance(target);
            if score.is_infinite() { 0.0 } else { score }
        };
        let each: Vec<f64> = targets.iter().map(score).collect();
        let scores = match self.class_aggregation {
            _ if each.is_empty() => Vec::new(),
            None => each,
            Some(ClassAggregation::UniformAverage) => vec![mean_of(&each)],
            Some(ClassAggregation::VarianceWeightedAverage) => {
                let weighted = targets
                    .iter()
                    .zip(&each)
                    .map(|(t, score)| variance(t) * score);
                let total: f64 = targets.iter().map(variance).sum();
                vec![weighted.sum::<f64>() / total]
            }
        };
        let (n, p) = (self.sums.numbers, self.num_regressors as f64);
        let adjusted = |score: f64| match p == 0.0 || p >= n - 1.0 {
            true => score,
            false => 1.0 - (1.0 - score) * (n - 1.0) / (n - p - 1.0),
        };
        scores.into_iter().map(adjusted).collect()
    }

    fn reset(&mut self) {
        self.sums = Sums::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_targets_far_from_zero_lose_no_digits() {
        // Targets 0 to 6 have the variance 4, and predictions that are off by 1 the error 1.
        let mut metric = R2Score::new();
        for _ in 0..10 {
            let y = (0..7000).map(|i| 1e6 + (i % 7) as f32);
            let y = Tensor::from(y.collect::<Vec<f32>>()).reshape([7000, 1]);
            metric.update(&y, &(&y + 1.0), None).unwrap();
        }
        assert!((metric.result() - 0.75).abs() < 1e-9, "{}", metric.result());
    }

    #[test]
    fn constant_targets_score_0_however_many_there_are() {
        for rows in [3, 10_000] {
            let mut metric = R2Score::new();
            let (y, p) = (
                Tensor::full([rows, 1], 0.1_f32),
                Tensor::full([rows, 1], 0.3_f32),
            );
            metric.update(&y, &p, None).unwrap();
            assert_eq!(metric.result(), 0.0);
        }
    }
}
