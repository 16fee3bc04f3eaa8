//! The squared hinge loss for labels -1 and 1.

use super::checks::elementwise;
use super::hinge::signs;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean(max(1 - y_true · y_pred, 0)²)` over the last axis. Targets are -1 or 1; where all of a batch are 0 or 1, zeros stand for -1.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.SquaredHinge`.
///
/// ```
/// use nn::{losses::{Loss, SquaredHinge}, Tensor};
/// let (y, y_pred) = (Tensor::from([[-1.0_f32, 1.0]]), Tensor::from([[1.0_f32, 2.0]]));
/// assert_eq!(SquaredHinge::new().call(&y, &y_pred).item::<f32>()?, 2.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct SquaredHinge {
    reduction: Reduction,
}

impl SquaredHinge {
    /// With the mean over the batch.
    pub fn new() -> SquaredHinge {
        SquaredHinge::default()
    }
}

impl Loss for SquaredHinge {
    described!(SquaredHinge, "squared_hinge");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            (1.0 - signs(y) * p).maximum(0.0).square()
        })
    }
}

loss!(SquaredHinge);
