//! Images stretched to the whole range of values.

use crate::ShapeError;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Stretches every channel of an image so that its least number becomes the least of the range, and its greatest the greatest; a channel of one number stays as it is. In training
/// and in inference alike.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `AutoContrast`.
///
/// ```
/// use nn::{AutoContrast, Layer, Tensor};
/// let y = AutoContrast::new().forward(Tensor::from([100.0_f32, 150.0, 200.0]).reshape([1, 1, 3, 1]));
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 127.5, 255.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AutoContrast {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
}

#[model(crate = nn_core)]
impl AutoContrast {
    /// To numbers from 0 to 255.
    pub const fn new() -> AutoContrast {
        AutoContrast::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("AutoContrast", input) {
            return Err(error);
        }
        if let Err(error) = images::check_values("AutoContrast", self.value_range) {
            return Err(error);
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        images::batch(&x, |x| self.change(&x))
    }

    pub(super) fn change(&self, original: &Tensor) -> Tensor {
        let whole = [0.0, 255.0];
        let x = images::between(original.clone(), self.value_range, whole);
        let low = x.min_axes([1, 2], true);
        let range = x.max_axes([1, 2], true) - &low;
        let flat = range.equal(0.0);
        let scale = 255.0 / flat.where_(1.0, range);
        let y = x * &scale - low * &scale;
        let y = images::between(y.clip(0.0, 255.0), whole, self.value_range);
        flat.where_(original, y)
    }
}
