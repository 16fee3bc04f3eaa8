//! Cropping of images.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Takes rows and columns away from the ends of an image.
///
/// Shapes: `[batch, height, width, channels] → [batch, height - top - bottom, width - left - right, channels]`.
///
/// Source: Keras's `Cropping2D`, channels last.
///
/// ```
/// use nn::{Cropping2D, Layer, Tensor};
/// let x = Tensor::ones([1, 5, 6, 1]);
/// assert_eq!(Cropping2D::new(1).forward(&x).shape(), [1, 3, 4, 1]);
/// assert_eq!(Cropping2D::new(0).cropping_by_side([[0, 2], [3, 1]]).forward(&x).shape(), [1, 3, 2, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Cropping2D {
    #[config(default = Sides::all(0), no_builder)]
    cropping: Sides<2>,
}

#[model(crate = nn_core)]
impl Cropping2D {
    /// Takes as many away at each end (Keras: 0).
    pub const fn new(cropping: usize) -> Cropping2D {
        let mut layer = Cropping2D::with_defaults();
        layer.cropping = Sides::all(cropping);
        layer
    }

    /// What goes at each end, `[[top, bottom], [left, right]]`.
    pub const fn cropping_by_side(mut self, cropping: [[usize; 2]; 2]) -> Cropping2D {
        self.cropping = Sides(cropping);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of images, or nothing is left.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.cropping.cropped("Cropping2D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.cropping.crop(&x)
    }
}
