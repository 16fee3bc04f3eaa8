//! Cropping of volumes.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Takes slices, rows and columns away from the ends of a volume.
///
/// Shapes: `[batch, depth, height, width, channels]` →
/// `[batch, depth - front - back, height - top - bottom, width - left - right, channels]`.
///
/// Source: Keras's `Cropping3D`, channels last.
///
/// ```
/// use nn::{Cropping3D, Layer, Tensor};
/// let x = Tensor::ones([1, 4, 5, 6, 1]);
/// assert_eq!(Cropping3D::new(1).forward(&x).shape(), [1, 2, 3, 4, 1]);
/// assert_eq!(Cropping3D::new(0).cropping_by_side([[0, 2], [3, 1], [1, 1]]).forward(&x).shape(), [1, 2, 1, 4, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Cropping3D {
    #[config(default = Sides::all(1), no_builder)]
    cropping: Sides<3>,
}

#[model(crate = nn_core)]
impl Cropping3D {
    /// Takes as many away at each end (Keras: 1).
    pub const fn new(cropping: usize) -> Cropping3D {
        let mut layer = Cropping3D::with_defaults();
        layer.cropping = Sides::all(cropping);
        layer
    }

    /// What goes at each end, `[[front, back], [top, bottom], [left, right]]`.
    pub const fn cropping_by_side(mut self, cropping: [[usize; 2]; 3]) -> Cropping3D {
        self.cropping = Sides(cropping);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, or nothing is left.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.cropping.cropped("Cropping3D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.cropping.crop(&x)
    }
}
