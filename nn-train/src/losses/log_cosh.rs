//! The logarithm of the hyperbolic cosine of differences.

use super::checks::elementwise;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean(ln cosh(y_pred - y_true))` over the last axis: about `½e²` near 0, `|e| - ln 2` far off. Computed as
/// `e + softplus(-2e) - ln 2`, which does not overflow.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.LogCosh`.
///
/// ```
/// use nn::{losses::{Loss, LogCosh}, Tensor};
/// let (y, y_pred) = (Tensor::from([[0.0_f32]]), Tensor::from([[1.0_f32]]));
/// let loss = LogCosh::new().call(&y, &y_pred).item::<f32>()?;
/// assert!((loss - 0.433_781).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct LogCosh {
    reduction: Reduction,
}

impl LogCosh {
    /// With the mean over the batch.
    pub fn new() -> LogCosh {
        LogCosh::default()
    }
}

impl Loss for LogCosh {
    described!(LogCosh, "log_cosh");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            let error = p - y;
            &error + (-2.0 * &error).softplus() - std::f64::consts::LN_2
        })
    }
}

loss!(LogCosh);
