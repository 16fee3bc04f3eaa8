//! The hinge loss for one-hot targets.

use super::checks::vectors;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `max(1 + neg - pos, 0)` with `pos = Σ y_true · y_pred` and `neg = max((1 - y_true) · y_pred)` over the last axis.
///
/// Targets and predictions: `[batch, ..., classes]`, the same shape. Source: `keras.losses.CategoricalHinge`.
///
/// ```
/// use nn::{losses::{Loss, CategoricalHinge}, Tensor};
/// let (y, y_pred) = (Tensor::from([[0.0_f32, 1.0]]), Tensor::from([[0.5_f32, 1.0]]));
/// assert_eq!(CategoricalHinge::new().call(&y, &y_pred).item::<f32>()?, 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CategoricalHinge {
    reduction: Reduction,
}

impl CategoricalHinge {
    /// With the mean over the batch.
    pub fn new() -> CategoricalHinge {
        CategoricalHinge::default()
    }
}

impl Loss for CategoricalHinge {
    described!(CategoricalHinge, "categorical_hinge");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        vectors(self, y_true, y_pred, |y, p| {
            let positive = (&y * &p).sum_axis(-1);
            let negative = ((1.0 - y) * p).max_axis(-1);
            (negative - positive + 1.0).maximum(0.0)
        })
    }
}

loss!(CategoricalHinge);
