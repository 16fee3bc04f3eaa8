//! Projections applied to parameters after every update: Keras's constraints.

use crate::Tensor;
use serde::{Deserialize, Serialize};

/// Keras's epsilon in the norms.
const EPSILON: f64 = 1e-7;

/// A set that a parameter is kept in. Norms are taken along `axis` (Keras: 0, the inputs of a Dense kernel).
///
/// ```
/// use nn_core::{Constraint, Tensor};
/// let w = Constraint::NonNeg.project(&Tensor::from([-1.0_f32, 2.0]));
/// assert_eq!(w.to_vec::<f32>()?, [0.0, 2.0]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "class_name", content = "config")]
pub enum Constraint {
    /// Norms of at most `max_value`.
    MaxNorm {
        /// The largest norm (Keras: 2).
        max_value: f32,
        /// The axis along which norms are taken.
        axis: isize,
    },
    /// No negative numbers.
    NonNeg,
    /// Norms of 1.
    UnitNorm {
        /// The axis along which norms are taken.
        axis: isize,
    },
    /// Norms between `min_value` and `max_value`, approached at `rate`.
    MinMaxNorm {
        /// The smallest norm (Keras: 0).
        min_value: f32,
        /// The largest norm (Keras: 1).
        max_value: f32,
        /// 1 projects fully, less goes part of the way.
        rate: f32,
        /// The axis along which norms are taken.
        axis: isize,
    },
}

impl Serialize for Constraint {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        Constraint::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Constraint {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Constraint, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Constraint::deserialize(crate::config::without_empty(value))
            .map_err(serde::de::Error::custom)
    }
}

impl Constraint {
    /// The nearest allowed value, as Keras computes it.
    pub fn project(&self, value: &Tensor) -> Tensor {
        let norms = |axis: isize| value.square().sum_axes([axis], true).sqrt();
        match *self {
            Constraint::MaxNorm { max_value, axis } => {
                let norms = norms(axis);
                let desired = norms.clip(0.0, f64::from(max_value));
                value * (desired / (norms + EPSILON))
            }
            Constraint::NonNeg => value.maximum(0.0),
            Constraint::UnitNorm { axis } => value / (norms(axis) + EPSILON),
            Constraint::MinMaxNorm {
                min_value,
                max_value,
                rate,
                axis,
            } => {
                let norms = norms(axis);
                let (min, max, rate) =
                    (f64::from(min_value), f64::from(max_value), f64::from(rate));
                let desired = norms.clip(min, max) * rate + &norms * (1.0 - rate);
                value * (desired / (norms + EPSILON))
            }
        }
    }
}
