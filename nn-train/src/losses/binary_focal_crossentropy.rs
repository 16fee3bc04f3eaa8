//! Crossentropy of yes-or-no answers that looks at the hard ones.

use super::checks::{check_number, check_smoothing, elementwise_along, smoothed};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// `mean(w · (1 - pₜ)^γ · crossentropy)` over the last axis, where `pₜ = y_true · p + (1 - y_true)(1 - p)` is how sure the right answer is: answers
/// that are right already count little. `w` is 1, or with class balancing α for yes and 1 - α for no.
///
/// Targets (0 or 1, or probabilities) and predictions (probabilities, or logits if so told): `[batch, ...]`, the same shape. Source:
/// `keras.losses.BinaryFocalCrossentropy`; Lin et al. 2017, <https://arxiv.org/abs/1708.02002>.
///
/// ```
/// use nn::{losses::{BinaryFocalCrossentropy, Loss}, Tensor};
/// let (y, p) = (Tensor::from([[1.0_f32]]), Tensor::from([[0.5_f32]]));
/// let loss = BinaryFocalCrossentropy::new().call(&y, &p).item::<f32>()?;
/// assert!((loss - 0.25 * 2.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct BinaryFocalCrossentropy {
    apply_class_balancing: bool,
    alpha: f64,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
    axis: isize,
    reduction: Reduction,
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> BinaryFocalCrossentropy {
        BinaryFocalCrossentropy {
            apply_class_balancing: false,
            alpha: 0.25,
            gamma: 2.0,
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl BinaryFocalCrossentropy {
    /// For predictions that are probabilities, with γ = 2 and without class balancing.
    pub fn new() -> BinaryFocalCrossentropy {
        BinaryFocalCrossentropy::default()
    }

    /// For predictions that are logits.
    pub fn from_logits() -> BinaryFocalCrossentropy {
        BinaryFocalCrossentropy {
            from_logits: true,
            ..BinaryFocalCrossentropy::default()
        }
    }

    /// Whether yes is weighed by α and no by 1 - α.
    pub fn apply_class_balancing(mut self, apply_class_balancing: bool) -> BinaryFocalCrossentropy {
        self.apply_class_balancing = apply_class_balancing;
        self
    }

    /// α, the weight of yes with class balancing (Keras: 0.25).
    pub fn alpha(mut self, alpha: f64) -> BinaryFocalCrossentropy {
        self.alpha = alpha;
        self
    }

    /// γ, how little answers count that are right already, at least 0 (Keras: 2); with 0 this is the plain crossentropy.
    pub fn gamma(mut self, gamma: f64) -> BinaryFocalCrossentropy {
        self.gamma = gamma;
        self
    }

    /// Moves targets towards ½: `y · (1 - smoothing) + smoothing / 2`, 0 ≤ smoothing ≤ 1.
    pub fn label_smoothing(mut self, smoothing: f64) -> BinaryFocalCrossentropy {
        self.label_smoothing = smoothing;
        self
    }

    /// With the mean over this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> BinaryFocalCrossentropy {
        self.axis = axis;
        self
    }
}

impl Loss for BinaryFocalCrossentropy {
    described!(BinaryFocalCrossentropy, "binary_focal_crossentropy");

    fn check(&self) -> Result<()> {
        check_number(self.name(), "alpha", self.alpha, f64::NEG_INFINITY)?;
        check_number(self.name(), "gamma", self.gamma, 0.0)?;
        check_smoothing(self.name(), self.label_smoothing)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        elementwise_along(self.axis, self, y_true, y_pred, |y, p| {
            let y = smoothed(y, self.label_smoothing, 2);
            let p = match self.from_logits {
                true => p.sigmoid(),
                false => p,
            };
            let limited = p.clip(EPSILON, 1.0 - EPSILON);
            let no = 1.0 - &y;
            let crossentropy = -(&y * limited.log() + &no * (1.0 - &limited).log());
            let right = &y * &p + &no * (1.0 - &p);
            let wrong = 1.0 - right;
            let focus = match self.gamma > 0.0 && self.gamma < 1.0 {
                // The power's own gradient at 0 is infinite, times a crossentropy whose limit is 0.
                true => {
                    let none = wrong.equal(0.0);
                    none.where_(0.0, none.where_(1.0, wrong).pow(self.gamma))
                }
                false => wrong.pow(self.gamma),
            };
            let focal = focus * crossentropy;
            match self.apply_class_balancing {
                true => (y * self.alpha + no * (1.0 - self.alpha)) * focal,
                false => focal,
            }
        })
    }
}

loss!(BinaryFocalCrossentropy);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::GradientTape;

    #[test]
    fn a_prediction_that_is_right_has_no_gradient_whatever_the_focus() {
        for gamma in [0.0, 0.3, 0.5, 1.0, 2.0] {
            let loss = BinaryFocalCrossentropy::new().gamma(gamma);
            let logits = Tensor::from([[50.0_f32], [-200.0]]);
            let tape = GradientTape::new();
            tape.watch(&logits);
            let value = loss.call(&Tensor::from([[1.0_f32], [0.0]]), &logits.sigmoid());
            let gradient = tape.gradient(&value, &logits).unwrap();
            assert_eq!(gradient.data::<f32>(), [0.0, 0.0], "gamma {gamma}");
        }
    }
}
