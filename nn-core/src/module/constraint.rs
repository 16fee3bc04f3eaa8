//! Projections applied to parameters after every update: Keras's constraints.

use crate::base::shape::MAX_RANK;
use crate::module::config::{self, Json};
use crate::module::named::{self, Names};
use crate::module::own::{self, Own, OwnKind, Rule};
use crate::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Keras's epsilon in the norms.
const EPSILON: f64 = 1e-7;

/// The axes that a norm is taken along, counted from the end if negative: one, or several together.
///
/// In a configuration it is a number or a list, as in Keras.
///
/// ```
/// use nn::Axes;
/// const INPUTS: Axes = Axes::new(&[0, 1, 2]);
/// assert_eq!(INPUTS.as_ref(), [0, 1, 2]);
/// assert_eq!(Axes::from(0), Axes::new(&[0]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axes {
    axes: [isize; MAX_RANK],
    len: usize,
}

impl Axes {
    /// The axes in a list.
    ///
    /// # Panics
    /// With more than 8, the most axes that a tensor has.
    pub const fn new(axes: &[isize]) -> Axes {
        assert!(axes.len() <= MAX_RANK, "a tensor has at most 8 axes");
        let mut all = [0; MAX_RANK];
        let mut i = 0;
        while i < axes.len() {
            all[i] = axes[i];
            i += 1;
        }
        Axes {
            axes: all,
            len: axes.len(),
        }
    }
}

impl AsRef<[isize]> for Axes {
    fn as_ref(&self) -> &[isize] {
        &self.axes[..self.len]
    }
}

impl From<isize> for Axes {
    fn from(axis: isize) -> Axes {
        Axes::new(&[axis])
    }
}

impl<const N: usize> From<[isize; N]> for Axes {
    fn from(axes: [isize; N]) -> Axes {
        Axes::new(&axes)
    }
}

/// How [`Axes`] are written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    One(isize),
    Several(Vec<isize>),
}

impl Serialize for Axes {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        match *self.as_ref() {
            [axis] => Written::One(axis).serialize(serializer),
            ref axes => Written::Several(axes.to_vec()).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Axes, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::One(axis) => Ok(axis.into()),
            Written::Several(axes) if axes.len() <= MAX_RANK => Ok(Axes::new(&axes)),
            Written::Several(axes) => Err(serde::de::Error::custom(format!(
                "expected at most {MAX_RANK} axes, found {}",
                axes.len()
            ))),
        }
    }
}

/// A set that a parameter is kept in. Norms are taken along `axis`: in Keras 0 by default, the inputs of a Dense kernel; for the kernel
/// of a convolution `[0, 1, 2]`, all that one filter sees.
///
/// ```
/// use nn::{Constraint, Tensor};
/// let w = Constraint::NonNeg.project(&Tensor::from([-1.0_f32, 2.0]));
/// assert_eq!(w.to_vec::<f32>()?, [0.0, 2.0]);
///
/// let filters = Constraint::UnitNorm { axis: [0, 1, 2].into() };
/// let w = filters.project(&Tensor::ones([2, 2, 1, 8]));
/// assert!((w.to_vec::<f32>()?[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(
    remote = "Self",
    tag = "class_name",
    content = "config",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Constraint {
    /// Norms of at most `max_value`.
    MaxNorm {
        /// The largest norm (Keras: 2).
        #[serde(default = "two")]
        max_value: f64,
        /// The axes along which norms are taken (Keras: 0).
        #[serde(default = "first_axis")]
        axis: Axes,
    },
    /// No negative numbers.
    NonNeg,
    /// Norms of 1.
    UnitNorm {
        /// The axes along which norms are taken (Keras: 0).
        #[serde(default = "first_axis")]
        axis: Axes,
    },
    /// Norms between `min_value` and `max_value`, approached at `rate`.
    MinMaxNorm {
        /// The smallest norm (Keras: 0).
        #[serde(default)]
        min_value: f64,
        /// The largest norm (Keras: 1).
        #[serde(default = "one")]
        max_value: f64,
        /// 1 projects fully, less goes part of the way (Keras: 1).
        #[serde(default = "one")]
        rate: f64,
        /// The axes along which norms are taken (Keras: 0).
        #[serde(default = "first_axis")]
        axis: Axes,
    },
    /// A function ([`Constraint::own`]) or a type ([`Constrain`]) of one's own.
    #[serde(skip)]
    Own(Own<Constraint>),
}

fn one() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}

fn first_axis() -> Axes {
    Axes::new(&[0])
}

/// Keras's other names.
const NAMES: Names = &[
    ("MaxNorm", &["max_norm"]),
    ("MinMaxNorm", &["min_max_norm"]),
    ("NonNeg", &["non_neg", "nonneg"]),
    ("UnitNorm", &["unit_norm"]),
];

impl Serialize for Constraint {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Constraint::Own(own) => own.serialize(serializer),
            keras => Constraint::serialize(keras, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Constraint {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Constraint, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        let described = named::described(value.clone(), NAMES, &["NonNeg"]);
        let constraint = Constraint::deserialize(config::deserializer(&described))
            .or_else(|e| own::find(&value).unwrap_or(Err(e)))
            .map_err(serde::de::Error::custom)?;
        constraint.check().map_err(serde::de::Error::custom)?;
        Ok(constraint)
    }
}

/// A projection that is a type of one's own, with settings. [`Constraint::from`] makes a constraint of it, and `nn::register!(Constrain: Capped)` beside
/// the type makes it known by its name, so that what has it can be saved and loaded with its settings.
///
/// ```
/// use nn::{Constraint, Tensor, extend::Constrain};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Capped {
///     limit: f64,
/// }
/// impl Constrain for Capped {
///     fn project(&self, value: &Tensor) -> Tensor {
///         value.clip(-self.limit, self.limit)
///     }
/// }
/// nn::register!(Constrain: Capped);
///
/// let constraint = Constraint::from(Capped { limit: 2.0 });
/// assert_eq!(constraint.project(&Tensor::from([3.0_f32, 0.5])).to_vec::<f32>()?, [2.0, 0.5]);
/// let written = serde_json::to_string(&constraint).unwrap();
/// assert_eq!(written, r#"{"class_name":"Capped","config":{"limit":2.0}}"#);
/// assert_eq!(serde_json::from_str::<Constraint>(&written).unwrap(), constraint);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Constrain: fmt::Debug + Send + Sync + 'static {
    /// The nearest allowed value, of the same shape.
    fn project(&self, value: &Tensor) -> Tensor;
}

impl<T: Constrain + PartialEq + Serialize> From<T> for Constraint {
    /// It is kept as long as the program runs, once for all that are equal.
    fn from(constraint: T) -> Constraint {
        Constraint::Own(Own::object(constraint, |object| object as &dyn Constrain))
    }
}

impl OwnKind for Constraint {
    type Function = fn(&Tensor) -> Tensor;
    type Object = dyn Constrain;
    const NAME: &'static str = "Constraint";
    const TRAIT: &'static str = "Constrain";

    fn of(own: Own<Constraint>) -> Constraint {
        Constraint::Own(own)
    }
}

impl Constraint {
    /// A projection of one's own: a function from the parameter's value to the nearest allowed one, of the same shape; [`Constrain`] is for one with
    /// settings. With
    /// `nn::register!(Constraint: capped)` beside the function it can be saved and loaded by its name.
    ///
    /// ```
    /// use nn::{Constraint, Tensor};
    /// fn capped(w: &Tensor) -> Tensor {
    ///     w.clip(-1.0, 1.0)
    /// }
    /// nn::register!(Constraint: capped);
    /// let w = Constraint::own("capped", capped).project(&Tensor::from([3.0_f32, 0.5]));
    /// assert_eq!(w.to_vec::<f32>()?, [1.0, 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub const fn own(name: &'static str, function: fn(&Tensor) -> Tensor) -> Constraint {
        Constraint::Own(Own::function(name, function))
    }

    /// Whether the limits make sense.
    ///
    /// # Errors
    /// Norms that are negative or not finite, a least above the largest, a rate outside [0, 1].
    pub fn check(&self) -> Result<()> {
        // An infinite limit limits nothing, as for whoever only wants the type.
        let norm = |value: f64| value >= 0.0;
        match *self {
            Constraint::NonNeg | Constraint::UnitNorm { .. } | Constraint::Own(_) => Ok(()),
            Constraint::MaxNorm { max_value, .. } if norm(max_value) => Ok(()),
            Constraint::MaxNorm { max_value, .. } => Err(Error::value(format!(
                "MaxNorm needs `max_value` to be a number from 0 on, found {max_value}"
            ))),
            Constraint::MinMaxNorm {
                min_value,
                max_value,
                rate,
                ..
            } => {
                let finite = (min_value as f32).is_finite();
                let norms = norm(min_value) && finite && min_value <= max_value;
                match norms && (0.0..=1.0).contains(&rate) {
                    true => Ok(()),
                    false => Err(Error::value(format!(
                        "MinMaxNorm needs 0 <= min_value <= max_value, the first finite, and a rate in [0, 1]; found {min_value}, {max_value} and {rate}"
                    ))),
                }
            }
        }
    }

    /// Whether a parameter like this one, which may be abstract, can be projected. What one's own does is not known.
    pub(crate) fn check_for(&self, like: &Tensor) -> Result<()> {
        match self {
            Constraint::Own(_) => Ok(()),
            _ => self.project(like).into_result().map(|_| ()),
        }
    }

    /// The nearest allowed value, as Keras computes it; a failed tensor if the limits make no sense ([`Constraint::check`]).
    pub fn project(&self, value: &Tensor) -> Tensor {
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        let norms = |axis: Axes| value.square().sum_axes(axis, true).sqrt();
        match *self {
            Constraint::MaxNorm { max_value, axis } => {
                let norms = norms(axis);
                let desired = norms.clip(0.0, max_value);
                value * (desired / (norms + EPSILON))
            }
            Constraint::NonNeg => value.maximum(0.0),
            Constraint::Own(own) => match own.rule() {
                Rule::Function(function) => function(value),
                Rule::Object(object, _) => object.project(value),
            },
            Constraint::UnitNorm { axis } => value / (norms(axis) + EPSILON),
            Constraint::MinMaxNorm {
                min_value,
                max_value,
                rate,
                axis,
            } => {
                let norms = norms(axis);
                let desired = norms.clip(min_value, max_value) * rate + &norms * (1.0 - rate);
                value * (desired / (norms + EPSILON))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_written_as_keras_writes_them() {
        for (axis, text) in [
            (Axes::from(-1), "-1"),
            ([0, 1, 2].into(), "[0,1,2]"),
            (Axes::new(&[]), "[]"),
        ] {
            assert_eq!(serde_json::to_string(&axis).unwrap(), text);
            assert_eq!(serde_json::from_str::<Axes>(text).unwrap(), axis);
        }
        let error = serde_json::from_str::<Axes>("[0,1,2,3,4,5,6,7,8]").unwrap_err();
        assert!(
            error.to_string().contains("at most 8 axes, found 9"),
            "{error}"
        );
    }
}
