//! Maximum over windows of an image.

use crate::ShapeError;
use crate::pooling::windowed::{self, pool_windows};
use nn_core::{Padding, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The largest number of each window, channel by channel.
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', channels]`, with
/// `height' = ⌊(height - pool) / stride⌋ + 1`, or with [`Padding::Same`] `⌈height / stride⌉`.
///
/// Source: Keras's `MaxPooling2D`.
///
/// ```
/// use nn::{Layer, MaxPooling2D, Tensor};
/// let pool = MaxPooling2D::new(2);
/// assert_eq!(pool.forward(Tensor::ones([2, 28, 28, 8])).shape(), [2, 14, 14, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "MaxPool2D")]
#[doc(alias = "MaxPool2d")]
pub struct MaxPooling2D {
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
impl MaxPooling2D {
    pool_windows!(2, "`pool_size × pool_size` pixels");

    /// The shape of the output, `[batch, height', width', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let (size, strides) = (self.pool_size, self.steps());
        windowed::output_shape("MaxPooling2D", size, strides, self.padding, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::max_pool(&x, self.pool_size, self.steps(), self.padding)
    }
}
