//! Normalization by the root of the mean square.

use crate::ShapeError;
use crate::core::axes::Ints;
use crate::core::range;
use nn_core::{Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Divides every sample by the root of its mean square: `y = scale · x / √(mean(x²) + epsilon)`, the mean over `axis`.
///
/// Shapes: `[batch, ..]`, any. Parameters: `scale` of the sizes along the axes, in the order of the input.
///
/// Source: Zhang and Sennrich 2019; Keras's `RMSNormalization`.
///
/// ```
/// use nn::{Layer, RMSNormalization, Tensor};
/// let y = RMSNormalization::new().forward(Tensor::from([[1.0_f32, 7.0]]));
/// nn::testing::assert_close(&y, &Tensor::from([[0.2_f32, 1.4]]), 1e-5);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
#[doc(alias = "RMSNorm")]
pub struct RMSNormalization {
    #[config(default = Ints::new([-1]), no_builder)]
    axis: Ints,
    /// What is added to the mean square, so that nothing is divided by 0.
    #[config(default = 1e-6)]
    epsilon: f64,
    #[param(Param::new(Initializer::Ones))]
    scale: Param,
}

#[model(crate = nn_core)]
impl RMSNormalization {
    /// Over the last axis, with epsilon 1e-6 and `scale` from 1.
    pub const fn new() -> RMSNormalization {
        RMSNormalization::with_defaults()
    }

    /// Over another axis.
    pub const fn axis(self, axis: isize) -> RMSNormalization {
        self.axes([axis])
    }

    /// Over several axes together.
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> RMSNormalization {
        self.axis = Ints::new(axes);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes, or there are none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let epsilon = range::from_zero("RMSNormalization", &[("epsilon", self.epsilon)]);
        match (self.axis.mask("RMSNormalization", input), epsilon) {
            (Ok(_), Ok(())) => Ok(*input),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        let normalized = self.axis.mask("RMSNormalization", input)?;
        range::from_zero("RMSNormalization", &[("epsilon", self.epsilon)])?;
        let sizes = input.iter().zip(normalized);
        let sizes: Vec<usize> = sizes.filter(|(_, is)| *is).map(|(&n, _)| n).collect();
        self.scale.build(Shape::from(sizes))
    }

    fn call(&self, x: Tensor) -> Tensor {
        let shape = x.shape();
        let normalized = match self.axis.mask("RMSNormalization", &shape) {
            Ok(normalized) => normalized,
            Err(error) => return Tensor::failed(error.into()),
        };
        let sizes = shape.iter().zip(normalized);
        let broadcast: Vec<usize> = sizes.map(|(&n, is)| if is { n } else { 1 }).collect();
        let mean_square = x.square().mean_axes(self.axis.as_slice(), true);
        let y = x * (mean_square + self.epsilon).rsqrt() * self.scale.value().reshape(broadcast);
        // Keras's takes no part in masks.
        y.without_mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn missing_axes_are_errors() {
        let error = RMSNormalization::new()
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
    }
}
