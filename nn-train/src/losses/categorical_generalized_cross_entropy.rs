//! Crossentropy that forgives wrong labels.

use super::checks::{checked, shown};
use super::labels::{check_range, labels};
use super::{Loss, Reduction, described, loss};
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// `(1 - p[y_true]^q) / q`: between the crossentropy (q → 0) and the mean absolute error (q → 1), which a few wrong labels do not lead astray.
///
/// Labels: `[batch, ...]` or `[batch, ..., 1]`, integers in 0..classes. Predictions, probabilities: `[batch, ..., classes]`. Source:
/// `keras.losses.CategoricalGeneralizedCrossEntropy`; Zhang and Sabuncu 2018, <https://arxiv.org/abs/1805.07836>.
///
/// ```
/// use nn::{losses::{CategoricalGeneralizedCrossEntropy, Loss}, Tensor};
/// let (labels, p) = (Tensor::from([1_i64]), Tensor::from([[0.75_f32, 0.25]]));
/// assert_eq!(CategoricalGeneralizedCrossEntropy::new().call(&labels, &p).item::<f32>()?, 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CategoricalGeneralizedCrossEntropy {
    q: f64,
    reduction: Reduction,
}

impl Default for CategoricalGeneralizedCrossEntropy {
    fn default() -> CategoricalGeneralizedCrossEntropy {
        CategoricalGeneralizedCrossEntropy {
            q: 0.5,
            reduction: Reduction::default(),
        }
    }
}

impl CategoricalGeneralizedCrossEntropy {
    /// With q = 0.5.
    pub fn new() -> CategoricalGeneralizedCrossEntropy {
        CategoricalGeneralizedCrossEntropy::default()
    }

    /// How much is forgiven, 0 < q < 1 (Keras: 0.5).
    pub fn q(mut self, q: f64) -> CategoricalGeneralizedCrossEntropy {
        self.q = q;
        self
    }
}

impl Loss for CategoricalGeneralizedCrossEntropy {
    described!(
        CategoricalGeneralizedCrossEntropy,
        "categorical_generalized_cross_entropy"
    );

    fn check(&self) -> Result<()> {
        // It is divided by: what f32 holds as 0 is none.
        match self.q as f32 > 0.0 && self.q < 1.0 {
            true => Ok(()),
            false => Err(Error::value(format!(
                "{}: `q` must be between 0 and 1, as f32 holds it, found {}",
                self.name(),
                shown(self.q)
            ))),
        }
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        checked(self, y_true, y_pred, || {
            let labels = labels(y_true, y_pred)?;
            let classes = y_pred.shape()[y_pred.rank() - 1];
            check_range(&labels, classes, None)?;
            let chosen = y_pred.take_along_axis(&labels.expand_dims(-1), -1);
            Ok((1.0 - chosen.squeeze(-1).pow(self.q)) / self.q)
        })
    }
}

loss!(CategoricalGeneralizedCrossEntropy);
