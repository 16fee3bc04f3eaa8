//! Penalties on parameters, added to the loss: Keras's regularizers.

use crate::Tensor;
use serde::{Deserialize, Serialize};

/// A penalty on a parameter's value.
///
/// ```
/// use nn_core::{Regularizer, Tensor};
/// let w = Tensor::from([1.0_f32, -2.0]);
/// assert!((Regularizer::L2 { l2: 0.01 }.penalty(&w).item::<f32>()? - 0.05).abs() < 1e-7);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "class_name", content = "config")]
pub enum Regularizer {
    /// `l1 · Σ|w|`.
    L1 {
        /// The factor (Keras: 0.01).
        l1: f32,
    },
    /// `l2 · Σw²`.
    L2 {
        /// The factor (Keras: 0.01).
        l2: f32,
    },
    /// `l1 · Σ|w| + l2 · Σw²`.
    L1L2 {
        /// The factor of the absolute values.
        l1: f32,
        /// The factor of the squares.
        l2: f32,
    },
}

impl Regularizer {
    /// `L1` with the given factor.
    pub const fn l1(l1: f32) -> Regularizer {
        Regularizer::L1 { l1 }
    }

    /// `L2` with the given factor.
    pub const fn l2(l2: f32) -> Regularizer {
        Regularizer::L2 { l2 }
    }

    /// The penalty, a scalar that gradients flow through.
    pub fn penalty(&self, value: &Tensor) -> Tensor {
        match *self {
            Regularizer::L1 { l1 } => value.abs().sum() * l1,
            Regularizer::L2 { l2 } => value.square().sum() * l2,
            Regularizer::L1L2 { l1, l2 } => value.abs().sum() * l1 + value.square().sum() * l2,
        }
    }
}
