//! Mean over a whole volume.

use crate::ShapeError;
use crate::pooling::global;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of every channel over depth, height and width.
///
/// Shapes: `[batch, depth, height, width, channels] → [batch, channels]`, with [`GlobalAveragePooling3D::keepdims`] `[batch, 1, 1, 1, channels]`.
///
/// Source: Keras's `GlobalAveragePooling3D`.
///
/// ```
/// use nn::{GlobalAveragePooling3D, Layer, Tensor};
/// let pool = GlobalAveragePooling3D::new();
/// assert_eq!(pool.forward(Tensor::ones([2, 3, 4, 5, 6])).shape(), [2, 6]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct GlobalAveragePooling3D {
    /// Keeps depth, height and width, with size 1.
    #[config(default = false)]
    keepdims: bool,
}

#[model(crate = nn_core)]
impl GlobalAveragePooling3D {
    /// Drops depth, height and width.
    pub const fn new() -> GlobalAveragePooling3D {
        GlobalAveragePooling3D::with_defaults()
    }

    /// The shape of the output, `[batch, channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, or one is empty.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        global::output_shape("GlobalAveragePooling3D", 3, self.keepdims, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.mean_axes([1, 2, 3], self.keepdims)
    }
}
