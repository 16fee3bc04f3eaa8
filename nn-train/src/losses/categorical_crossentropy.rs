//! Crossentropy of distributions over classes.

use super::checks::{check_smoothing, classes, last, smoothed_classes};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::ops::softmax_cross_entropy;
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `-Σ y_true · ln p` over the axis of the classes, the last one, for targets that are one-hot or distributions over classes.
///
/// Of probabilities, `p` is `y_pred` divided by its sum and limited to [1e-7, 1 - 1e-7]; of logits, `p = softmax(y_pred)`, in one fused,
/// stable operation. Targets and predictions: `[batch, ..., classes]`, the same shape; for class numbers see
/// [`SparseCategoricalCrossentropy`](super::SparseCategoricalCrossentropy). Source: `keras.losses.CategoricalCrossentropy`.
///
/// ```
/// use nn::{losses::{CategoricalCrossentropy, Loss}, Tensor};
/// let (y, p) = (Tensor::from([[0.0_f32, 1.0]]), Tensor::from([[0.5_f32, 0.5]]));
/// let loss = CategoricalCrossentropy::new().call(&y, &p).item::<f32>()?;
/// assert!((loss - 2.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CategoricalCrossentropy {
    from_logits: bool,
    label_smoothing: f64,
    axis: isize,
    reduction: Reduction,
}

impl Default for CategoricalCrossentropy {
    fn default() -> CategoricalCrossentropy {
        CategoricalCrossentropy {
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl CategoricalCrossentropy {
    /// For predictions that are probabilities (a last layer with a softmax).
    pub fn new() -> CategoricalCrossentropy {
        CategoricalCrossentropy::default()
    }

    /// For predictions that are logits (a last layer without activation); numerically the better choice, and faster.
    pub fn from_logits() -> CategoricalCrossentropy {
        CategoricalCrossentropy {
            from_logits: true,
            ..CategoricalCrossentropy::default()
        }
    }

    /// Moves targets towards the uniform distribution: `y · (1 - smoothing) + smoothing / classes`, 0 ≤ smoothing ≤ 1.
    pub fn label_smoothing(mut self, smoothing: f64) -> CategoricalCrossentropy {
        self.label_smoothing = smoothing;
        self
    }

    /// With the classes on this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> CategoricalCrossentropy {
        self.axis = axis;
        self
    }
}

impl Loss for CategoricalCrossentropy {
    described!(CategoricalCrossentropy, "categorical_crossentropy");

    fn check(&self) -> Result<()> {
        check_smoothing(self.name(), self.label_smoothing)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        classes(self, self.axis, y_true, y_pred, |y, p| {
            let y = smoothed_classes(y, self.label_smoothing);
            let axis = self.axis;
            if self.from_logits {
                return match last(&p, axis) {
                    true => softmax_cross_entropy(&p, &y),
                    false => -(y * p.log_softmax(axis)).sum_axis(axis),
                };
            }
            let p = &p / p.sum_axes([axis], true);
            -(y * p.clip(EPSILON, 1.0 - EPSILON).log()).sum_axis(axis)
        })
    }
}

loss!(CategoricalCrossentropy);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_classes_is_an_error() {
        for loss in [
            CategoricalCrossentropy::new(),
            CategoricalCrossentropy::from_logits(),
        ] {
            let e = loss
                .call(&Tensor::zeros([4, 3]), &Tensor::zeros([4, 5]))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(e.contains("categorical_crossentropy: targets of shape [4, 3] do not fit predictions of shape [4, 5]"), "{e}");
            assert!(
                e.contains("gives 5 numbers for each sample and the targets have 3"),
                "{e}"
            );
            let e = loss
                .call(&Tensor::zeros([4]), &Tensor::zeros([4]))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(e.contains("[batch, classes]"), "{e}");
            let e = loss
                .call(&Tensor::ones([4, 1]), &Tensor::ones([4, 1]))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(
                e.contains("single class") && e.contains("BinaryCrossentropy"),
                "{e}"
            );
        }
    }
}
