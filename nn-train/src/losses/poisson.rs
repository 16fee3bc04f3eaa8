//! The negative logarithm of Poisson probabilities.

use super::checks::elementwise;
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean(y_pred - y_true · ln(y_pred + 1e-7))` over the last axis, for rates `y_pred` > 0 of counts `y_true`.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.Poisson`.
///
/// ```
/// use nn::{losses::{Loss, Poisson}, Tensor};
/// let (y, y_pred) = (Tensor::from([[2.0_f32]]), Tensor::from([[1.0_f32]]));
/// let loss = Poisson::new().call(&y, &y_pred).item::<f32>()?;
/// assert!((loss - 1.0).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Poisson {
    reduction: Reduction,
}

impl Poisson {
    /// With the mean over the batch.
    pub fn new() -> Poisson {
        Poisson::default()
    }
}

impl Loss for Poisson {
    described!(Poisson, "poisson");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| &p - y * (&p + EPSILON).log())
    }
}

loss!(Poisson);
