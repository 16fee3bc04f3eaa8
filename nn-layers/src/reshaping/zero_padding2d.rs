//! Zeros around an image.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Adds rows and columns of zeros around an image.
///
/// Shapes: `[batch, height, width, channels] → [batch, top + height + bottom, left + width + right, channels]`.
///
/// Source: Keras's `ZeroPadding2D`, channels last.
///
/// ```
/// use nn::{Layer, Tensor, ZeroPadding2D};
/// let x = Tensor::ones([1, 5, 6, 1]);
/// assert_eq!(ZeroPadding2D::new(1).forward(&x).shape(), [1, 7, 8, 1]);
/// assert_eq!(ZeroPadding2D::new(0).padding_by_side([[0, 2], [3, 1]]).forward(&x).shape(), [1, 7, 10, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct ZeroPadding2D {
    #[config(default = Sides::all(1), no_builder)]
    padding: Sides<2>,
}

#[model(crate = nn_core)]
impl ZeroPadding2D {
    /// As many zeros on each side (Keras: 1).
    pub const fn new(padding: usize) -> ZeroPadding2D {
        let mut layer = ZeroPadding2D::with_defaults();
        layer.padding = Sides::all(padding);
        layer
    }

    /// Zeros on each side, `[[top, bottom], [left, right]]`.
    pub const fn padding_by_side(mut self, padding: [[usize; 2]; 2]) -> ZeroPadding2D {
        self.padding = Sides(padding);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of images, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.padding.padded("ZeroPadding2D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.padding.pad(&x)
    }
}
