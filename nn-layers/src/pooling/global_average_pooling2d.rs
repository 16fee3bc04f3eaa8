//! Mean over a whole image.

use crate::ShapeError;
use crate::pooling::global;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of every channel over height and width.
///
/// Shapes: `[batch, height, width, channels] → [batch, channels]`, with [`GlobalAveragePooling2D::keepdims`] `[batch, 1, 1, channels]`.
///
/// Source: Keras's `GlobalAveragePooling2D`.
///
/// ```
/// use nn::{GlobalAveragePooling2D, Layer, Tensor};
/// let pool = GlobalAveragePooling2D::new();
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 7, 512])).shape(), [2, 512]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "GlobalAvgPool2D")]
pub struct GlobalAveragePooling2D {
    /// Keeps height and width, with size 1.
    #[config(default = false)]
    keepdims: bool,
}

#[model(crate = nn_core)]
impl GlobalAveragePooling2D {
    /// Drops height and width.
    pub const fn new() -> GlobalAveragePooling2D {
        GlobalAveragePooling2D::with_defaults()
    }

    /// The shape of the output, `[batch, channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of images.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        global::output_shape("GlobalAveragePooling2D", 2, self.keepdims, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.mean_axes([1, 2], self.keepdims)
    }
}
