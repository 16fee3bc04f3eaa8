//! Zeros around a volume.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Adds slices, rows and columns of zeros around a volume.
///
/// Shapes: `[batch, depth, height, width, channels]` →
/// `[batch, front + depth + back, top + height + bottom, left + width + right, channels]`.
///
/// Source: Keras's `ZeroPadding3D`, channels last.
///
/// ```
/// use nn::{Layer, Tensor, ZeroPadding3D};
/// let x = Tensor::ones([1, 4, 5, 6, 1]);
/// assert_eq!(ZeroPadding3D::new(1).forward(&x).shape(), [1, 6, 7, 8, 1]);
/// assert_eq!(ZeroPadding3D::new(0).padding_by_side([[0, 2], [3, 1], [1, 1]]).forward(&x).shape(), [1, 6, 9, 8, 1]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct ZeroPadding3D {
    #[config(default = Sides::all(1), no_builder)]
    padding: Sides<3>,
}

#[model(crate = nn_core)]
impl ZeroPadding3D {
    /// As many zeros on each side (Keras: 1).
    pub const fn new(padding: usize) -> ZeroPadding3D {
        let mut layer = ZeroPadding3D::with_defaults();
        layer.padding = Sides::all(padding);
        layer
    }

    /// Zeros on each side, `[[front, back], [top, bottom], [left, right]]`.
    pub const fn padding_by_side(mut self, padding: [[usize; 2]; 3]) -> ZeroPadding3D {
        self.padding = Sides(padding);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.padding.padded("ZeroPadding3D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.padding.pad(&x)
    }
}
