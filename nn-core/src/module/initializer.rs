//! How parameters start: Keras's initializers.

mod orthogonal;
mod own;
mod seeded;
mod stft;
mod variance_scaling;

pub use crate::base::window::Window;
pub use own::Initialize;
pub use seeded::Seeded;
pub use stft::{Scaling, Side};
pub use variance_scaling::{Distribution, FanMode, fans};

use crate::module::config::{self, Json};
use crate::module::named::{self, Names};
use crate::module::own::{Own, find};
use crate::tensor::random::{self, Stream};
use crate::{Axes, DType, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A rule for the first value of a parameter.
///
/// `fan_in` and `fan_out` of a kernel `[..receptive field.., in, out]` are the receptive field times its last two dimensions.
///
/// ```
/// use nn::{DType, Initializer};
/// let kernel = Initializer::GlorotUniform.sample([300, 100], DType::F32);
/// let limit = (6.0_f32 / 400.0).sqrt();
/// assert!(kernel.to_vec::<f32>()?.iter().all(|w| w.abs() <= limit));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(
    remote = "Self",
    tag = "class_name",
    content = "config",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Initializer {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// All the given value.
    Constant {
        /// The value.
        #[serde(default)]
        value: f64,
    },
    /// Uniform between `minval` and `maxval` (Keras: ±0.05).
    RandomUniform {
        /// Lower end, included.
        #[serde(default = "minus_a_twentieth")]
        minval: f64,
        /// Upper end, excluded.
        #[serde(default = "a_twentieth")]
        maxval: f64,
    },
    /// Normal (Keras: mean 0, standard deviation 0.05).
    RandomNormal {
        /// Mean.
        #[serde(default)]
        mean: f64,
        /// Standard deviation.
        #[serde(default = "a_twentieth")]
        stddev: f64,
    },
    /// Normal, cut at two standard deviations (Keras: mean 0, standard deviation 0.05).
    TruncatedNormal {
        /// Mean.
        #[serde(default)]
        mean: f64,
        /// Standard deviation before the cut.
        #[serde(default = "a_twentieth")]
        stddev: f64,
    },
    /// Uniform within ±√(6 / (fan_in + fan_out)) (Glorot and Bengio 2010); the default of kernels.
    #[default]
    GlorotUniform,
    /// Truncated normal of standard deviation √(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).
    GlorotNormal,
    /// Uniform within ±√(6 / fan_in) (He et al. 2015).
    HeUniform,
    /// Truncated normal of standard deviation √(2 / fan_in) (He et al. 2015).
    HeNormal,
    /// Uniform within ±√(3 / fan_in) (LeCun et al. 1998).
    LecunUniform,
    /// Truncated normal of standard deviation √(1 / fan_in) (LeCun et al. 1998).
    LecunNormal,
    /// An orthogonal matrix times `gain` (Saxe et al. 2014); dimensions but the last are flattened.
    Orthogonal {
        /// The factor.
        #[serde(default = "one")]
        gain: f64,
    },
    /// The identity matrix times `gain`, cut or filled up with 0 if it is not square.
    Identity {
        /// The factor.
        #[serde(default = "one")]
        gain: f64,
    },
    /// Numbers of a variance that follows from the shape: `scale` over a fan. Most of the rules above are this one with a name.
    VarianceScaling {
        /// The variance times the fan, above 0 (Keras: 1).
        #[serde(default = "one")]
        scale: f64,
        /// The fan (Keras: that of the inputs).
        #[serde(default)]
        mode: FanMode,
        /// What is drawn from (Keras: the truncated normal distribution).
        #[serde(default)]
        distribution: Distribution,
        /// The axes whose sizes multiply to the fan of the inputs; with `output_axes` only.
        #[serde(default)]
        input_axes: Option<Axes>,
        /// The axes whose sizes multiply to the fan of the outputs; with `input_axes` only.
        #[serde(default)]
        output_axes: Option<Axes>,
        /// The seed of its own, if it has one ([`Initializer::seed`]).
        #[serde(default)]
        seed: Option<u64>,
    },
    /// A kernel `[frame, 1, frequencies]` of the short-time Fourier transform: a wave under a window.
    STFT {
        /// The part of the transform (Keras: the real one).
        #[serde(default)]
        side: Side,
        /// The window; `None` for none (Keras: Hann's).
        #[serde(default = "hann")]
        window: Option<Window>,
        /// How the window is scaled; `None` for not at all (Keras: by the root of its squares).
        #[serde(default = "density")]
        scaling: Option<Scaling>,
        /// Whether the window is one period of a wave.
        #[serde(default)]
        periodic: bool,
    },
    /// One of the rules of chance above with a seed of its own ([`Initializer::seed`]).
    #[serde(skip)]
    Seeded(Seeded),
    /// A function ([`Initializer::own`]) or a type ([`Initialize`]) of one's own.
    #[serde(skip)]
    Own(Own<Initializer>),
}

fn a_twentieth() -> f64 {
    0.05
}

fn minus_a_twentieth() -> f64 {
    -0.05
}

fn one() -> f64 {
    1.0
}

fn hann() -> Option<Window> {
    Some(Window::Hann)
}

fn density() -> Option<Scaling> {
    Some(Scaling::Density)
}

/// Keras's other names.
const NAMES: Names = &[
    ("Zeros", &["zeros", "zero"]),
    ("Ones", &["ones", "one"]),
    ("Constant", &["constant"]),
    ("RandomUniform", &["random_uniform", "uniform"]),
    ("RandomNormal", &["random_normal", "normal"]),
    ("TruncatedNormal", &["truncated_normal"]),
    ("GlorotUniform", &["glorot_uniform"]),
    ("GlorotNormal", &["glorot_normal"]),
    ("HeUniform", &["he_uniform"]),
    ("HeNormal", &["he_normal"]),
    ("LecunUniform", &["lecun_uniform"]),
    ("LecunNormal", &["lecun_normal"]),
    ("Orthogonal", &["orthogonal", "OrthogonalInitializer"]),
    ("Identity", &["identity", "IdentityInitializer"]),
    ("VarianceScaling", &["variance_scaling"]),
    ("STFT", &["stft", "STFTInitializer"]),
];

/// Those without settings.
const PLAIN: &[&str] = &[
    "Zeros",
    "Ones",
    "GlorotUniform",
    "GlorotNormal",
    "HeUniform",
    "HeNormal",
    "LecunUniform",
    "LecunNormal",
];

/// Standard deviation of a standard normal cut at ±2; truncated initializers are scaled up by it, as in Keras.
const TRUNCATED_STDDEV: f64 = 0.879_625_661_034_239_8;

impl Serialize for Initializer {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let seeded = match self {
            Initializer::Seeded(seeded) => seeded,
            Initializer::Own(own) => return own.serialize(serializer),
            keras => return Initializer::serialize(keras, serializer),
        };
        let mut described = config::describe(&seeded.initializer());
        match &mut described["config"] {
            Value::Null => described["config"] = json!({"seed": seeded.seed}),
            entries => entries["seed"] = seeded.seed.into(),
        }
        Json(described).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Initializer {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Initializer, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        read(value.clone())
            .or_else(|e| find(&value).unwrap_or(Err(e)))
            .map_err(serde::de::Error::custom)
    }
}

/// An initializer as Keras writes it.
fn read(mut value: Value) -> std::result::Result<Initializer, serde_json::Error> {
    use serde::de::Error as E;
    // What a rule of chance has beside its settings, whatever its name.
    let mut take = |name: &str| {
        let entries = value.get_mut("config").and_then(Value::as_object_mut)?;
        entries.remove(name).filter(|value| !value.is_null())
    };
    let (seed, inputs, outputs) = (take("seed"), take("input_axes"), take("output_axes"));
    let value = named::described(value, NAMES, PLAIN);
    let mut initializer = Initializer::deserialize(config::deserializer(&value))?;
    if let Some(inputs) = inputs.as_ref().or(outputs.as_ref()) {
        let axes = |value: Option<&Value>| value.map(config::from_json::<Axes>).transpose();
        let (Some(inputs), Some(outputs)) = (axes(Some(inputs))?, axes(outputs.as_ref())?) else {
            return Err(E::custom("`input_axes` and `output_axes` come together"));
        };
        if initializer.scaled().is_none() {
            return Err(E::custom(
                "only initializers whose variance follows from the shape have `input_axes`",
            ));
        }
        initializer = initializer.with_axes(inputs, outputs);
    }
    if let Some(seed) = seed {
        let seeded = initializer.seed(config::from_json(&seed)?);
        if seeded == initializer {
            return Err(E::custom("an initializer without chance has no `seed`"));
        }
        initializer = seeded;
    }
    initializer.check().map_err(E::custom)?;
    Ok(initializer)
}

impl Initializer {
    /// Whether its numbers make sense.
    ///
    /// # Errors
    /// Numbers that are not finite, a negative standard deviation, a lower end above the upper one.
    pub fn check(&self) -> Result<()> {
        let (numbers, fits) = match *self {
            // An infinite one masks: what is added to it stays out of a softmax.
            Initializer::Constant { value } if !value.is_nan() => return Ok(()),
            Initializer::Constant { value } => (vec![("value", value)], false),
            Initializer::RandomUniform { minval, maxval } => (
                vec![("minval", minval), ("maxval", maxval)],
                minval <= maxval,
            ),
            Initializer::RandomNormal { mean, stddev }
            | Initializer::TruncatedNormal { mean, stddev } => {
                (vec![("mean", mean), ("stddev", stddev)], stddev >= 0.0)
            }
            Initializer::Orthogonal { gain } | Initializer::Identity { gain } => {
                (vec![("gain", gain)], true)
            }
            Initializer::Seeded(seeded) => return seeded.initializer().check(),
            Initializer::VarianceScaling { scale, .. }
                if scale > 0.0 && (scale as f32).is_finite() =>
            {
                return Ok(());
            }
            Initializer::VarianceScaling { scale, .. } => {
                return Err(Error::value(format!(
                    "VarianceScaling needs `scale` to be above 0 and finite, found {scale}"
                )));
            }
            _ => return Ok(()),
        };
        // As the type that most parameters have.
        if fits && numbers.iter().all(|(_, n)| (*n as f32).is_finite()) {
            return Ok(());
        }
        let found: Vec<String> = numbers
            .iter()
            .map(|(name, number)| format!("{name} {number}"))
            .collect();
        Err(Error::value(format!(
            "an initializer needs finite numbers, a standard deviation from 0 on and a lower end not above the upper one; found {}",
            found.join(", ")
        )))
    }

    /// A value drawn by the rule, from the thread's seed.
    ///
    /// A shape that the rule does not take (`Identity` of something that is no matrix), and numbers that make no sense
    /// ([`Initializer::check`]), are an error (a failed tensor).
    pub fn sample(&self, shape: impl Into<Shape>, dtype: DType) -> Tensor {
        let shape = shape.into();
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        if let Some(scaled) = self.scaled() {
            let variance = match scaled.variance(&shape) {
                Ok(variance) => variance,
                Err(error) => return Tensor::failed(error),
            };
            let stddev = variance.sqrt();
            let draw = || match scaled.distribution {
                Distribution::Uniform => {
                    let limit = (3.0 * variance).sqrt();
                    random::uniform(shape, -limit, limit, dtype)
                }
                Distribution::TruncatedNormal => {
                    random::truncated_normal(shape, 0.0, stddev / TRUNCATED_STDDEV, dtype)
                }
                Distribution::UntruncatedNormal => random::normal(shape, 0.0, stddev, dtype),
            };
            return match *self {
                Initializer::VarianceScaling {
                    seed: Some(seed), ..
                } => random::with_stream(Stream::new(seed), draw),
                _ => draw(),
            };
        }
        match *self {
            Initializer::Zeros => Tensor::full_of(shape, 0.0, dtype),
            Initializer::Ones => Tensor::full_of(shape, 1.0, dtype),
            Initializer::Constant { value } => Tensor::full_of(shape, value, dtype),
            Initializer::RandomUniform { minval, maxval } => {
                random::uniform(shape, minval, maxval, dtype)
            }
            Initializer::RandomNormal { mean, stddev } => {
                random::normal(shape, mean, stddev, dtype)
            }
            Initializer::TruncatedNormal { mean, stddev } => {
                random::truncated_normal(shape, mean, stddev, dtype)
            }
            Initializer::Orthogonal { gain } => orthogonal::orthogonal(shape, gain, dtype),
            Initializer::Identity { gain } => identity(shape, gain, dtype),
            Initializer::Own(own) => own::made_by(own, shape, dtype),
            Initializer::STFT {
                side,
                window,
                scaling,
                periodic,
            } => stft::stft(shape, side, window, scaling, periodic, dtype),
            Initializer::Seeded(seeded) => {
                let draw = || seeded.initializer().sample(shape, dtype);
                random::with_stream(Stream::new(seeded.seed), draw)
            }
            // Of a variance that follows from the shape: drawn above.
            Initializer::GlorotUniform
            | Initializer::GlorotNormal
            | Initializer::HeUniform
            | Initializer::HeNormal
            | Initializer::LecunUniform
            | Initializer::LecunNormal
            | Initializer::VarianceScaling { .. } => {
                Tensor::failed(Error::value("an initializer has no variance"))
            }
        }
    }
}

fn identity(shape: Shape, gain: f64, dtype: DType) -> Tensor {
    match shape.dims() {
        [rows, columns] => {
            let (count, step) = (*rows.min(columns), columns.saturating_add(1));
            let matrix = Tensor::created(shape, DType::F64, |shape| {
                Tensor::build(shape, |out: &mut [f64]| {
                    out.fill(0.0);
                    let diagonal = out.iter_mut().step_by(step).take(count);
                    diagonal.for_each(|v| *v = gain);
                })
            });
            matrix.cast(dtype)
        }
        _ => Tensor::failed(Error::shape(format!(
            "the Identity initializer makes matrices, found shape {shape}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_axes_come_back_from_json() {
        let read = |value: Value| serde_json::from_value::<Initializer>(value);
        for initializer in [
            Initializer::HeNormal.seed(7),
            Initializer::Orthogonal { gain: 2.0 }.seed(1 << 60),
            Initializer::LecunUniform.with_axes([0], [1, 2]).seed(3),
            Initializer::Seeded(match Initializer::GlorotNormal.seed(1) {
                Initializer::Seeded(seeded) => seeded,
                other => panic!("{other:?}"),
            }),
        ] {
            let written = serde_json::to_value(initializer).unwrap();
            assert_eq!(read(written.clone()).unwrap(), initializer, "{written}");
        }
        let keras = json!({"module": "keras.initializers", "class_name": "GlorotUniform", "registered_name": null,
            "config": {"seed": 3, "input_axes": null, "output_axes": null}});
        assert_eq!(read(keras).unwrap(), Initializer::GlorotUniform.seed(3));
        assert_eq!(read(json!("he_normal")).unwrap(), Initializer::HeNormal);
        let uniform = Initializer::RandomUniform {
            minval: -0.05,
            maxval: 0.05,
        };
        assert_eq!(read(json!("uniform")).unwrap(), uniform);

        let refused = |value: Value| read(value).unwrap_err().to_string();
        let e = refused(json!({"class_name": "HeNormal", "config": {"sed": 3}}));
        assert!(e.contains("sed") || e.contains("unit variant"), "{e}");
        let e = refused(json!({"class_name": "RandomNormal", "config": {"standard": 3}}));
        assert!(e.contains("unknown field `standard`"), "{e}");
        let e = refused(json!({"class_name": "Zeros", "config": {"seed": 3}}));
        assert!(e.contains("without chance has no `seed`"), "{e}");
        let e = refused(json!({"class_name": "VarianceScaling", "config": {"scale": 0}}));
        assert!(e.contains("`scale` to be above 0"), "{e}");
        let e = refused(json!("he"));
        assert!(e.contains("unknown variant `he`"), "{e}");
    }
}
