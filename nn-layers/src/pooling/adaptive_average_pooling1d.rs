//! Mean over windows that share a sequence.

use crate::ShapeError;
use crate::pooling::adaptive;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of each of `output_size` windows that share a sequence evenly, channel by channel: of `m` windows on `n` steps
/// window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
///
/// Shapes: `[batch, time, channels] → [batch, time', channels]`, `output_size` whatever the input's size.
///
/// Source: Keras's `AdaptiveAveragePooling1D`.
///
/// ```
/// use nn::{AdaptiveAveragePooling1D, Layer, Tensor};
/// let pool = AdaptiveAveragePooling1D::new(3);
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 8])).shape(), [2, 3, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AdaptiveAveragePooling1D {
    #[config]
    output_size: [usize; 1],
}

#[model(crate = nn_core)]
impl AdaptiveAveragePooling1D {
    /// As many windows as the output has steps.
    pub const fn new(output_size: usize) -> AdaptiveAveragePooling1D {
        AdaptiveAveragePooling1D {
            output_size: [output_size],
        }
    }

    /// The shape of the output, `[batch, time', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or has no step, or the output would have none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        adaptive::output_shape("AdaptiveAveragePooling1D", self.output_size, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::adaptive_avg_pool(&x, self.output_size)
    }
}
