//! Mean over windows that share a volume.

use crate::ShapeError;
use crate::pooling::adaptive::{self, adaptive_windows};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of each of `output_size` windows that share a volume evenly, channel by channel: of `m` windows along an axis of `n` voxels
/// window `i` covers those from `⌊i·n/m⌋` up to `⌈(i+1)·n/m⌉`.
///
/// Shapes: `[batch, depth, height, width, channels] → [batch, depth', height', width', channels]`, `output_size` whatever the input's size.
///
/// Source: Keras's `AdaptiveAveragePooling3D`.
///
/// ```
/// use nn::{AdaptiveAveragePooling3D, Layer, Tensor};
/// let pool = AdaptiveAveragePooling3D::new(3);
/// assert_eq!(pool.forward(Tensor::ones([2, 4, 7, 5, 8])).shape(), [2, 3, 3, 3, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AdaptiveAveragePooling3D {
    #[config]
    output_size: [usize; 3],
}

#[model(crate = nn_core)]
impl AdaptiveAveragePooling3D {
    adaptive_windows!(3, "voxels along an axis", "[depth, height, width]");

    /// The shape of the output, `[batch, depth', height', width', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, or has no voxel, or the output would have none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        adaptive::output_shape("AdaptiveAveragePooling3D", self.output_size, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::adaptive_avg_pool(&x, self.output_size)
    }
}
