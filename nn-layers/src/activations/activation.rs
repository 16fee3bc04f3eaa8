//! Activation functions.

use nn_core::Tensor;
use serde::{Deserialize, Serialize};

/// A function of every number of a tensor (of every row, for the softmaxes), with Keras's default arguments.
///
/// In configurations it has Keras's name, `"leaky_relu"`. For other arguments there are layers ([`crate::ELU`]) and tensor methods, to be
/// used in `call`: `x.elu(0.5)`. Keras's `glu` (which halves its input), `threshold` (which has no default) and `sparsemax` are left out.
///
/// ```
/// use nn_core::Tensor;
/// use nn_layers::Activation;
/// let x = Tensor::from([-1.0_f32, 2.0]);
/// assert_eq!(Activation::Relu.apply(&x).to_vec::<f32>()?, [0.0, 2.0]);
/// assert_eq!(serde_json::to_string(&Activation::HardSigmoid).unwrap(), "\"hard_sigmoid\"");
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x`.
    #[default]
    Linear,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `x`, or `0.2·x` below 0.
    LeakyRelu,
    /// `x`, or `eˣ - 1` below 0 (Clevert et al. 2015).
    Elu,
    /// `1.0507·x`, or `1.0507·1.6733·(eˣ - 1)` below 0 (Klambauer et al. 2017).
    Selu,
    /// `max(x, 0) + min(eˣ - 1, 0)` (Barron 2017).
    Celu,
    /// `x·Φ(x)`, Φ the normal distribution function (Hendrycks and Gimpel 2016); exact, not by tanh.
    Gelu,
    /// `x·sigmoid(x)`, also called swish (Ramachandran et al. 2017).
    #[serde(alias = "swish")]
    Silu,
    /// `x·tanh(softplus(x))` (Misra 2019).
    Mish,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `x/6 + 1/2`, limited to 0 and 1.
    HardSigmoid,
    /// `x·hard_sigmoid(x)` (Howard et al. 2019).
    #[serde(alias = "hard_swish")]
    HardSilu,
    /// `ln(1 / (1 + e⁻ˣ))`.
    LogSigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `x`, limited to -1 and 1.
    HardTanh,
    /// `x - tanh(x)`.
    TanhShrink,
    /// `ln(1 + eˣ)`.
    Softplus,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `(x + √(x² + 4)) / 2` (Barron 2021).
    Squareplus,
    /// 0 where `|x| <= 0.5`, elsewhere `x`.
    HardShrink,
    /// `x` moved towards 0 by 0.5, and no further than 0.
    SoftShrink,
    /// 0 up to -1, `(x + 1)² / 4` up to 1, then `x`.
    SparsePlus,
    /// `(x + 1) / 2`, limited to 0 and 1.
    SparseSigmoid,
    /// `eˣ`.
    Exponential,
    /// `eˣ / Σeˣ` over the last axis.
    Softmax,
    /// `ln(softmax(x))` over the last axis.
    LogSoftmax,
}

impl Activation {
    /// Applies it.
    #[track_caller]
    pub fn apply(self, x: &Tensor) -> Tensor {
        match self {
            Activation::Linear => x.clone(),
            Activation::Relu => x.relu(),
            Activation::Relu6 => x.relu6(),
            Activation::LeakyRelu => x.leaky_relu(0.2),
            Activation::Elu => x.elu(1.0),
            Activation::Selu => x.selu(),
            Activation::Celu => x.celu(1.0),
            Activation::Gelu => x.gelu(false),
            Activation::Silu => x.silu(),
            Activation::Mish => x.mish(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::HardSigmoid => x.hard_sigmoid(),
            Activation::HardSilu => x.hard_silu(),
            Activation::LogSigmoid => x.log_sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::HardTanh => x.clip(-1.0, 1.0),
            Activation::TanhShrink => x - x.tanh(),
            Activation::Softplus => x.softplus(),
            Activation::Softsign => x.softsign(),
            Activation::Squareplus => (x + (x.square() + 4.0).sqrt()) * 0.5,
            Activation::HardShrink => x * x.abs().greater(0.5).cast(x.dtype()),
            Activation::SoftShrink => (x - 0.5).relu() - (-x - 0.5).relu(),
            Activation::SparsePlus => (x.clip(-1.0, 1.0) + 1.0).square() * 0.25 + (x - 1.0).relu(),
            Activation::SparseSigmoid => ((x + 1.0) * 0.5).clip(0.0, 1.0),
            Activation::Exponential => x.exp(),
            Activation::Softmax => x.softmax(-1),
            Activation::LogSoftmax => x.log_softmax(-1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_an_error_that_lists_the_known_ones() {
        let error = serde_json::from_str::<Activation>("\"rellu\"")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`rellu`") && error.contains("`leaky_relu`"),
            "{error}"
        );
        assert_eq!(
            serde_json::from_str::<Activation>("\"swish\"").unwrap(),
            Activation::Silu
        );
    }
}
