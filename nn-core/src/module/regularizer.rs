//! Penalties on parameters, added to the loss: Keras's regularizers.

use crate::module::config::{self, Json};
use crate::module::named::{self, Names};
use crate::module::own::{self, Own, OwnKind, Rule};
use crate::{DType, Error, Result, Tensor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What norms are at least, as in Keras's `normalize`.
const EPSILON: f64 = 1e-7;

/// A penalty on a parameter's value.
///
/// ```
/// use nn::{Regularizer, Tensor};
/// let w = Tensor::from([1.0_f32, -2.0]);
/// assert!((Regularizer::L2 { l2: 0.01 }.penalty(&w).item::<f32>()? - 0.05).abs() < 1e-7);
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
pub enum Regularizer {
    /// `l1 · Σ|w|`.
    L1 {
        /// The factor (Keras: 0.01).
        #[serde(default = "a_hundredth")]
        l1: f64,
    },
    /// `l2 · Σw²`.
    L2 {
        /// The factor (Keras: 0.01).
        #[serde(default = "a_hundredth")]
        l2: f64,
    },
    /// `l1 · Σ|w| + l2 · Σw²`.
    L1L2 {
        /// The factor of the absolute values (Keras: 0).
        #[serde(default)]
        l1: f64,
        /// The factor of the squares (Keras: 0).
        #[serde(default)]
        l2: f64,
    },
    /// `factor` times the mean of `|cos|` over all pairs of rows of a matrix, or of columns, the cosine of the angle between them: they are pushed to
    /// be orthogonal.
    OrthogonalRegularizer {
        /// The factor (Keras: 0.01).
        #[serde(default = "a_hundredth")]
        factor: f64,
        /// Rows or columns (Keras: rows).
        #[serde(default)]
        mode: OrthogonalMode,
    },
    /// A function ([`Regularizer::own`]) or a type ([`Regularize`]) of one's own.
    #[serde(skip)]
    Own(Own<Regularizer>),
}

/// What [`Regularizer::OrthogonalRegularizer`] makes orthogonal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrthogonalMode {
    /// The rows: inputs of a Dense kernel.
    #[default]
    Rows,
    /// The columns: units of a Dense kernel.
    Columns,
}

fn a_hundredth() -> f64 {
    0.01
}

/// Keras's other names.
const NAMES: Names = &[
    ("L1", &["l1"]),
    ("L2", &["l2"]),
    ("L1L2", &["l1_l2", "l1l2"]),
    ("OrthogonalRegularizer", &["orthogonal_regularizer"]),
];

impl Serialize for Regularizer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Regularizer::Own(own) => own.serialize(serializer),
            keras => Regularizer::serialize(keras, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Regularizer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Regularizer, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        let described = named::described(value.clone(), NAMES, &[]);
        let regularizer = Regularizer::deserialize(config::deserializer(&described))
            .or_else(|e| own::find(&value).unwrap_or(Err(e)))
            .map_err(serde::de::Error::custom)?;
        regularizer.check().map_err(serde::de::Error::custom)?;
        Ok(regularizer)
    }
}

/// A penalty that is a type of one's own, with settings. [`Regularizer::from`] makes a regularizer of it, and `nn::register!(Regularize: Smooth)` beside
/// the type makes it known by its name, so that what has it can be saved and loaded with its settings.
///
/// ```
/// use nn::{Regularizer, Tensor, extend::Regularize};
/// use serde::{Deserialize, Serialize};
///
/// /// `factor` times the sum of `√(w² + 1)`.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Smooth {
///     factor: f64,
/// }
/// impl Regularize for Smooth {
///     fn penalty(&self, value: &Tensor) -> Tensor {
///         (value.square() + 1.0).sqrt().sum() * self.factor
///     }
/// }
/// nn::register!(Regularize: Smooth);
///
/// let regularizer = Regularizer::from(Smooth { factor: 0.5 });
/// assert_eq!(regularizer.penalty(&Tensor::from([0.0_f32])).item::<f32>()?, 0.5);
/// let written = serde_json::to_string(&regularizer).unwrap();
/// assert_eq!(written, r#"{"class_name":"Smooth","config":{"factor":0.5}}"#);
/// assert_eq!(serde_json::from_str::<Regularizer>(&written).unwrap(), regularizer);
/// # Ok::<(), nn::Error>(())
/// ```
pub trait Regularize: fmt::Debug + Send + Sync + 'static {
    /// The penalty on a parameter's value, a scalar.
    fn penalty(&self, value: &Tensor) -> Tensor;
}

impl<T: Regularize + PartialEq + Serialize> From<T> for Regularizer {
    /// It is kept as long as the program runs, once for all that are equal.
    fn from(regularizer: T) -> Regularizer {
        Regularizer::Own(Own::object(regularizer, |object| object as &dyn Regularize))
    }
}

impl OwnKind for Regularizer {
    type Function = fn(&Tensor) -> Tensor;
    type Object = dyn Regularize;
    const NAME: &'static str = "Regularizer";
    const TRAIT: &'static str = "Regularize";

    fn of(own: Own<Regularizer>) -> Regularizer {
        Regularizer::Own(own)
    }
}

impl Regularizer {
    /// A penalty of one's own: a function of the parameter's value that gives a scalar; [`Regularize`] is for one with settings. `nn::register!(Regularizer: smooth)` beside the function makes
    /// it known by its name, so that what has it can be saved and loaded.
    ///
    /// ```
    /// use nn::{Regularizer, Tensor};
    /// fn smooth(w: &Tensor) -> Tensor {
    ///     (w.square() + 1.0).sqrt().sum() * 0.01
    /// }
    /// nn::register!(Regularizer: smooth);
    /// let regularizer = Regularizer::own("smooth", smooth);
    /// assert!((regularizer.penalty(&Tensor::from([0.0_f32])).item::<f32>()? - 0.01).abs() < 1e-7);
    /// let written = serde_json::to_value(regularizer).unwrap();
    /// assert_eq!(written, "smooth");
    /// assert_eq!(serde_json::from_value::<Regularizer>(written).unwrap(), regularizer);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub const fn own(name: &'static str, function: fn(&Tensor) -> Tensor) -> Regularizer {
        Regularizer::Own(Own::function(name, function))
    }

    /// `L1` with the given factor.
    pub const fn l1(l1: f64) -> Regularizer {
        Regularizer::L1 { l1 }
    }

    /// `L2` with the given factor.
    pub const fn l2(l2: f64) -> Regularizer {
        Regularizer::L2 { l2 }
    }

    /// `L1L2` with the given factors.
    pub const fn l1_l2(l1: f64, l2: f64) -> Regularizer {
        Regularizer::L1L2 { l1, l2 }
    }

    /// Whether the factors make sense.
    ///
    /// # Errors
    /// A factor that is negative, NaN, or infinite as `f32`.
    pub fn check(&self) -> Result<()> {
        let (l1, l2) = match *self {
            Regularizer::L1 { l1 } => (l1, 0.0),
            Regularizer::L2 { l2 } => (0.0, l2),
            Regularizer::L1L2 { l1, l2 } => (l1, l2),
            Regularizer::OrthogonalRegularizer { factor, .. } => {
                return check_factor("factor", factor);
            }
            Regularizer::Own(_) => return Ok(()),
        };
        check_factor("l1", l1)?;
        check_factor("l2", l2)
    }

    /// Whether a parameter like this one, which may be abstract, can be penalized. What one's own does is not known.
    pub(crate) fn check_for(&self, like: &Tensor) -> Result<()> {
        match self {
            Regularizer::Own(_) => Ok(()),
            _ => self.penalty(like).into_result().map(|_| ()),
        }
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
            Regularizer::OrthogonalRegularizer { factor, mode } => orthogonal(value, factor, mode),
            Regularizer::Own(own) => match own.rule() {
                Rule::Function(function) => function(value),
                Rule::Object(object, _) => object.penalty(value),
            },
        }
    }
}

fn check_factor(name: &str, factor: f64) -> Result<()> {
    match factor >= 0.0 && (factor as f32).is_finite() {
        true => Ok(()),
        false => Err(Error::value(format!(
            "a regularizer needs `{name}` to be a finite number from 0 on, found {factor}"
        ))),
    }
}

fn orthogonal(value: &Tensor, factor: f64, mode: OrthogonalMode) -> Tensor {
    let shape = match value.try_shape() {
        Ok(shape) if shape.rank() == 2 => shape,
        Ok(shape) => {
            return Tensor::failed(Error::shape(format!(
                "OrthogonalRegularizer is for matrices, found shape {shape}"
            )));
        }
        Err(error) => return Tensor::failed(error),
    };
    let (axis, size) = match mode {
        OrthogonalMode::Rows => (1, shape[0]),
        OrthogonalMode::Columns => (0, shape[1]),
    };
    // As Keras's `normalize`: a row of zeros stays one.
    let squares = value.square().sum_axes([axis], true);
    let unit = value / squares.maximum(EPSILON * EPSILON).sqrt();
    let products = match mode {
        OrthogonalMode::Rows => unit.matmul(unit.t()),
        OrthogonalMode::Columns => unit.t().matmul(&unit),
    };
    let diagonal = crate::Initializer::Identity { gain: 1.0 }.sample([size, size], DType::F64);
    let others = (1.0 - diagonal).cast(value.dtype());
    // One alone has nothing to be orthogonal to.
    let pairs = (size as f64 * (size as f64 - 1.0) / 2.0).max(1.0);
    (products * others).abs().sum() * (factor * 0.5 / pairs)
}
