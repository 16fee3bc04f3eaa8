//! Squared for small differences, absolute for large ones.

use super::checks::{elementwise, shown};
use super::{Loss, Reduction, described, loss};
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// The mean over the last axis of `½e²` where `|e| = |y_pred - y_true| ≤ δ`, and `δ|e| - ½δ²` beyond.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.Huber`.
///
/// ```
/// use nn::{losses::{Loss, Huber}, Tensor};
/// let (y, y_pred) = (Tensor::from([[0.0_f32, 0.0]]), Tensor::from([[1.0_f32, 3.0]]));
/// assert_eq!(Huber::new().call(&y, &y_pred).item::<f32>()?, 1.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "SmoothL1Loss")]
pub struct Huber {
    delta: f64,
    reduction: Reduction,
}

impl Default for Huber {
    fn default() -> Huber {
        Huber {
            delta: 1.0,
            reduction: Reduction::default(),
        }
    }
}

impl Huber {
    /// With the mean over the batch and δ = 1.
    pub fn new() -> Huber {
        Huber::default()
    }

    /// Where the square ends, δ > 0, in units of the targets (Keras: 1).
    pub fn delta(mut self, delta: f64) -> Huber {
        self.delta = delta;
        self
    }
}

impl Loss for Huber {
    described!(Huber, "huber");

    fn check(&self) -> Result<()> {
        match self.delta as f32 > 0.0 {
            true => Ok(()),
            false => Err(Error::value(format!(
                "huber: `delta` must be a number above 0, as f32 holds it, found {}",
                shown(self.delta)
            ))),
        }
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            let error = p - y;
            if !(self.delta as f32).is_finite() {
                // No error is that large, and the other branch would be infinite times 0 on the way back.
                return 0.5 * error.square();
            }
            let size = error.abs();
            let far = self.delta * &size - 0.5 * self.delta * self.delta;
            size.less_equal(self.delta)
                .where_(0.5 * error.square(), far)
        })
    }
}

loss!(Huber);
