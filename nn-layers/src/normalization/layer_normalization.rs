//! Layer normalization.

use crate::ShapeError;
use crate::core::axes::Ints;
use crate::core::range;
use nn_core::ops::layer_norm;
use nn_core::{Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Normalizes every sample by itself: `y = gamma · (x - mean) / √(variance + epsilon) + beta`, mean and biased variance over `axis`.
///
/// Shapes: `[batch, ..]`, any. Parameters: `gamma` and `beta` of the sizes along the axes, in the order of the input.
///
/// Source: Ba et al. 2016; Keras's `LayerNormalization`.
///
/// ```
/// use nn::{Layer, LayerNormalization, Tensor};
/// let y = LayerNormalization::new().forward(Tensor::from([[1.0_f32, 3.0], [10.0, 30.0]]));
/// nn::testing::assert_close(&y, &Tensor::from([[-1.0_f32, 1.0], [-1.0, 1.0]]), 1e-3);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
#[doc(alias = "LayerNorm")]
pub struct LayerNormalization {
    #[config(default = Ints::new([-1]), no_builder)]
    axis: Ints,
    /// What is added to the variance, so that nothing is divided by 0.
    #[config(default = 1e-3)]
    epsilon: f64,
    /// With or without `beta`.
    #[config(default = true)]
    center: bool,
    /// With or without `gamma`.
    #[config(default = true)]
    scale: bool,
    /// `y = gamma · x / √(variance + epsilon)`: scales only, with `gamma` and without `beta` whatever else is said. Keras keeps it for old
    /// models; [`crate::RMSNormalization`] divides by the root of the mean square.
    #[config(default = false)]
    rms_scaling: bool,
    /// `None` without scale.
    #[param(initializer = Initializer::Ones, when = scale || rms_scaling)]
    gamma: Option<Param>,
    /// `None` without center.
    #[param(initializer = Initializer::Zeros, when = center && !rms_scaling)]
    beta: Option<Param>,
}

#[model(crate = nn_core)]
impl LayerNormalization {
    /// Over the last axis, with epsilon 1e-3, `gamma` from 1 and `beta` from 0.
    pub const fn new() -> LayerNormalization {
        LayerNormalization::with_defaults()
    }

    /// Over another axis.
    pub const fn axis(self, axis: isize) -> LayerNormalization {
        self.axes([axis])
    }

    /// Over several axes together.
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> LayerNormalization {
        self.axis = Ints::new(axes);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes, or there are none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let epsilon = range::from_zero("LayerNormalization", &[("epsilon", self.epsilon)]);
        match (self.axis.mask("LayerNormalization", input), epsilon) {
            (Ok(_), Ok(())) => Ok(*input),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        let normalized = self.axis.mask("LayerNormalization", input)?;
        range::from_zero("LayerNormalization", &[("epsilon", self.epsilon)])?;
        let sizes = input
            .iter()
            .zip(normalized)
            .filter_map(|(&n, normalized)| normalized.then_some(n));
        let sizes = Shape::from(sizes.collect::<Vec<_>>());
        [&self.gamma, &self.beta]
            .into_iter()
            .flatten()
            .try_for_each(|p| p.build(sizes))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let (shape, mask) = (x.shape(), x.mask());
        let normalized = match self.axis.mask("LayerNormalization", &shape) {
            Ok(normalized) => normalized,
            Err(error) => return Tensor::failed(error.into()),
        };
        // The kernel takes the numbers of a sample in rows: the axes go to the end, and become one.
        let axes = || (0..shape.rank()).map(|axis| axis as isize);
        let (inside, outside): (Vec<isize>, Vec<isize>) =
            axes().partition(|&axis| normalized[axis as usize]);
        let order = [outside.as_slice(), inside.as_slice()].concat();
        let in_order = order.is_sorted();
        let x = if in_order { x } else { x.transpose(&order) };
        let features: usize = inside
            .iter()
            .fold(1, |n: usize, &axis| n.saturating_mul(shape[axis as usize]));
        let mut rows: Vec<usize> = outside.iter().map(|&axis| shape[axis as usize]).collect();
        rows.push(features);
        let or_all = |weight: &Option<Param>, value: f64| match weight {
            Some(weight) => weight.value().reshape([features]),
            None => Tensor::full_of([features], value, x.dtype()),
        };
        let rows = x.reshape(rows);
        let y = match self.rms_scaling {
            true => {
                let variance = rows.var_axes([-1], true);
                &rows * (variance + self.epsilon).rsqrt() * or_all(&self.gamma, 1.0)
            }
            false => layer_norm(
                &rows,
                or_all(&self.gamma, 1.0),
                or_all(&self.beta, 0.0),
                self.epsilon,
            ),
        };
        let y = y.reshape(x.shape());
        let y = match in_order {
            true => y,
            false => y.transpose(
                axes()
                    .map(|a| order.iter().position(|&o| o == a).expect("a permutation") as isize)
                    .collect::<Vec<_>>(),
            ),
        };
        y.with_mask(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn missing_axes_are_errors() {
        let error = LayerNormalization::new()
            .axes([1, 3])
            .forward(Tensor::ones([2, 3]))
            .into_result()
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("axis 3 is out of range for [2, 3]"),
            "{error}"
        );
        let error = LayerNormalization::new()
            .epsilon(f64::NAN)
            .forward(Tensor::ones([2, 3]))
            .into_result()
            .unwrap_err();
        assert!(error.to_string().contains("epsilon"), "{error}");
    }
}
