//! Means of values.

use crate::losses::{expand_weight, masked_weight};
use nn_core::{DType, Error, Result, Shape, Tensor};

/// The mean of values over many batches: what most metrics add up with, and a counter for training loops written by hand.
///
/// Source: `keras.metrics.Mean`.
///
/// ```
/// use nn::{metrics::Mean, Tensor};
/// let mut mean = Mean::new();
/// mean.update(&Tensor::from([1.0_f32, 3.0]), None)?;
/// mean.update(&Tensor::from(5.0_f32), None)?;
/// assert_eq!(mean.result(), 3.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[must_use]
pub struct Mean {
    total: f64,
    count: f64,
}

impl Mean {
    /// Of nothing yet.
    pub fn new() -> Mean {
        Mean::default()
    }

    /// Adds values: a single one, or one for each sample on the first axis. More axes are averaged, so that every sample counts the same.
    /// Weights have the shape of the values, or of their first axes.
    ///
    /// # Errors
    /// Weights that do not fit; values that are not numbers or have failed.
    pub fn update(&mut self, values: &Tensor, sample_weight: Option<&Tensor>) -> Result<()> {
        let shape = values.try_shape()?;
        let values = values.cast(DType::F64);
        self.add(values.try_data::<f64>()?, shape, sample_weight)
    }

    /// As [`Mean::update`], with the values as `f64` and their shape.
    pub(super) fn add(
        &mut self,
        values: &[f64],
        shape: Shape,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let samples = if shape.rank() == 0 { 1 } else { shape[0] };
        if samples == 0 || values.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        // What one value counts, so that a sample counts 1.
        let share = samples as f64 / values.len() as f64;
        match sample_weight {
            None => {
                self.total += share * values.iter().sum::<f64>();
                self.count += samples as f64;
            }
            Some(weight) => {
                let weight = weights(weight, shape)?;
                let weight = weight.data::<f64>();
                self.total += share * values.iter().zip(weight).map(|(v, w)| v * w).sum::<f64>();
                self.count += share * weight.iter().sum::<f64>();
            }
        }
        Ok(())
    }

    /// As [`Mean::add`], of values that were computed of predictions, whose mask leaves some out: `keras.metrics.MeanMetricWrapper`.
    pub(super) fn add_of(
        &mut self,
        y_pred: &Tensor,
        values: &[f64],
        shape: Shape,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let weight = masked_weight(y_pred, shape, sample_weight, DType::F64)?;
        self.add(values, shape, weight.as_ref())
    }

    /// As [`Mean::update`], of values that were computed of predictions.
    pub(super) fn update_of(
        &mut self,
        y_pred: &Tensor,
        values: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let weight = masked_weight(y_pred, values.try_shape()?, sample_weight, DType::F64)?;
        self.update(values, weight.as_ref())
    }

    /// The mean, 0 of nothing.
    pub fn result(&self) -> f64 {
        if self.count == 0.0 {
            0.0
        } else {
            self.total / self.count
        }
    }

    /// The sum of weighted values, and of weights.
    pub(super) fn sums(&self) -> [f64; 2] {
        [self.total, self.count]
    }

    pub(super) fn of_sums([total, count]: [f64; 2]) -> Mean {
        Mean { total, count }
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        *self = Mean::default();
    }
}

/// Weights as `f64`, one for each value.
pub(super) fn weights(weight: &Tensor, shape: Shape) -> Result<Tensor> {
    let weight = match shape.rank() {
        0 => weight.cast(DType::F64).reshape([]),
        _ => expand_weight(weight, shape, DType::F64)?.broadcast_to(shape),
    };
    weight.try_data::<f64>()?;
    Ok(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::MeanSquaredError;
    use crate::metrics::cosine_similarity::CosineSimilarity;
    use crate::metrics::{
        Accuracy, BinaryAccuracy, CategoricalAccuracy, LossMetric, Metric,
        SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy,
    };
    use nn_core::concatenate;

    #[test]
    fn weights_multiply_and_divide() {
        let mut mean = Mean::new();
        mean.update(
            &Tensor::from([1.0_f32, 3.0]),
            Some(&Tensor::from([3.0_f32, 1.0])),
        )
        .unwrap();
        assert_eq!(mean.result(), 1.5);
        mean.reset();
        assert_eq!(mean.result(), 0.0);
        mean.update(
            &Tensor::from([1.0_f32, 3.0]),
            Some(&Tensor::from([0.0_f32, 0.0])),
        )
        .unwrap();
        assert_eq!(mean.result(), 0.0);
    }

    #[test]
    fn an_error_leaves_the_mean_as_it_was() {
        let mut mean = Mean::new();
        mean.update(&Tensor::from([2.0_f32]), None).unwrap();
        let before = mean;
        let e = mean
            .update(&Tensor::zeros([4]), Some(&Tensor::zeros([3])))
            .unwrap_err()
            .to_string();
        assert!(e.contains("sample weights of shape [3] do not fit"), "{e}");
        assert!(
            mean.update(&Tensor::zeros([0]), None)
                .unwrap_err()
                .to_string()
                .contains("the batch is empty")
        );
        let failed = Tensor::zeros([2]) + Tensor::zeros([3]);
        assert!(mean.update(&failed, None).is_err());
        assert_eq!(mean, before);
    }

    #[test]
    fn metrics_that_are_means_respect_the_mask_of_the_predictions() {
        let mask = Tensor::from([[true, true, false], [true, false, false]]);
        let right =
            Tensor::from([[[0.9_f32], [0.1], [0.1]], [[0.1], [0.1], [0.1]]]).with_mask(&mask);
        let ones = Tensor::ones([2, 3, 1]);
        let result = |metric: &mut dyn Metric, y: &Tensor, p: &Tensor, weight: Option<&Tensor>| {
            metric.update(y, p, weight).unwrap();
            // Without the last digits, where thirds and sevenths differ by how they are summed up.
            (metric.result() * 1e12).round() / 1e12
        };
        let weight = Tensor::from([3.0_f32, 1.0]);
        assert_eq!(
            result(&mut BinaryAccuracy::new(), &ones, &right, None),
            0.333333333333
        );
        assert_eq!(
            result(&mut BinaryAccuracy::new(), &ones, &right, Some(&weight)),
            0.428571428571
        );
        assert_eq!(
            result(
                &mut Accuracy::new(),
                &ones,
                &right.round().with_mask(&mask),
                None
            ),
            0.333333333333
        );
        let mse = result(
            &mut LossMetric::new(MeanSquaredError::new()),
            &ones,
            &right,
            None,
        );
        assert!((mse - (0.01 + 0.81 + 0.81) / 3.0).abs() < 1e-7, "{mse}");
        // Two classes: right where the score of the second is greater.
        let scores = concatenate([&(1.0 - &right), &right], -1).with_mask(&mask);
        let labels = Tensor::full([2, 3], 1_i64);
        let one_hot = labels.one_hot(2);
        assert_eq!(
            result(
                &mut SparseCategoricalAccuracy::new(),
                &labels,
                &scores,
                None
            ),
            0.333333333333
        );
        assert_eq!(
            result(&mut CategoricalAccuracy::new(), &one_hot, &scores, None),
            0.333333333333
        );
        assert_eq!(
            result(
                &mut SparseTopKCategoricalAccuracy::new(1),
                &labels,
                &scores,
                None
            ),
            0.333333333333
        );
        assert_eq!(
            result(
                &mut TopKCategoricalAccuracy::new(1),
                &one_hot,
                &scores,
                None
            ),
            0.333333333333
        );
        let cosine = result(&mut CosineSimilarity::new(), &one_hot, &scores, None);
        let whole = result(
            &mut CosineSimilarity::new(),
            &one_hot.slice_axis(1, ..1),
            &scores.slice_axis(1, ..1),
            None,
        );
        assert!(cosine < whole);
        let none = right.with_mask(Tensor::full([2, 3], false));
        assert_eq!(result(&mut BinaryAccuracy::new(), &ones, &none, None), 0.0);
    }

    #[test]
    fn every_sample_counts_the_same_however_long() {
        let mut mean = Mean::new();
        mean.update(&Tensor::zeros([1, 10]), None).unwrap();
        mean.update(&Tensor::ones([1, 2]), None).unwrap();
        assert_eq!(mean.result(), 0.5);
    }
}
