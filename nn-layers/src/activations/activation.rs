//! Activation functions.

use crate::core::range::is_finite;
use nn_core::config::{self, Json};
use nn_core::own::{Own, Rule, find};
use nn_core::{Error, Tensor, where_};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A function of every number of a tensor (of every row, for the softmaxes): Keras's activations, by name with their default arguments,
/// or with arguments of one's own.
///
/// In configurations it has Keras's name, `"leaky_relu"`. With arguments it is an object, as Keras writes it where it has a layer for the
/// function (`{"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}`) and under the function's name otherwise
/// (`{"class_name": "celu", "config": {"alpha": 0.5}}`); both are read of every function that has arguments.
///
/// ```
/// use nn::{Activation, Tensor};
/// let x = Tensor::from([-1.0_f32, 2.0]);
/// assert_eq!(Activation::Relu.apply(&x).to_vec::<f32>()?, [0.0, 2.0]);
/// assert_eq!(serde_json::to_string(&Activation::HardSigmoid).unwrap(), "\"hard_sigmoid\"");
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(
    remote = "Self",
    rename_all = "snake_case",
    tag = "class_name",
    content = "config",
    deny_unknown_fields
)]
#[non_exhaustive]
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
    /// The softmax with zeros over the last axis (Martins and Astudillo 2016), with the numbers of Keras 3.15: where several stay above 0, they are
    /// smaller than the paper's and do not sum to 1. [`Tensor::sparsemax`] is the paper's.
    Sparsemax,
    /// The first half of the last axis times the sigmoid of the second, half as long (Dauphin et al. 2016).
    Glu,
    /// `x` above `threshold`, elsewhere `default_value`.
    Threshold {
        /// What a number must be above.
        threshold: f64,
        /// What stands for all others.
        default_value: f64,
    },
    /// `x` from `threshold` on, limited to `max_value`, and `negative_slope · (x - threshold)` below.
    ReluWith {
        /// The slope below the threshold.
        #[serde(default)]
        negative_slope: f64,
        /// The largest value that comes out.
        #[serde(default)]
        max_value: Option<f64>,
        /// Where the line begins.
        #[serde(default)]
        threshold: f64,
    },
    /// `x`, or `negative_slope · x` below 0.
    LeakyReluWith {
        /// The slope below 0.
        #[serde(default = "a_fifth")]
        negative_slope: f64,
    },
    /// `x`, or `alpha · (eˣ - 1)` below 0.
    EluWith {
        /// What large negative numbers approach, negated.
        #[serde(default = "one")]
        alpha: f64,
    },
    /// `max(x, 0) + min(alpha · (e^(x / alpha) - 1), 0)`.
    CeluWith {
        /// What large negative numbers approach, negated.
        #[serde(default = "one")]
        alpha: f64,
    },
    /// `x·Φ(x)`, exact or by tanh.
    GeluWith {
        /// Whether by tanh.
        #[serde(default)]
        approximate: bool,
    },
    /// `(x + √(x² + b)) / 2`.
    SquareplusWith {
        /// How round the corner is.
        #[serde(default = "four")]
        b: f64,
    },
    /// 0 where `|x| <= threshold`, elsewhere `x`.
    HardShrinkWith {
        /// The greatest magnitude that becomes 0.
        #[serde(default = "a_half")]
        threshold: f64,
    },
    /// `x` moved towards 0 by `threshold`, and no further than 0.
    SoftShrinkWith {
        /// How far.
        #[serde(default = "a_half")]
        threshold: f64,
    },
    /// `eˣ / Σeˣ` over an axis.
    SoftmaxWith {
        /// The axis, counted from the end if negative.
        #[serde(default = "last")]
        axis: isize,
    },
    /// `ln(softmax(x))` over an axis.
    LogSoftmaxWith {
        /// The axis, counted from the end if negative.
        #[serde(default = "last")]
        axis: isize,
    },
    /// [`Activation::Sparsemax`] over an axis.
    SparsemaxWith {
        /// The axis, counted from the end if negative.
        #[serde(default = "last")]
        axis: isize,
    },
    /// [`Activation::Glu`] along an axis.
    GluWith {
        /// The axis, counted from the end if negative.
        #[serde(default = "last")]
        axis: isize,
    },
    /// A function ([`Activation::own`]) or a type ([`Activate`](crate::Activate)) of one's own.
    #[serde(skip)]
    Own(Own<Activation>),
}

fn a_fifth() -> f64 {
    0.2
}

fn a_half() -> f64 {
    0.5
}

fn one() -> f64 {
    1.0
}

fn four() -> f64 {
    4.0
}

fn last() -> isize {
    -1
}

/// Keras's layers for functions with arguments.
const LAYERS: [(&str, &str); 4] = [
    ("relu", "ReLU"),
    ("leaky_relu", "LeakyReLU"),
    ("elu", "ELU"),
    ("softmax", "Softmax"),
];

/// What the variants with arguments are called beside those without.
const WITH: &str = "_with";

impl Serialize for Activation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Activation::Own(own) = self {
            return own.serialize(serializer);
        }
        let mut written =
            Activation::serialize(self, config::serializer()).map_err(serde::ser::Error::custom)?;
        let class = written["class_name"].as_str().unwrap_or_default();
        let name = class.strip_suffix(WITH).unwrap_or(class).to_string();
        if written.get("config").is_none() {
            return name.serialize(serializer);
        }
        let layer = LAYERS.iter().find(|(function, _)| *function == name);
        match layer {
            Some((_, layer)) => {
                written["class_name"] = json!(layer);
                written["module"] = json!("keras.layers");
            }
            None => written["class_name"] = json!(name),
        }
        Json(written).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Activation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Activation, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        read(value.clone())
            .or_else(|e| find(&value).unwrap_or(Err(e)))
            .map_err(serde::de::Error::custom)
    }
}

/// An activation as Keras writes it: a name, nothing for `linear`, or an object.
fn read(value: Value) -> Result<Activation, serde_json::Error> {
    use serde::de::Error as E;
    let (name, mut entries) = match value {
        Value::Null => return Ok(Activation::Linear),
        Value::String(name) => (name, Map::new()),
        Value::Object(mut object) => {
            let name = match (object.remove("class_name"), &object.get("config")) {
                // A function that Keras has written as such.
                (Some(Value::String(class)), Some(Value::String(name))) if class == "function" => {
                    return read(Value::String(name.clone()));
                }
                (Some(Value::String(name)), _) => name,
                (found, _) => {
                    return Err(E::custom(format!(
                        "an activation is a name or an object with `class_name` and `config`, found {found:?}"
                    )));
                }
            };
            match object.remove("config") {
                Some(Value::Object(entries)) => (name, entries),
                None | Some(Value::Null) => (name, Map::new()),
                Some(other) => {
                    return Err(E::custom(format!(
                        "the `config` of an activation is an object, found {other}"
                    )));
                }
            }
        }
        other => {
            return Err(E::custom(format!(
                "an activation is a name or an object with `class_name` and `config`, found {other}"
            )));
        }
    };
    let layer = LAYERS.iter().find(|(_, layer)| *layer == name);
    let name = match layer {
        Some((function, _)) => {
            // What every layer has, and no function.
            entries.retain(|key, _| !matches!(key.as_str(), "name" | "trainable" | "dtype"));
            function.to_string()
        }
        None => name,
    };
    let described = match entries.is_empty() && layer.is_none() {
        true => json!({"class_name": name}),
        false if name == "threshold" => json!({"class_name": name, "config": entries}),
        false => json!({"class_name": format!("{name}{WITH}"), "config": entries}),
    };
    Activation::deserialize(config::deserializer(&described)).map_err(|e| match described["config"]
    {
        // Named as it was given.
        Value::Null => e,
        _ => E::custom(format!("the activation `{name}` with arguments: {e}")),
    })
}

impl Activation {
    /// Applies it. An argument that is not finite gives a failed tensor, but for an infinite `max_value`, which limits nothing; so does an `alpha` of 0,
    /// by which `CeluWith` would divide.
    #[track_caller]
    pub fn apply(self, x: &Tensor) -> Tensor {
        if let Some(name) = self.refused_argument() {
            return Tensor::failed(Error::value(format!(
                "the `{name}` of an activation is a finite number{}, as f32 holds it, found {self:?}",
                match self {
                    Activation::SquareplusWith { .. } => " from 0 on",
                    Activation::CeluWith { .. } => " other than 0",
                    _ => "",
                }
            )));
        }
        match self {
            Activation::Linear => x.clone(),
            Activation::Relu => x.relu(),
            Activation::Relu6 => x.relu6(),
            Activation::LeakyRelu => x.leaky_relu(),
            Activation::Elu => x.elu(),
            Activation::Selu => x.selu(),
            Activation::Celu => x.celu(),
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
            Activation::Sparsemax => sparsemax(x, -1),
            Activation::Glu => x.glu(-1),
            Activation::Threshold {
                threshold,
                default_value,
            } => where_(x.greater(threshold), x, default_value),
            Activation::ReluWith {
                negative_slope,
                max_value,
                threshold,
            } => relu(x, negative_slope, max_value, threshold),
            Activation::LeakyReluWith { negative_slope } => x.leaky_relu_with(negative_slope),
            Activation::EluWith { alpha } => x.elu_with(alpha),
            Activation::CeluWith { alpha } => x.celu_with(alpha),
            Activation::GeluWith { approximate } => x.gelu(approximate),
            Activation::SquareplusWith { b } => (x + (x.square() + b).sqrt()) * 0.5,
            Activation::HardShrinkWith { threshold } => {
                x * x.abs().greater(threshold).cast(x.dtype())
            }
            Activation::SoftShrinkWith { threshold } => {
                (x - threshold).relu() - (-x - threshold).relu()
            }
            Activation::SoftmaxWith { axis } => x.softmax(axis),
            Activation::LogSoftmaxWith { axis } => x.log_softmax(axis),
            Activation::SparsemaxWith { axis } => sparsemax(x, axis),
            Activation::GluWith { axis } => x.glu(axis),
            Activation::Own(own) => match own.rule() {
                Rule::Function(function) => function(x),
                Rule::Object(object, _) => object.apply(x),
            },
        }
    }

    /// The name of the first argument with which it would make NaN of numbers.
    fn refused_argument(self) -> Option<&'static str> {
        let arguments: &[(&str, f64)] = match self {
            Activation::Threshold {
                threshold,
                default_value,
            } => &[("threshold", threshold), ("default_value", default_value)],
            Activation::ReluWith {
                negative_slope,
                max_value,
                threshold,
            } => &[
                ("negative_slope", negative_slope),
                ("max_value", max_value.unwrap_or_default()),
                ("threshold", threshold),
            ],
            Activation::LeakyReluWith { negative_slope } => &[("negative_slope", negative_slope)],
            Activation::EluWith { alpha } | Activation::CeluWith { alpha } => &[("alpha", alpha)],
            Activation::SquareplusWith { b } => &[("b", b)],
            Activation::HardShrinkWith { threshold } | Activation::SoftShrinkWith { threshold } => {
                &[("threshold", threshold)]
            }
            _ => return None,
        };
        let fits = |name: &str, value: f64| match name {
            "max_value" => !value.is_nan(),
            "b" => value >= 0.0 && is_finite(value),
            // It divides.
            "alpha" if matches!(self, Activation::CeluWith { .. }) => {
                is_finite(value) && value as f32 != 0.0
            }
            _ => is_finite(value),
        };
        let refused = arguments.iter().find(|(name, value)| !fits(name, *value));
        refused.map(|(name, _)| *name)
    }
}

/// `x` from `threshold` on, limited to `max_value`, and `slope · (x - threshold)` below.
pub(super) fn relu(x: &Tensor, slope: f64, max_value: Option<f64>, threshold: f64) -> Tensor {
    let mut y = match threshold == 0.0 {
        true => x.relu(),
        false => x * x.greater(threshold).cast(x.dtype()),
    };
    if let Some(max_value) = max_value {
        y = y.clip(0.0, max_value);
    }
    match slope == 0.0 {
        true => y,
        false => y - (threshold - x).relu() * slope,
    }
}

/// The softmax with zeros, as Keras 3.15 computes it: all are moved down by the sum of the running sums, and not by the last of those, where
/// several stay above 0.
fn sparsemax(x: &Tensor, axis: isize) -> Tensor {
    if x.try_shape().is_ok_and(|shape| shape.contains(&0)) {
        return x.clone();
    }
    let x = x.swapaxes(axis, -1);
    // Beside a number of 2²⁴ or more the 1 would be lost: all are seen from the greatest, which comes back in where several stay.
    let greatest = x.max_axes([-1], true).stop_gradient();
    let x = x - &greatest;
    let sorted = x.sort_with(-1, true);
    let ranks = Tensor::ones_like(&x).cumsum(-1);
    // Those that stay above 0 when all of them are moved down together.
    let sums = sorted.cumsum(-1);
    let stays = (&sorted * ranks + 1.0).greater(&sums);
    let stays = stays.cast(x.dtype()).stop_gradient();
    let count = stays.sum_axes([-1], true);
    let excess = (sums * &stays).sum_axes([-1], true) - 1.0;
    let down = excess / &count + greatest * (count - 1.0) * 0.5;
    (x - down).relu().swapaxes(axis, -1)
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

    #[test]
    fn arguments_come_back_from_json_in_either_form() {
        let read = |value: Value| serde_json::from_value::<Activation>(value);
        let leaky = Activation::LeakyReluWith {
            negative_slope: 0.1,
        };
        let written = serde_json::to_value(leaky).unwrap();
        assert_eq!(
            written,
            json!({"module": "keras.layers", "class_name": "LeakyReLU", "config": {"negative_slope": 0.1}})
        );
        assert_eq!(read(written).unwrap(), leaky);
        let function = json!({"class_name": "leaky_relu", "config": {"negative_slope": 0.1}});
        assert_eq!(read(function).unwrap(), leaky);
        for activation in [
            Activation::Glu,
            Activation::GluWith { axis: 1 },
            Activation::CeluWith { alpha: 0.5 },
            Activation::GeluWith { approximate: true },
            Activation::ReluWith {
                negative_slope: 0.0,
                max_value: Some(6.0),
                threshold: 0.5,
            },
            Activation::Threshold {
                threshold: 0.5,
                default_value: -1.0,
            },
        ] {
            let written = serde_json::to_value(activation).unwrap();
            assert_eq!(read(written.clone()).unwrap(), activation, "{written}");
        }
        assert_eq!(read(Value::Null).unwrap(), Activation::Linear);
        let keras = json!({"module": "keras.layers", "class_name": "ReLU", "registered_name": null,
            "config": {"name": "re_lu", "trainable": true, "dtype": "float32", "max_value": null, "negative_slope": 0.0, "threshold": 0.0}});
        let plain = read(keras).unwrap();
        assert_eq!(
            plain.apply(&Tensor::from([-1.0_f32, 2.0])).data::<f32>(),
            [0.0, 2.0]
        );

        let refused = |value: Value| read(value).unwrap_err().to_string();
        let e = refused(json!({"class_name": "elu", "config": {"beta": 1}}));
        assert!(
            e.contains("`elu`") && e.contains("unknown field `beta`"),
            "{e}"
        );
        let e = refused(json!("threshold"));
        assert!(e.contains("config"), "{e}");
        let e = refused(json!({"class_name": "tanh", "config": {"alpha": 1}}));
        assert!(e.contains("`tanh` with arguments"), "{e}");
    }

    #[test]
    fn sparsemax_of_large_numbers() {
        for scale in [1e3_f32, 2e7, 1e10] {
            let y = Activation::Sparsemax.apply(&Tensor::from([[scale, 1.5 * scale, 0.0]]));
            assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 1.0, 0.0]);
        }
        // Where several stay, the sum of the running sums is what goes off, as in Keras: (1 + 1.75 - 1) / 2.
        let y = Activation::Sparsemax.apply(&Tensor::from([[0.75_f32, 1.0]]));
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 0.125]);
        assert_eq!(
            Activation::Sparsemax.apply(&Tensor::zeros([2, 0])).shape(),
            [2, 0]
        );
    }
}
