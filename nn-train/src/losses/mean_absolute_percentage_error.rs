//! The mean of absolute differences, in percent of the target.

use super::checks::elementwise;
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `100 · mean(|y_true - y_pred| / max(|y_true|, 1e-7))` over the last axis.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.MeanAbsolutePercentageError`.
///
/// ```
/// use nn::{losses::{Loss, MeanAbsolutePercentageError}, Tensor};
/// let (y, y_pred) = (Tensor::from([[1.0_f32, 2.0]]), Tensor::from([[1.0_f32, 4.0]]));
/// assert_eq!(MeanAbsolutePercentageError::new().call(&y, &y_pred).item::<f32>()?, 50.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct MeanAbsolutePercentageError {
    reduction: Reduction,
}

impl MeanAbsolutePercentageError {
    /// With the mean over the batch.
    pub fn new() -> MeanAbsolutePercentageError {
        MeanAbsolutePercentageError::default()
    }
}

impl Loss for MeanAbsolutePercentageError {
    described!(
        MeanAbsolutePercentageError,
        "mean_absolute_percentage_error"
    );

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            100.0 * ((&y - p) / y.abs().maximum(EPSILON)).abs()
        })
    }
}

loss!(MeanAbsolutePercentageError);
