//! Mean over windows of an image.

use crate::ShapeError;
use crate::pooling::windowed::{self, pool_windows};
use nn_core::{Padding, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of each window, channel by channel; pixels of the padding do not count.
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', channels]`, with
/// `height' = ⌊(height - pool) / stride⌋ + 1`, or with [`Padding::Same`] `⌈height / stride⌉`.
///
/// Source: Keras's `AveragePooling2D`.
///
/// ```
/// use nn::{AveragePooling2D, Layer, Tensor};
/// let pool = AveragePooling2D::new(2);
/// assert_eq!(pool.forward(Tensor::ones([2, 28, 28, 8])).shape(), [2, 14, 14, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "AveragePool2D")]
#[doc(alias = "AvgPool2D")]
#[doc(alias = "AvgPool2d")]
pub struct AveragePooling2D {
    /// Pixels of a window, down and right.
    #[config(default = [2; 2])]
    pool_size: [usize; 2],
    /// Pixels from one window to the next; the size of the window unless it is given.
    #[config(default = None)]
    strides: Option<[usize; 2]>,
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
}

#[model(crate = nn_core)]
impl AveragePooling2D {
    pool_windows!(2, "`pool_size × pool_size` pixels");

    /// The shape of the output, `[batch, height', width', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let (size, strides) = (self.pool_size, self.steps());
        windowed::output_shape("AveragePooling2D", size, strides, self.padding, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::avg_pool(&x, self.pool_size, self.steps(), self.padding)
    }
}
