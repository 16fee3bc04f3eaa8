//! Crossentropy of yes-or-no answers.

use super::checks::{check_smoothing, elementwise_along, smoothed};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `mean(-y_true · ln p - (1 - y_true) · ln(1 - p))` over the last axis, for probabilities `p` limited to [1e-7, 1 - 1e-7], or for
/// logits with `p = sigmoid(y_pred)`, computed so that no logit overflows.
///
/// Targets (0 or 1, or probabilities) and predictions: `[batch, ...]`, the same shape; one answer a sample is `[batch, 1]`.
/// Source: `keras.losses.BinaryCrossentropy`.
///
/// ```
/// use nn::{losses::{BinaryCrossentropy, Loss}, Tensor};
/// let (y, logits) = (Tensor::from([[1.0_f32], [0.0]]), Tensor::from([[0.0_f32], [0.0]]));
/// let loss = BinaryCrossentropy::from_logits().call(&y, &logits).item::<f32>()?;
/// assert!((loss - 2.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[doc(alias = "BCELoss")]
#[doc(alias = "BCEWithLogitsLoss")]
pub struct BinaryCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    axis: isize,
    reduction: Reduction,
}

impl Default for BinaryCrossentropy {
    fn default() -> BinaryCrossentropy {
        BinaryCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl BinaryCrossentropy {
    /// For predictions that are probabilities (a last layer with a sigmoid).
    pub fn new() -> BinaryCrossentropy {
        BinaryCrossentropy::default()
    }

    /// For predictions that are logits (a last layer without activation); numerically the better choice.
    pub fn from_logits() -> BinaryCrossentropy {
        BinaryCrossentropy {
            from_logits: true,
            ..BinaryCrossentropy::default()
        }
    }

    /// Moves targets towards ½: `y · (1 - smoothing) + smoothing / 2`, 0 ≤ smoothing ≤ 1.
    pub fn label_smoothing(mut self, smoothing: f64) -> BinaryCrossentropy {
        self.label_smoothing = smoothing;
        self
    }

    /// With the mean over this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> BinaryCrossentropy {
        self.axis = axis;
        self
    }
}

impl Loss for BinaryCrossentropy {
    described!(BinaryCrossentropy, "binary_crossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self.name(), self.label_smoothing)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise_along(self.axis, self, y_true, y_pred, |y, p| {
            let y = smoothed(y, self.label_smoothing, 2);
            let (yes, no) = match self.from_logits {
                true => (p.log_sigmoid(), (-p).log_sigmoid()),
                false => {
                    let p = p.clip(EPSILON, 1.0 - EPSILON);
                    (p.log(), (1.0 - p).log())
                }
            };
            -(&y * yes + (1.0 - &y) * no)
        })
    }
}

loss!(BinaryCrossentropy);
