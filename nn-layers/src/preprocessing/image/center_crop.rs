//! The middle of images.

use crate::ShapeError;
use crate::preprocessing::image::{images, resizing};
use nn_core::ops::{Interpolation, resize};
use nn_core::{Shape, Tensor};
use nn_derive::{Layer, model};

/// The `height` by `width` pixels in the middle of images. Of an image that is smaller, in one direction or both, the largest part in the
/// middle with that ratio of sides, resized. In training and in inference alike.
///
/// Shapes: `[batch, _, _, channels] → [batch, height, width, channels]`, or one image of rank 3. Whole numbers become floats.
///
/// Source: Keras's `CenterCrop`.
///
/// ```
/// use nn::{CenterCrop, Layer, Tensor};
/// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 1, 4, 1]);
/// assert_eq!(CenterCrop::new(1, 2).forward(&x).to_vec::<f32>()?, [2.0, 3.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct CenterCrop {
    #[config]
    height: usize,
    #[config]
    width: usize,
}

#[model(crate = nn_core)]
impl CenterCrop {
    /// Of so many rows and columns.
    pub const fn new(height: usize, width: usize) -> CenterCrop {
        CenterCrop { height, width }
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is no image or has no pixel.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("CenterCrop", input) {
            return Err(error);
        }
        let [height, width] = images::sides(input);
        if height == 0 || width == 0 || self.height == 0 || self.width == 0 {
            let error = ShapeError::new("CenterCrop needs pixels, found ").shape(input);
            return Err(error
                .text(" and ")
                .number(self.height)
                .text(" by ")
                .number(self.width)
                .text(" to be cropped"));
        }
        let rank = input.rank();
        Ok(input.with(rank - 3, self.height).with(rank - 2, self.width))
    }

    fn call(&self, x: Tensor) -> Tensor {
        images::batch(&x, |x| {
            let target = [self.height, self.width];
            let [height, width] = match images::pixels("CenterCrop", &x) {
                Ok(pixels) => pixels,
                Err(error) => return Tensor::failed(error),
            };
            if height < self.height || width < self.width {
                let middle = resizing::crop(&x, target);
                return resize(&middle, target, Interpolation::Bilinear, false);
            }
            let [top, left] = [(height - self.height) / 2, (width - self.width) / 2];
            x.slice_axis(1, top..top + self.height)
                .slice_axis(2, left..left + self.width)
        })
    }
}
