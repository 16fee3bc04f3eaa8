//! The Kullback-Leibler divergence of distributions.

use super::checks::vectors;
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `Σ y_true · ln(y_true / y_pred)` over the last axis, both limited to [1e-7, 1]; distributions that sum to 1.
///
/// Targets and predictions: `[batch, ..., classes]`, the same shape. Source: `keras.losses.KLDivergence`.
///
/// ```
/// use nn::{losses::{Loss, KLDivergence}, Tensor};
/// let (y, y_pred) = (Tensor::from([[1.0_f32, 0.0]]), Tensor::from([[0.5_f32, 0.5]]));
/// let loss = KLDivergence::new().call(&y, &y_pred).item::<f32>()?;
/// assert!((loss - 0.693_146).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "KLDivLoss")]
pub struct KLDivergence {
    reduction: Reduction,
}

impl KLDivergence {
    /// With the mean over the batch.
    pub fn new() -> KLDivergence {
        KLDivergence::default()
    }
}

impl Loss for KLDivergence {
    described!(KLDivergence, "kl_divergence");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        vectors(self, y_true, y_pred, |y, p| {
            let (y, p) = (y.clip(EPSILON, 1.0), p.clip(EPSILON, 1.0));
            (&y * (&y / p).log()).sum_axis(-1)
        })
    }
}

loss!(KLDivergence);
