//! The hinge loss for labels -1 and 1.

use super::checks::elementwise;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `mean(max(1 - y_true · y_pred, 0))` over the last axis. Targets are -1 or 1; where all of a batch are 0 or 1, zeros stand for -1.
///
/// Targets and predictions: `[batch, ...]`, the same shape. Source: `keras.losses.Hinge`.
///
/// ```
/// use nn::{losses::{Loss, Hinge}, Tensor};
/// let (y, y_pred) = (Tensor::from([[-1.0_f32, 1.0]]), Tensor::from([[0.5_f32, 2.0]]));
/// assert_eq!(Hinge::new().call(&y, &y_pred).item::<f32>()?, 0.75);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Hinge {
    reduction: Reduction,
}

impl Hinge {
    /// With the mean over the batch.
    pub fn new() -> Hinge {
        Hinge::default()
    }
}

impl Loss for Hinge {
    described!(Hinge, "hinge");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise(self, y_true, y_pred, |y, p| {
            (1.0 - signs(y) * p).maximum(0.0)
        })
    }
}

loss!(Hinge);

/// Targets of 0 and 1 as -1 and 1; others as they are.
pub(super) fn signs(y_true: Tensor) -> Tensor {
    let binary = y_true.is_concrete()
        && nn_core::with_float!(y_true.dtype(), T => y_true.data::<T>().iter().all(|&v| v == 0.0 || v == 1.0));
    if binary { 2.0 * y_true - 1.0 } else { y_true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_ones_are_signs() {
        let p = Tensor::from([[0.5_f32, 2.0]]);
        let signs = Hinge::new()
            .call(&Tensor::from([[-1.0_f32, 1.0]]), &p)
            .item::<f32>()
            .unwrap();
        let bits = Hinge::new()
            .call(&Tensor::from([[0_u8, 1]]), &p)
            .item::<f32>()
            .unwrap();
        assert_eq!((signs, bits), (0.75, 0.75));
    }
}
