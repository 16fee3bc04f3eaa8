//! Initializers that draw the same numbers every time.

use super::Initializer;

/// A rule of chance with a seed of its own; made by [`Initializer::seed`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Seeded {
    rule: Rule,
    /// The settings of the rule, in the order of its fields.
    numbers: [f64; 2],
    pub(super) seed: u64,
}

/// The rules of chance whose settings are numbers. (An initializer can be copied, and cannot hold another one.)
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rule {
    RandomUniform,
    RandomNormal,
    TruncatedNormal,
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    Orthogonal,
}

impl Seeded {
    /// The rule without the seed.
    pub const fn initializer(self) -> Initializer {
        let [a, b] = self.numbers;
        match self.rule {
            Rule::RandomUniform => Initializer::RandomUniform {
                minval: a,
                maxval: b,
            },
            Rule::RandomNormal => Initializer::RandomNormal { mean: a, stddev: b },
            Rule::TruncatedNormal => Initializer::TruncatedNormal { mean: a, stddev: b },
            Rule::GlorotUniform => Initializer::GlorotUniform,
            Rule::GlorotNormal => Initializer::GlorotNormal,
            Rule::HeUniform => Initializer::HeUniform,
            Rule::HeNormal => Initializer::HeNormal,
            Rule::LecunUniform => Initializer::LecunUniform,
            Rule::LecunNormal => Initializer::LecunNormal,
            Rule::Orthogonal => Initializer::Orthogonal { gain: a },
        }
    }
}

impl Initializer {
    /// The same rule with a seed of its own: it then draws the same numbers every time, whatever was drawn before, as Keras's `seed` does. Two
    /// parameters of one shape with the same seed begin alike. A rule without chance stays as it is.
    ///
    /// ```
    /// use nn::{DType, Initializer};
    /// let initializer = Initializer::HeNormal.seed(3);
    /// let (one, other) = (initializer.sample([4, 2], DType::F32), initializer.sample([4, 2], DType::F32));
    /// assert_eq!(one.to_vec::<f32>()?, other.to_vec::<f32>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[must_use]
    pub const fn seed(self, seed: u64) -> Initializer {
        let (rule, numbers) = match self {
            Initializer::RandomUniform { minval, maxval } => {
                (Rule::RandomUniform, [minval, maxval])
            }
            Initializer::RandomNormal { mean, stddev } => (Rule::RandomNormal, [mean, stddev]),
            Initializer::TruncatedNormal { mean, stddev } => {
                (Rule::TruncatedNormal, [mean, stddev])
            }
            Initializer::GlorotUniform => (Rule::GlorotUniform, [0.0; 2]),
            Initializer::GlorotNormal => (Rule::GlorotNormal, [0.0; 2]),
            Initializer::HeUniform => (Rule::HeUniform, [0.0; 2]),
            Initializer::HeNormal => (Rule::HeNormal, [0.0; 2]),
            Initializer::LecunUniform => (Rule::LecunUniform, [0.0; 2]),
            Initializer::LecunNormal => (Rule::LecunNormal, [0.0; 2]),
            Initializer::Orthogonal { gain } => (Rule::Orthogonal, [gain, 0.0]),
            Initializer::Seeded(other) => (other.rule, other.numbers),
            Initializer::VarianceScaling {
                scale,
                mode,
                distribution,
                input_axes,
                output_axes,
                seed: _,
            } => {
                return Initializer::VarianceScaling {
                    scale,
                    mode,
                    distribution,
                    input_axes,
                    output_axes,
                    seed: Some(seed),
                };
            }
            Initializer::Zeros
            | Initializer::Ones
            | Initializer::Constant { .. }
            | Initializer::Identity { .. }
            | Initializer::STFT { .. }
            | Initializer::Own(_) => return self,
        };
        Initializer::Seeded(Seeded {
            rule,
            numbers,
            seed,
        })
    }
}
