//! How often the right class is among the k best, for class numbers.

use super::{Mean, Metric, check_k, described, metric};
use crate::losses::labels;
use nn_core::{DType, Element, Result, Tensor, with_float};
use nn_kernels::memory::try_collected;
use serde::{Deserialize, Serialize};

/// The share of rows in which fewer than `k` classes score higher than the label. Labels: `[batch, ...]` or `[batch, ..., 1]`, integers; one that
/// is not the number of a class counts as wrong. Predictions: `[batch, ..., classes]`.
///
/// Source: `keras.metrics.SparseTopKCategoricalAccuracy`.
///
/// ```
/// use nn::{metrics::{Metric, SparseTopKCategoricalAccuracy}, Tensor};
/// let mut top = SparseTopKCategoricalAccuracy::new(2);
/// top.update(&Tensor::from([2_i64, 0]), &Tensor::from([[0.1_f32, 0.5, 0.4], [0.2, 0.5, 0.3]]), None)?;
/// assert_eq!(top.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct SparseTopKCategoricalAccuracy {
    name: String,
    k: usize,
    from_sorted_ids: bool,
    #[serde(skip)]
    mean: Mean,
}

impl Default for SparseTopKCategoricalAccuracy {
    /// Among the 5 best.
    fn default() -> SparseTopKCategoricalAccuracy {
        SparseTopKCategoricalAccuracy {
            name: "sparse_top_k_categorical_accuracy".to_string(),
            k: 5,
            from_sorted_ids: false,
            mean: Mean::new(),
        }
    }
}

impl SparseTopKCategoricalAccuracy {
    /// Among the `k` best (Keras: 5).
    pub fn new(k: usize) -> SparseTopKCategoricalAccuracy {
        SparseTopKCategoricalAccuracy {
            k,
            ..SparseTopKCategoricalAccuracy::default()
        }
    }

    /// Whether predictions are class numbers, `[batch, ..., found]`, the best first, rather than scores of all classes: what a search gives.
    pub fn from_sorted_ids(mut self, from_sorted_ids: bool) -> SparseTopKCategoricalAccuracy {
        self.from_sorted_ids = from_sorted_ids;
        self
    }
}

metric!(SparseTopKCategoricalAccuracy);

impl Metric for SparseTopKCategoricalAccuracy {
    described!(mean, Up);

    fn check(&self) -> Result<()> {
        check_k(Self::CLASS, self.k)
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        if self.from_sorted_ids {
            let found = y_pred.cast(DType::F64);
            let labels = labels(y_true, &found)?;
            let shape = found.shape();
            let rows = found.try_data::<f64>()?.chunks_exact(shape.dim(-1)?.max(1));
            let pairs = rows.zip(labels.try_data::<i64>()?);
            let hits = try_collected(pairs.map(|(row, &label)| {
                f64::from(row.iter().take(self.k).any(|&id| id == label as f64))
            }))?;
            let rows = shape.without(shape.rank() - 1);
            return self.mean.add_of(y_pred, &hits, rows, sample_weight);
        }
        let labels = labels(y_true, y_pred)?;
        among_best(
            &mut self.mean,
            self.k,
            labels.try_data()?,
            y_pred,
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

/// Adds the share of rows whose label is among the `k` best.
pub(super) fn among_best(
    mean: &mut Mean,
    k: usize,
    labels: &[i64],
    y_pred: &Tensor,
    sample_weight: Option<&Tensor>,
) -> Result<()> {
    let shape = y_pred.try_shape()?;
    let classes = shape.dim(-1)?;
    let hits: Vec<f64> = with_float!(y_pred.dtype(), T => {
        let rows = y_pred.try_data::<T>()?.chunks_exact(classes.max(1));
        let hit = |(row, &label): (&[T], &i64)| {
            let Some(own) = usize::try_from(label).ok().and_then(|i| row.get(i)) else { return 0.0 };
            // A score that is not a number is below all others.
            let own = if own.is_nan() { <T as Element>::from_f64(f64::NEG_INFINITY) } else { *own };
            f64::from(row.iter().filter(|&&v| v > own).count() < k)
        };
        try_collected(rows.zip(labels).map(hit))?
    });
    mean.add_of(
        y_pred,
        &hits,
        shape.without(shape.rank() - 1),
        sample_weight,
    )
}
