//! The mean of squared differences.

use super::checks::elementwise;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean((y_true - y_pred)²)` over the last axis.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.MeanSquaredError`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::losses::{Loss, MeanSquaredError};
/// let (y, y_pred) = (Tensor::from([[1.0_f32, 2.0]]), Tensor::from([[1.0_f32, 4.0]]));
/// assert_eq!(MeanSquaredError::new().call(&y, &y_pred).item::<f32>()?, 2.0);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanSquaredError {
    reduction: Reduction,
}

impl MeanSquaredError {
    /// With the mean over the batch.
    pub fn new() -> MeanSquaredError {
        MeanSquaredError::default()
    }
}

impl Loss for MeanSquaredError {
    described!(MeanSquaredError, "mean_squared_error");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| (y - p).square())
    }
}

loss!(MeanSquaredError);
