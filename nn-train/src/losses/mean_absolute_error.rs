//! The mean of absolute differences.

use super::checks::elementwise;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean(|y_true - y_pred|)` over the last axis.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.MeanAbsoluteError`.
///
/// ```
/// use nn::{losses::{Loss, MeanAbsoluteError}, Tensor};
/// let (y, y_pred) = (Tensor::from([[1.0_f32, 2.0]]), Tensor::from([[1.0_f32, 4.0]]));
/// assert_eq!(MeanAbsoluteError::new().call(&y, &y_pred).item::<f32>()?, 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "L1Loss")]
#[doc(alias = "mae")]
pub struct MeanAbsoluteError {
    reduction: Reduction,
}

impl MeanAbsoluteError {
    /// With the mean over the batch.
    pub fn new() -> MeanAbsoluteError {
        MeanAbsoluteError::default()
    }
}

impl Loss for MeanAbsoluteError {
    described!(MeanAbsoluteError, "mean_absolute_error");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| (y - p).abs())
    }
}

loss!(MeanAbsoluteError);
