//! A mask of what was filled up.

use crate::ShapeError;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Marks the steps of which every number is `mask_value` as ones that do not count, and sets them to 0: what makes sequences of different lengths
/// as long as each other. The layers behind it that know masks skip them.
///
/// Shapes: `[batch, time, .., features]`, with a mask of all but the last dimension.
///
/// Source: Keras's `Masking`.
///
/// ```
/// use nn::{Layer, Masking, Tensor};
/// let y = Masking::new().mask_value(-1.0).forward(Tensor::from([[[3.0_f32, -1.0], [-1.0, -1.0]]]));
/// assert_eq!(y.to_vec::<f32>()?, [3.0, -1.0, 0.0, 0.0]);
/// assert_eq!(y.mask().unwrap().to_vec::<bool>()?, [true, false]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Masking {
    /// The number of which a step that does not count consists.
    #[config(default = 0.0)]
    mask_value: f64,
}

#[model(crate = nn_core)]
impl Masking {
    /// Steps of zeros do not count.
    pub const fn new() -> Masking {
        Masking::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is not at least `[batch, features]`.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() > 1 {
            return Ok(*input);
        }
        let error = ShapeError::new("Masking expects at least [batch, features], found ");
        Err(error
            .shape(input)
            .text("; a step is a row: give each sequence as [time, features]"))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = x.without_mask();
        let counts = x.not_equal(self.mask_value).any_axes([-1], true);
        counts.where_(&x, 0.0).with_mask(counts.squeeze(-1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, Sequential};
    use nn_core::Layer;

    #[test]
    fn the_layers_behind_it_carry_the_mask() {
        let x = Tensor::from([[[1.0_f32, 0.0], [0.0, 0.0], [0.0, 2.0]]]);
        let model = Sequential::new().add(Masking::new()).add(Dense::new(3));
        let mask = model.forward(&x).mask().unwrap();
        assert_eq!(mask.to_vec::<bool>().unwrap(), [true, false, true]);
        let error = Masking::new()
            .forward(Tensor::ones([2]))
            .into_result()
            .unwrap_err();
        assert!(
            error.to_string().contains("at least [batch, features]"),
            "{error}"
        );
    }
}
