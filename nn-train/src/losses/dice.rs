//! How little regions overlap.

use super::axes::{Axis, over, whole};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// `1 - 2 · Σ y_true · y_pred / (Σ y_true + Σ y_pred + 1e-7)`: 0 for regions that are the same, 1 for such that do not touch. For segmentation.
///
/// Targets (0 or 1) and predictions (probabilities): `[batch, ...]`, the same shape. Sums go over all numbers of the batch unless axes are given, so
/// that there is one loss; sums over all axes but the first give one for each sample. Source: `keras.losses.Dice`.
///
/// ```
/// use nn::{losses::{Dice, Loss}, Tensor};
/// let (y, p) = (Tensor::from([[1.0_f32, 0.0], [1.0, 1.0]]), Tensor::from([[1.0_f32, 0.0], [0.0, 0.0]]));
/// assert!((Dice::new().call(&y, &p).item::<f32>()? - 0.5).abs() < 1e-6);
/// let each = Dice::new().axis([1]).losses(&y, &p).to_vec::<f32>()?;
/// assert!(each[0].abs() < 1e-6 && each[1] == 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Dice {
    axis: Option<Axis>,
    reduction: Reduction,
}

impl Dice {
    /// Of the whole batch.
    pub fn new() -> Dice {
        Dice::default()
    }

    /// With sums over these axes: `[1, 2, 3]` for a loss of each image.
    pub fn axis(mut self, axes: impl IntoIterator<Item = isize>) -> Dice {
        self.axis = Some(Axis::Many(axes.into_iter().collect()));
        self
    }
}

impl Loss for Dice {
    described!(Dice, "dice");

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        whole(self, y_true, y_pred, |y, p| {
            let axes = self.axis.as_ref();
            let overlap = over(axes, &y * &p);
            let both = over(axes, y) + over(axes, p) + EPSILON;
            1.0 - 2.0 * overlap / both
        })
    }
}

loss!(Dice);
