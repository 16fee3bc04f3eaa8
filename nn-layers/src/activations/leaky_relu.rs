//! The rectified linear unit with a slope below 0.

use crate::ShapeError;
use crate::core::range;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// `x`, or `negative_slope · x` below 0.
///
/// Shapes: any.
///
/// Source: Maas et al. 2013; Keras's `LeakyReLU`.
///
/// ```
/// use nn::{Layer, LeakyReLU, Tensor};
/// let leaky = LeakyReLU::new().negative_slope(0.5);
/// assert_eq!(leaky.forward(Tensor::from([-2.0_f32, 2.0])).to_vec::<f32>()?, [-1.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct LeakyReLU {
    /// The slope below 0.
    #[config(default = 0.3)]
    negative_slope: f64,
}

#[model(crate = nn_core)]
impl LeakyReLU {
    /// With the slope 0.3.
    pub const fn new() -> LeakyReLU {
        LeakyReLU::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When `negative_slope` is not finite.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match range::finite("LeakyReLU", &[("negative_slope", self.negative_slope)]) {
            Ok(()) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.leaky_relu_with(self.negative_slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn a_slope_that_is_not_finite_is_refused() {
        for slope in [f64::NEG_INFINITY, 1e39] {
            let layer = LeakyReLU::new().negative_slope(slope);
            let y = layer.forward(Tensor::from([-1.0_f32, 0.0, 2.0]));
            let e = y.into_result().unwrap_err().to_string();
            assert!(
                e.contains("negative_slope of LeakyReLU is a finite number"),
                "{e}"
            );
        }
    }
}
