//! How often the greatest score is that of the right class, for class numbers.

use super::{Mean, Metric, described, metric};
use crate::losses::labels;
use nn_core::{Error, Result, Shape, Tensor, with_float};
use nn_kernels::memory::try_collected;
use nn_kernels::reduce::argmax;
use serde::{Deserialize, Serialize};
use std::iter::repeat_n;

/// The share of rows whose greatest score (the first of equals) is that of the label. Labels: `[batch, ...]` or `[batch, ..., 1]`, integers; one
/// that is not the number of a class counts as wrong. Predictions: `[batch, ..., classes]`. Reported as `accuracy`, where Keras says
/// `sparse_categorical_accuracy`.
///
/// Source: `keras.metrics.SparseCategoricalAccuracy`.
///
/// ```
/// use nn::{metrics::{Metric, SparseCategoricalAccuracy}, Tensor};
/// let mut accuracy = SparseCategoricalAccuracy::new();
/// accuracy.update(&Tensor::from([1_i64, 0]), &Tensor::from([[0.2_f32, 0.8], [0.4, 0.6]]), None)?;
/// assert_eq!(accuracy.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct SparseCategoricalAccuracy {
    name: String,
    #[serde(skip)]
    mean: Mean,
}

impl Default for SparseCategoricalAccuracy {
    fn default() -> SparseCategoricalAccuracy {
        SparseCategoricalAccuracy {
            name: "accuracy".to_string(),
            mean: Mean::new(),
        }
    }
}

impl SparseCategoricalAccuracy {
    /// Reported as `accuracy`.
    pub fn new() -> SparseCategoricalAccuracy {
        SparseCategoricalAccuracy::default()
    }
}

metric!(SparseCategoricalAccuracy);

impl Metric for SparseCategoricalAccuracy {
    described!(mean, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let labels = labels(y_true, y_pred)?;
        let (found, rows) = best(y_pred)?;
        matches(
            &mut self.mean,
            labels.try_data()?,
            &found,
            y_pred,
            rows,
            sample_weight,
        )
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}

/// Where the greatest of the last axis is, for every row, and the shape of the rows.
pub(super) fn best(scores: &Tensor) -> Result<(Vec<i64>, Shape)> {
    let shape = scores.try_shape()?;
    let classes = shape.dim(-1)?;
    if shape.rank() < 2 || classes == 0 {
        return Err(Error::shape(format!(
            "scores of classes are [batch, classes], found {shape}"
        )));
    }
    let rows = shape.without(shape.rank() - 1);
    let mut positions = try_collected(repeat_n(0, rows.num_elements()))?;
    with_float!(scores.dtype(), T => {
        argmax(scores.try_data::<T>()?, &[rows.num_elements(), classes], 1, &mut positions);
    });
    Ok((positions, rows))
}

/// Adds the share of positions that agree.
pub(super) fn matches(
    mean: &mut Mean,
    labels: &[i64],
    found: &[i64],
    y_pred: &Tensor,
    rows: Shape,
    sample_weight: Option<&Tensor>,
) -> Result<()> {
    let pairs = labels.iter().zip(found);
    let matches = try_collected(pairs.map(|(a, b)| f64::from(a == b)))?;
    mean.add_of(y_pred, &matches, rows, sample_weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::DType;

    #[test]
    fn all_label_types_shapes_and_f64_scores() {
        let scores = Tensor::from([[0.2_f64, 0.8], [0.4, 0.6]]);
        for y in [
            Tensor::from([1_i64, 0]),
            Tensor::from([1_u8, 0]),
            Tensor::from([1.0_f32, 0.0]),
            Tensor::from([[1_i64], [0]]),
            Tensor::from([1_i64, -1]),
        ] {
            let mut accuracy = SparseCategoricalAccuracy::new();
            accuracy.update(&y, &scores, None).unwrap();
            accuracy.update(&y, &scores.cast(DType::F32), None).unwrap();
            assert_eq!(
                (accuracy.name.as_str(), accuracy.result()),
                ("accuracy", 0.5)
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let mut accuracy = SparseCategoricalAccuracy::new();
        let e = accuracy
            .update(&Tensor::zeros([2, 2]), &Tensor::zeros([2, 2]), None)
            .unwrap_err()
            .to_string();
        assert!(e.contains("CategoricalAccuracy"), "{e}");
        let e = accuracy
            .update(&Tensor::from([0_i64]), &Tensor::from([0_i64]), None)
            .unwrap_err()
            .to_string();
        assert!(e.contains("must be f32 or f64"), "{e}");
        assert!(
            accuracy
                .update(&Tensor::zeros([3]), &Tensor::zeros([2, 2]), None)
                .is_err()
        );
        assert_eq!(accuracy.result(), 0.0);
    }
}
