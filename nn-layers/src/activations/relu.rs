//! The rectified linear unit, with its variations.

use super::activation::relu;
use crate::ShapeError;
use crate::core::range::is_finite;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// `x` from `threshold` on, limited to `max_value`, and `negative_slope · (x - threshold)` below; `max(x, 0)` unless told otherwise.
///
/// Shapes: any.
///
/// Source: Keras's `ReLU`.
///
/// ```
/// use nn::{Layer, ReLU, Tensor};
/// let relu = ReLU::new().max_value(6.0).negative_slope(0.5);
/// assert_eq!(relu.forward(Tensor::from([-2.0_f32, 2.0, 8.0])).to_vec::<f32>()?, [-1.0, 2.0, 6.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct ReLU {
    /// The largest value that comes out, from 0 on.
    #[config(default = None)]
    max_value: Option<f64>,
    /// The slope below the threshold, from 0 on.
    #[config(default = 0.0)]
    negative_slope: f64,
    /// Where the line begins, from 0 on.
    #[config(default = 0.0)]
    threshold: f64,
}

#[model(crate = nn_core)]
impl ReLU {
    /// `max(x, 0)`.
    pub const fn new() -> ReLU {
        ReLU::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When a setting is no number from 0 on.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let settings = [
            ("max_value", self.max_value),
            ("negative_slope", Some(self.negative_slope)),
            ("threshold", Some(self.threshold)),
        ];
        let mut i = 0;
        while i < settings.len() {
            let (name, value) = settings[i];
            // An infinite maximum is none.
            let is_maximum = i == 0;
            if let Some(value) = value
                && !(value >= 0.0 && (is_maximum || is_finite(value)))
            {
                let error = ShapeError::new(name)
                    .text(" of ReLU is a finite number from 0 on, as f32 holds it, found ");
                return Err(error.decimal(value));
            }
            i += 1;
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        relu(&x, self.negative_slope, self.max_value, self.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn settings_below_0_are_errors() {
        for relu in [
            ReLU::new().max_value(-1.0),
            ReLU::new().negative_slope(f64::NAN),
            ReLU::new().threshold(-0.5),
            ReLU::new().negative_slope(1e39),
            ReLU::new().threshold(1e39),
        ] {
            let error = relu.forward(Tensor::ones([2])).into_result().unwrap_err();
            assert!(error.to_string().contains("number from 0 on"), "{error}");
        }
    }
}
