//! Maximum over a whole image.

use crate::ShapeError;
use crate::pooling::global;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The largest number of every channel over height and width.
///
/// Shapes: `[batch, height, width, channels] → [batch, channels]`, with [`GlobalMaxPooling2D::keepdims`] `[batch, 1, 1, channels]`.
///
/// Source: Keras's `GlobalMaxPooling2D`.
///
/// ```
/// use nn::{GlobalMaxPooling2D, Layer, Tensor};
/// let pool = GlobalMaxPooling2D::new();
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 7, 512])).shape(), [2, 512]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "GlobalMaxPool2D")]
pub struct GlobalMaxPooling2D {
    /// Keeps height and width, with size 1.
    #[config(default = false)]
    keepdims: bool,
}

#[model(crate = nn_core)]
impl GlobalMaxPooling2D {
    /// Drops height and width.
    pub const fn new() -> GlobalMaxPooling2D {
        GlobalMaxPooling2D::with_defaults()
    }

    /// The shape of the output, `[batch, channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of images.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        global::output_shape("GlobalMaxPooling2D", 2, self.keepdims, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.max_axes([1, 2], self.keepdims)
    }
}
