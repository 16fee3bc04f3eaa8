//! How little regions overlap, with weights of both kinds of mistakes.

use super::axes::{Axis, over, whole};
use super::checks::check_number;
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `1 - S / (S + α · Σ (1 - y_pred) · y_true + β · Σ y_pred · (1 - y_true) + 1e-7)` with `S = Σ y_true · y_pred`: α weighs what was missed, β what was
/// found wrongly (as Keras computes it; its text has them the other way round). With both ½ this is [`Dice`](super::Dice).
///
/// Targets (0 or 1) and predictions (probabilities): `[batch, ...]`, the same shape. Sums go over all numbers of the batch unless axes are given, so
/// that there is one loss; sums over all axes but the first give one for each sample. Source: `keras.losses.Tversky`; Salehi et al. 2017, <https://arxiv.org/abs/1706.05721>.
///
/// ```
/// use nn::{losses::{Tversky, Loss}, Tensor};
/// let (y, p) = (Tensor::from([[1.0_f32, 0.0], [1.0, 1.0]]), Tensor::from([[1.0_f32, 0.0], [0.0, 0.0]]));
/// assert!((Tversky::new().call(&y, &p).item::<f32>()? - 0.5).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Tversky {
    alpha: f64,
    beta: f64,
    axis: Option<Axis>,
    reduction: Reduction,
}

impl Default for Tversky {
    fn default() -> Tversky {
        Tversky {
            alpha: 0.5,
            beta: 0.5,
            axis: None,
            reduction: Reduction::default(),
        }
    }
}

impl Tversky {
    /// Of the whole batch.
    pub fn new() -> Tversky {
        Tversky::default()
    }

    /// α, the weight of what was missed, at least 0 (Keras: 0.5).
    pub fn alpha(mut self, alpha: f64) -> Tversky {
        self.alpha = alpha;
        self
    }

    /// β, the weight of what was found wrongly, at least 0 (Keras: 0.5).
    pub fn beta(mut self, beta: f64) -> Tversky {
        self.beta = beta;
        self
    }

    /// With sums over these axes: `[1, 2, 3]` for a loss of each image.
    pub fn axis(mut self, axes: impl IntoIterator<Item = isize>) -> Tversky {
        self.axis = Some(Axis::Many(axes.into_iter().collect()));
        self
    }
}

impl Loss for Tversky {
    described!(Tversky, "tversky");

    fn check(&self) -> Result<()> {
        check_number(self.name(), "alpha", self.alpha, 0.0)?;
        check_number(self.name(), "beta", self.beta, 0.0)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        whole(self, y_true, y_pred, |y, p| {
            let axes = self.axis.as_ref();
            let overlap = over(axes, &y * &p);
            let missed = over(axes, (1.0 - &p) * &y) * self.alpha;
            let wrong = over(axes, p * (1.0 - y)) * self.beta;
            1.0 - &overlap / (&overlap + missed + wrong + EPSILON)
        })
    }
}

loss!(Tversky);
