//! The mean of squared differences of logarithms.

use super::checks::elementwise;
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean((ln(max(y_true, 1e-7) + 1) - ln(max(y_pred, 1e-7) + 1))²)` over the last axis; for numbers that are not negative.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.MeanSquaredLogarithmicError`.
///
/// ```
/// use nn::{losses::{Loss, MeanSquaredLogarithmicError}, Tensor};
/// let (y, y_pred) = (Tensor::from([[0.0_f32]]), Tensor::from([[1.718_281_8_f32]]));
/// let loss = MeanSquaredLogarithmicError::new().call(&y, &y_pred).item::<f32>()?;
/// assert!((loss - 1.0).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct MeanSquaredLogarithmicError {
    reduction: Reduction,
}

impl MeanSquaredLogarithmicError {
    /// With the mean over the batch.
    pub fn new() -> MeanSquaredLogarithmicError {
        MeanSquaredLogarithmicError::default()
    }
}

impl Loss for MeanSquaredLogarithmicError {
    described!(
        MeanSquaredLogarithmicError,
        "mean_squared_logarithmic_error"
    );

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            let log = |x: Tensor| (x.maximum(EPSILON) + 1.0).log();
            (log(p) - log(y)).square()
        })
    }
}

loss!(MeanSquaredLogarithmicError);
