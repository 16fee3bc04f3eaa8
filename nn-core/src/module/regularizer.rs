//! Penalties on parameters, added to the loss: Keras's regularizers.

use crate::{Error, Result, Tensor};
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
#[serde(remote = "Self", tag = "class_name", content = "config")]
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

impl Serialize for Regularizer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Regularizer::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Regularizer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Regularizer, D::Error> {
        let regularizer = Regularizer::deserialize(deserializer)?;
        regularizer.check().map_err(serde::de::Error::custom)?;
        Ok(regularizer)
    }
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

    /// Whether the factors make sense.
    ///
    /// # Errors
    /// A factor that is negative, infinite or NaN.
    pub fn check(&self) -> Result<()> {
        let (l1, l2) = match *self {
            Regularizer::L1 { l1 } => (l1, 0.0),
            Regularizer::L2 { l2 } => (0.0, l2),
            Regularizer::L1L2 { l1, l2 } => (l1, l2),
        };
        for (name, factor) in [("l1", l1), ("l2", l2)] {
            if !(factor >= 0.0 && factor.is_finite()) {
                return Err(Error::value(format!(
                    "a regularizer needs `{name}` to be a finite number from 0 on, found {factor}"
                )));
            }
        }
        Ok(())
    }

    /// The penalty, a scalar that gradients flow through; a failed tensor if a factor makes no sense ([`Regularizer::check`]).
    pub fn penalty(&self, value: &Tensor) -> Tensor {
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        match *self {
            Regularizer::L1 { l1 } => value.abs().sum() * l1,
            Regularizer::L2 { l2 } => value.square().sum() * l2,
            Regularizer::L1L2 { l1, l2 } => value.abs().sum() * l1 + value.square().sum() * l2,
        }
    }
}
