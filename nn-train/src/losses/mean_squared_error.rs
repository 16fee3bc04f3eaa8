//! The mean of squared differences.

use super::checks::{checked, pair};
use super::{Loss, Reduction, described, loss, reduction};
use nn_core::Tensor;
use nn_core::ops::{mean_squared_error, mean_squared_error_of_rows};
use serde::{Deserialize, Serialize};

/// `mean((y_true - y_pred)²)` over the last axis.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.MeanSquaredError`.
///
/// ```
/// use nn::{losses::{Loss, MeanSquaredError}, Tensor};
/// let (y, y_pred) = (Tensor::from([[1.0_f32, 2.0]]), Tensor::from([[1.0_f32, 4.0]]));
/// assert_eq!(MeanSquaredError::new().call(&y, &y_pred).item::<f32>()?, 2.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "MSELoss")]
#[doc(alias = "mse")]
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
        checked(self, y_true, y_pred, || {
            let (y, p) = pair(y_true, y_pred)?;
            Ok(match p.rank() {
                1 => (y - p).square(),
                _ => mean_squared_error_of_rows(&p, &y),
            })
        })
    }

    fn weighted(&self, y_true: &Tensor, y_pred: &Tensor, sample_weight: Option<&Tensor>) -> Tensor {
        // The mean of the samples' means is that of all numbers.
        let all_count = sample_weight.is_none() && y_pred.mask().is_none();
        let whole = all_count && self.reduction == Reduction::SumOverBatchSize;
        if !whole || y_pred.try_shape().is_ok_and(|shape| shape.is_empty()) {
            return reduction::weighted(self, y_true, y_pred, sample_weight);
        }
        checked(self, y_true, y_pred, || {
            let (y, p) = pair(y_true, y_pred)?;
            Ok(mean_squared_error(&p, &y))
        })
    }
}

loss!(MeanSquaredError);
