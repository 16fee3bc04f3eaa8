//! Embeddings of one class near each other, those of others far away.

use super::checks::{check_number, check_prediction, checked};
use super::labels::labels;
use super::{Loss, Reduction, described, loss, reduction};
use nn_core::{Error, Result, Tensor, where_};
use serde::{Deserialize, Serialize};

/// What stands for minus infinity, so that two of them can be added.
const LOWEST: f64 = -1e38;

/// `softplus(ln Σₚ e^(-γ · (m + dₚ)(m - dₚ)) + ln Σₙ e^(γ · (1 + m - dₙ)(1 - m - dₙ)))` for each sample, over the distances `d = max(1 - cosine, 0)` to the
/// samples p of its class and n of the others in the batch, with the scale γ and the margin m. A weight below 0 counts as 0, and a loss of 0 (a
/// sample without another of its class) does not count in means.
///
/// Labels: `[batch]` or `[batch, 1]`, integers. Predictions, embeddings of length 1: `[batch, components]`. Source: `keras.losses.Circle`; Sun et
/// al. 2020, <https://arxiv.org/abs/2002.10857>.
///
/// ```
/// use nn::{losses::{Circle, Loss}, Tensor};
/// let labels = Tensor::from([0_i64, 0, 1, 1]);
/// let apart = Tensor::from([[1.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]);
/// let mixed = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
/// let loss = Circle::new();
/// assert!(loss.call(&labels, &apart).item::<f32>()? < loss.call(&labels, &mixed).item::<f32>()?);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Circle {
    gamma: f64,
    margin: f64,
    remove_diagonal: bool,
    reduction: Reduction,
}

impl Default for Circle {
    fn default() -> Circle {
        Circle {
            gamma: 80.0,
            margin: 0.4,
            remove_diagonal: true,
            reduction: Reduction::default(),
        }
    }
}

impl Circle {
    /// With a scale of 80 and a margin of 0.4.
    pub fn new() -> Circle {
        Circle::default()
    }

    /// The scale γ, above 0: how much the hardest pairs count before the others (Keras: 80).
    pub fn gamma(mut self, gamma: f64) -> Circle {
        self.gamma = gamma;
        self
    }

    /// The margin between near and far, as a distance (Keras: 0.4).
    pub fn margin(mut self, margin: f64) -> Circle {
        self.margin = margin;
        self
    }

    /// Whether a sample is left out of those of its own class (Keras: yes).
    pub fn remove_diagonal(mut self, remove: bool) -> Circle {
        self.remove_diagonal = remove;
        self
    }

    fn circle(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let shape = check_prediction(y_pred)?;
        if shape.rank() != 2 {
            return Err(Error::shape(format!(
                "embeddings must be [batch, components], found {shape}"
            )));
        }
        let labels = labels(y_true, y_pred)?;
        let distances = (1.0 - y_pred.matmul_transposed(y_pred)).maximum(0.0);
        let same = labels.expand_dims(1).equal(labels.expand_dims(0));
        let other = same.logical_not();
        let near = match self.remove_diagonal && shape.is_known() {
            true => same.logical_and(Tensor::eye(shape[0]).equal(0.0)),
            false => same,
        };
        let m = self.margin;
        let pull = (m + &distances).maximum(0.0) * (m - &distances) * -self.gamma;
        let push = (1.0 + m - &distances).maximum(0.0) * (1.0 - m - &distances) * self.gamma;
        let of = |among: &Tensor, by: Tensor| where_(among, by, LOWEST).logsumexp_axis(1);
        Ok((of(&near, pull) + of(&other, push)).softplus())
    }
}

impl Loss for Circle {
    described!(Circle, "circle");

    fn check(&self) -> Result<()> {
        check_number(self.name(), "gamma", self.gamma, 0.0)?;
        check_number(self.name(), "margin", self.margin, f64::NEG_INFINITY)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        checked(self, y_true, y_pred, || self.circle(y_true, y_pred))
    }

    fn kept(&self, y_true: &Tensor, y_pred: &Tensor) -> Option<Tensor> {
        Some(self.losses(y_true, y_pred).greater(0.0))
    }

    fn weighted(&self, y_true: &Tensor, y_pred: &Tensor, sample_weight: Option<&Tensor>) -> Tensor {
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        // As the default does, without computing the losses twice.
        let losses = self.losses(y_true, y_pred);
        if losses.error().is_some() {
            return losses;
        }
        let own = losses.greater(0.0);
        reduction::reduce_losses(self, y_pred, losses, Some(own), sample_weight)
    }
}

loss!(Circle);
