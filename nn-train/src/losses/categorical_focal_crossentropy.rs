//! Crossentropy of distributions over classes that looks at the hard ones.

use super::checks::{check_number, check_smoothing, classes, smoothed_classes};
use super::{EPSILON, Loss, Reduction, described, loss};
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// `-Σ α · (1 - p)^γ · y_true · ln p` over the axis of the classes, for targets that are one-hot or distributions over classes: answers that are
/// right already count little.
///
/// Of probabilities, `p` is `y_pred` divided by its sum and limited to [1e-7, 1 - 1e-7]; of logits, their softmax. Targets and predictions:
/// `[batch, ..., classes]`, the same shape. Source: `keras.losses.CategoricalFocalCrossentropy`; Lin et al. 2017,
/// <https://arxiv.org/abs/1708.02002>.
///
/// ```
/// use nn::{losses::{CategoricalFocalCrossentropy, Loss}, Tensor};
/// let (y, p) = (Tensor::from([[0.0_f32, 1.0]]), Tensor::from([[0.5_f32, 0.5]]));
/// let loss = CategoricalFocalCrossentropy::new().call(&y, &p).item::<f32>()?;
/// assert!((loss - 0.25 * 0.25 * 2.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CategoricalFocalCrossentropy {
    alpha: Alpha,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
    axis: isize,
    reduction: Reduction,
}

/// One weight for all classes, or one for each on the last axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Alpha {
    One(f64),
    Each(Vec<f64>),
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> CategoricalFocalCrossentropy {
        CategoricalFocalCrossentropy {
            alpha: Alpha::One(0.25),
            gamma: 2.0,
            from_logits: false,
            label_smoothing: 0.0,
            axis: -1,
            reduction: Reduction::default(),
        }
    }
}

impl CategoricalFocalCrossentropy {
    /// For predictions that are probabilities, with α = 0.25 and γ = 2.
    pub fn new() -> CategoricalFocalCrossentropy {
        CategoricalFocalCrossentropy::default()
    }

    /// For predictions that are logits.
    pub fn from_logits() -> CategoricalFocalCrossentropy {
        CategoricalFocalCrossentropy {
            from_logits: true,
            ..CategoricalFocalCrossentropy::default()
        }
    }

    /// α, the weight of all classes (Keras: 0.25).
    pub fn alpha(mut self, alpha: f64) -> CategoricalFocalCrossentropy {
        self.alpha = Alpha::One(alpha);
        self
    }

    /// α of each class on the last axis.
    pub fn alphas(mut self, alphas: impl IntoIterator<Item = f64>) -> CategoricalFocalCrossentropy {
        self.alpha = Alpha::Each(alphas.into_iter().collect());
        self
    }

    /// γ, how little answers count that are right already, at least 0 (Keras: 2).
    pub fn gamma(mut self, gamma: f64) -> CategoricalFocalCrossentropy {
        self.gamma = gamma;
        self
    }

    /// Moves targets towards the uniform distribution: `y · (1 - smoothing) + smoothing / classes`, 0 ≤ smoothing ≤ 1.
    pub fn label_smoothing(mut self, smoothing: f64) -> CategoricalFocalCrossentropy {
        self.label_smoothing = smoothing;
        self
    }

    /// With the classes on this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> CategoricalFocalCrossentropy {
        self.axis = axis;
        self
    }
}

impl Loss for CategoricalFocalCrossentropy {
    described!(
        CategoricalFocalCrossentropy,
        "categorical_focal_crossentropy"
    );

    fn check(&self) -> Result<()> {
        let alphas = match &self.alpha {
            Alpha::One(alpha) => std::slice::from_ref(alpha),
            Alpha::Each(alphas) => alphas,
        };
        for &alpha in alphas {
            check_number(self.name(), "alpha", alpha, f64::NEG_INFINITY)?;
        }
        check_number(self.name(), "gamma", self.gamma, 0.0)?;
        check_smoothing(self.name(), self.label_smoothing)
    }

    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        classes(self, self.axis, y_true, y_pred, |y, p| {
            let y = smoothed_classes(y, self.label_smoothing);
            let axis = self.axis;
            let p = match self.from_logits {
                true => p.softmax(axis),
                false => p,
            };
            let p = (&p / p.sum_axes([axis], true)).clip(EPSILON, 1.0 - EPSILON);
            let crossentropy = -y * p.log();
            let focus = (1.0 - p).pow(self.gamma);
            let weight = match &self.alpha {
                Alpha::One(alpha) => focus * *alpha,
                Alpha::Each(alphas) => {
                    let classes = match focus.try_shape() {
                        Ok(shape) => shape.last().copied().unwrap_or(1),
                        Err(error) => return Tensor::failed(error),
                    };
                    if alphas.len() != classes {
                        return Tensor::failed(Error::shape(format!(
                            "{}: {} weights `alpha` were given for {classes} classes",
                            self.name(),
                            alphas.len()
                        )));
                    }
                    let alphas = Tensor::from(alphas.clone()).cast(focus.dtype());
                    focus * alphas
                }
            };
            (weight * crossentropy).sum_axis(axis)
        })
    }
}

loss!(CategoricalFocalCrossentropy);
