//! How parameters start: Keras's initializers.

use crate::module::config::{self, Json};
use crate::tensor::random;
use crate::{DType, Error, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// A rule for the first value of a parameter.
///
/// `fan_in` and `fan_out` of a kernel `[..receptive field.., in, out]` are the receptive field times its last two dimensions.
///
/// ```
/// use nn_core::{DType, Initializer};
/// let kernel = Initializer::GlorotUniform.sample([300, 100], DType::F32);
/// let limit = (6.0_f32 / 400.0).sqrt();
/// assert!(kernel.to_vec::<f32>()?.iter().all(|w| w.abs() <= limit));
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "class_name", content = "config")]
pub enum Initializer {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// All the given value.
    Constant {
        /// The value.
        value: f32,
    },
    /// Uniform between `minval` and `maxval` (Keras: ±0.05).
    RandomUniform {
        /// Lower end, included.
        minval: f32,
        /// Upper end, excluded.
        maxval: f32,
    },
    /// Normal (Keras: mean 0, standard deviation 0.05).
    RandomNormal {
        /// Mean.
        mean: f32,
        /// Standard deviation.
        stddev: f32,
    },
    /// Normal, cut at two standard deviations (Keras: mean 0, standard deviation 0.05).
    TruncatedNormal {
        /// Mean.
        mean: f32,
        /// Standard deviation before the cut.
        stddev: f32,
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
        gain: f32,
    },
    /// The identity matrix times `gain`, cut or filled up with 0 if it is not square.
    Identity {
        /// The factor.
        gain: f32,
    },
}

/// Standard deviation of a standard normal cut at ±2; truncated initializers are scaled up by it, as in Keras.
const TRUNCATED_STDDEV: f64 = 0.879_625_661_034_239_8;

/// `(fan_in, fan_out)` of a kernel's shape, as Keras's `compute_fans`.
pub fn fans(shape: &Shape) -> (f64, f64) {
    match shape.dims() {
        [] => (1.0, 1.0),
        [n] => (*n as f64, *n as f64),
        [field @ .., fan_in, fan_out] => {
            let field: f64 = field.iter().map(|&n| n as f64).product();
            (field * *fan_in as f64, field * *fan_out as f64)
        }
    }
}

impl Serialize for Initializer {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        Initializer::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Initializer {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Initializer, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        let value = config::without_empty(value);
        let initializer = Initializer::deserialize(config::deserializer(&value))
            .map_err(serde::de::Error::custom)?;
        initializer.check().map_err(serde::de::Error::custom)?;
        Ok(initializer)
    }
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
            _ => return Ok(()),
        };
        if fits && numbers.iter().all(|(_, number)| number.is_finite()) {
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
        self.sample_with_fans(shape, dtype, fans(&shape))
    }

    /// As [`Initializer::sample`], for a kernel with these fans (in, out).
    pub fn sample_with_fans(
        &self,
        shape: impl Into<Shape>,
        dtype: DType,
        (fan_in, fan_out): (f64, f64),
    ) -> Tensor {
        let shape = shape.into();
        if let Err(error) = self.check() {
            return Tensor::failed(error);
        }
        let uniform = |variance: f64| {
            let limit = (3.0 * variance).sqrt();
            random::uniform(shape, -limit, limit, dtype)
        };
        let normal = |variance: f64| {
            random::truncated_normal(shape, 0.0, variance.sqrt() / TRUNCATED_STDDEV, dtype)
        };
        let (fan_in, fan_out) = (fan_in.max(1.0), fan_out.max(1.0));
        match *self {
            Initializer::Zeros => Tensor::full_of(shape, 0.0, dtype),
            Initializer::Ones => Tensor::full_of(shape, 1.0, dtype),
            Initializer::Constant { value } => Tensor::full_of(shape, value.into(), dtype),
            Initializer::RandomUniform { minval, maxval } => {
                random::uniform(shape, minval.into(), maxval.into(), dtype)
            }
            Initializer::RandomNormal { mean, stddev } => {
                random::normal(shape, mean.into(), stddev.into(), dtype)
            }
            Initializer::TruncatedNormal { mean, stddev } => {
                random::truncated_normal(shape, mean.into(), stddev.into(), dtype)
            }
            Initializer::GlorotUniform => uniform(2.0 / (fan_in + fan_out)),
            Initializer::GlorotNormal => normal(2.0 / (fan_in + fan_out)),
            Initializer::HeUniform => uniform(2.0 / fan_in),
            Initializer::HeNormal => normal(2.0 / fan_in),
            Initializer::LecunUniform => uniform(1.0 / fan_in),
            Initializer::LecunNormal => normal(1.0 / fan_in),
            Initializer::Orthogonal { gain } => orthogonal(shape, gain.into(), dtype),
            Initializer::Identity { gain } => identity(shape, gain.into(), dtype),
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

/// The orthogonal factor of a normal matrix, by Gram and Schmidt applied twice.
fn orthogonal(shape: Shape, gain: f64, dtype: DType) -> Tensor {
    if shape.rank() < 2 {
        return Tensor::failed(Error::shape(format!(
            "the Orthogonal initializer needs at least 2 dimensions, found shape {shape}"
        )));
    }
    let columns = shape[shape.rank() - 1];
    let rows = shape.len() / columns.max(1);
    let (count, size) = (rows.min(columns), rows.max(columns));
    let mut basis = random::normal([count, size], 0.0, 1.0, DType::F64);
    let basis = match basis.data_mut::<f64>() {
        Ok(basis) => basis,
        Err(error) => return Tensor::failed(error),
    };
    for i in 0..count {
        for _ in 0..2 {
            for j in 0..i {
                let (head, tail) = basis.split_at_mut(i * size);
                let (v, u) = (&mut tail[..size], &head[j * size..(j + 1) * size]);
                let dot: f64 = v.iter().zip(u).map(|(a, b)| a * b).sum();
                v.iter_mut().zip(u).for_each(|(a, b)| *a -= dot * b);
            }
        }
        let v = &mut basis[i * size..(i + 1) * size];
        let norm = v.iter().map(|a| a * a).sum::<f64>().sqrt();
        v.iter_mut().for_each(|a| *a /= norm);
    }
    let matrix = Tensor::build(shape, |out: &mut [f64]| {
        for (k, v) in out.iter_mut().enumerate() {
            let (r, c) = (k / columns, k % columns);
            *v = gain
                * if rows >= columns {
                    basis[c * size + r]
                } else {
                    basis[r * size + c]
                };
        }
    });
    matrix.cast(dtype)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fans_follow_keras() {
        assert_eq!(fans(&Shape::from([3, 3, 16, 32])), (144.0, 288.0));
        assert_eq!(fans(&Shape::from([784, 64])), (784.0, 64.0));
        assert_eq!(fans(&Shape::from([5])), (5.0, 5.0));
        assert_eq!(fans(&Shape::SCALAR), (1.0, 1.0));
    }

    #[test]
    fn orthogonal_columns_are_orthonormal_times_the_gain() {
        random::set_seed(2);
        for (shape, gain) in [([6, 4], 1.0_f32), ([4, 6], 2.0), ([5, 5], 0.5)] {
            let q = Initializer::Orthogonal { gain }.sample(shape, DType::F64);
            let q = q
                .to_ndarray::<f64>()
                .unwrap()
                .into_dimensionality::<ndarray::Ix2>()
                .unwrap();
            let gram = if shape[0] >= shape[1] {
                q.t().dot(&q)
            } else {
                q.dot(&q.t())
            };
            for ((i, j), v) in gram.indexed_iter() {
                let expected = if i == j { f64::from(gain * gain) } else { 0.0 };
                // Rounding of f64 over sums of 6 products.
                assert!((v - expected).abs() <= 1e-13, "{shape:?} {i} {j}: {v}");
            }
        }
    }
}
