//! What normal and uniform rules are scaled by.

use super::Initializer;
use crate::{Axes, Error, Result, Shape};
use serde::{Deserialize, Serialize};

/// Which fan the variance is divided by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FanMode {
    /// That of the inputs.
    #[default]
    FanIn,
    /// That of the outputs.
    FanOut,
    /// The mean of both.
    FanAvg,
}

/// What numbers are drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distribution {
    /// Uniform within ±√(3 · variance).
    Uniform,
    /// Normal, cut at two standard deviations, of the given variance after the cut.
    #[default]
    #[serde(alias = "normal")]
    TruncatedNormal,
    /// Normal.
    UntruncatedNormal,
}

crate::spelled!(Distribution, FanMode);

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

/// The product of the sizes of axes.
fn units(shape: &Shape, axes: Axes) -> Result<f64> {
    let mut units = 1.0;
    for &axis in axes.as_ref() {
        let place = if axis < 0 {
            axis + shape.rank() as isize
        } else {
            axis
        };
        let size = usize::try_from(place).ok().and_then(|i| shape.get(i));
        units *= *size.ok_or_else(|| {
            Error::shape(format!(
                "an initializer counts units along axis {axis}, which the shape {shape} does not have"
            ))
        })? as f64;
    }
    Ok(units)
}

/// A rule whose variance follows from the shape.
pub(super) struct Scaled {
    pub(super) scale: f64,
    pub(super) mode: FanMode,
    pub(super) distribution: Distribution,
    /// Axes of inputs and outputs, where they are not the last two.
    pub(super) axes: Option<(Axes, Axes)>,
}

impl Scaled {
    pub(super) fn variance(&self, shape: &Shape) -> Result<f64> {
        let (fan_in, fan_out) = match self.axes {
            Some((inputs, outputs)) => (units(shape, inputs)?, units(shape, outputs)?),
            None => fans(shape),
        };
        let fan = match self.mode {
            FanMode::FanIn => fan_in,
            FanMode::FanOut => fan_out,
            FanMode::FanAvg => (fan_in + fan_out) / 2.0,
        };
        Ok(self.scale / fan.max(1.0))
    }
}

impl Initializer {
    /// The rule as a variance scaled by the shape, if it is one.
    pub(super) fn scaled(self) -> Option<Scaled> {
        use {Distribution::*, FanMode::*};
        let scaled = |scale, mode, distribution| {
            Some(Scaled {
                scale,
                mode,
                distribution,
                axes: None,
            })
        };
        match self {
            Initializer::GlorotUniform => scaled(1.0, FanAvg, Uniform),
            Initializer::GlorotNormal => scaled(1.0, FanAvg, TruncatedNormal),
            Initializer::HeUniform => scaled(2.0, FanIn, Uniform),
            Initializer::HeNormal => scaled(2.0, FanIn, TruncatedNormal),
            Initializer::LecunUniform => scaled(1.0, FanIn, Uniform),
            Initializer::LecunNormal => scaled(1.0, FanIn, TruncatedNormal),
            Initializer::VarianceScaling {
                scale,
                mode,
                distribution,
                input_axes,
                output_axes,
                ..
            } => Some(Scaled {
                scale,
                mode,
                distribution,
                axes: input_axes.zip(output_axes),
            }),
            _ => None,
        }
    }

    /// The same rule with fans that are the products of the sizes of these axes, for kernels whose inputs and outputs are not their last
    /// two axes, those of an einsum for example. The rules whose variance follows from the shape become
    /// [`Initializer::VarianceScaling`]; all others stay as they are, and so do axes that were given before.
    ///
    /// ```
    /// use nn::{DType, Initializer};
    /// // A projection of 8 numbers to 2 heads of 3: [inputs, heads, size].
    /// let initializer = Initializer::LecunUniform.with_axes([0], [1, 2]);
    /// let kernel = initializer.sample([8, 2, 3], DType::F32);
    /// assert!(kernel.greatest_magnitude() <= (3.0_f64 / 8.0).sqrt());
    /// ```
    #[must_use]
    pub fn with_axes(self, inputs: impl Into<Axes>, outputs: impl Into<Axes>) -> Initializer {
        let (seed, rule) = match self {
            Initializer::Seeded(seeded) => (Some(seeded.seed), seeded.initializer()),
            Initializer::VarianceScaling { seed, .. } => (seed, self),
            other => (None, other),
        };
        match rule.scaled() {
            Some(scaled) if scaled.axes.is_none() => Initializer::VarianceScaling {
                scale: scaled.scale,
                mode: scaled.mode,
                distribution: scaled.distribution,
                input_axes: Some(inputs.into()),
                output_axes: Some(outputs.into()),
                seed,
            },
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fans_follow_keras() {
        assert_eq!(fans(&Shape::from([3, 3, 16, 32])), (144.0, 288.0));
        assert_eq!(fans(&Shape::from([5, 16, 32])), (80.0, 160.0));
        assert_eq!(fans(&Shape::from([3, 3, 16, 2])), (144.0, 18.0));
        assert_eq!(fans(&Shape::from([2, 3, 4, 5, 6])), (120.0, 144.0));
        assert_eq!(fans(&Shape::from([784, 64])), (784.0, 64.0));
        assert_eq!(fans(&Shape::from([5])), (5.0, 5.0));
        assert_eq!(fans(&Shape::SCALAR), (1.0, 1.0));
    }

    #[test]
    fn axes_of_another_shape_are_an_error() {
        let initializer = Initializer::GlorotUniform.with_axes([0, 3], [1]);
        let failed = initializer.sample([2, 3], crate::DType::F32);
        let e = failed.error().unwrap().to_string();
        assert!(e.contains("along axis 3") && e.contains("[2, 3]"), "{e}");
    }
}
