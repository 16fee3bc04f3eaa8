//! The angle between vectors.

use super::checks::vectors;
use super::{Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `-Σ (y_true / ‖y_true‖) · (y_pred / ‖y_pred‖)` over the axis: -1 for the same direction, 0 for orthogonal vectors or a vector
/// of zeros, 1 for opposite ones. Lengths below 1e-7 count as that.
///
/// Targets and predictions: `[batch, ..., classes]`, the same shape. Source: `keras.losses.CosineSimilarity`.
///
/// ```
/// use nn::{losses::{Loss, CosineSimilarity}, Tensor};
/// let (y, y_pred) = (Tensor::from([[0.0_f32, 2.0]]), Tensor::from([[0.0_f32, 3.0]]));
/// assert_eq!(CosineSimilarity::new().call(&y, &y_pred).item::<f32>()?, -1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CosineSimilarity {
    pub(crate) axis: isize,
    reduction: Reduction,
}

impl Default for CosineSimilarity {
    fn default() -> CosineSimilarity {
        CosineSimilarity {
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl CosineSimilarity {
    /// With the mean over the batch.
    pub fn new() -> CosineSimilarity {
        CosineSimilarity::default()
    }

    /// Of vectors along this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> CosineSimilarity {
        self.axis = axis;
        self
    }
}

impl Loss for CosineSimilarity {
    described!(CosineSimilarity, "cosine_similarity");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        vectors(self, y_true, y_pred, |y, p| {
            -(normalize(y, self.axis) * normalize(p, self.axis)).sum_axis(self.axis)
        })
    }
}

loss!(CosineSimilarity);

/// Vectors along an axis, of length 1.
fn normalize(x: Tensor, axis: isize) -> Tensor {
    &x * x.square().sum_axes([axis], true).maximum(1e-14).rsqrt()
}
