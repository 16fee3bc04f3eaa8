//! Mean over windows that share an image.

use crate::ShapeError;
use crate::pooling::adaptive::{self, adaptive_windows};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of each of `output_size` windows that share an image evenly, channel by channel: of `m` windows along an axis of `n` pixels
/// window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', channels]`, `output_size` whatever the input's size.
///
/// Source: Keras's `AdaptiveAveragePooling2D`.
///
/// ```
/// use nn::{AdaptiveAveragePooling2D, Layer, Tensor};
/// let pool = AdaptiveAveragePooling2D::new(3);
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 5, 8])).shape(), [2, 3, 3, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AdaptiveAveragePooling2D {
    #[config]
    output_size: [usize; 2],
}

#[model(crate = nn_core)]
impl AdaptiveAveragePooling2D {
    adaptive_windows!(2, "rows and columns", "[height, width]");

    /// The shape of the output, `[batch, height', width', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, or has no pixel, or the output would have none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        adaptive::output_shape("AdaptiveAveragePooling2D", self.output_size, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::adaptive_avg_pool(&x, self.output_size)
    }
}
