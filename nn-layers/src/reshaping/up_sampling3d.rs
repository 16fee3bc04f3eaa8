//! More voxels of volumes.

use crate::ShapeError;
use crate::reshaping::up_sampling;
use nn_core::ops::Interpolation;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Repeats every voxel of a volume along each axis.
///
/// Shapes: `[batch, depth, height, width, channels] → [batch, size · depth, size · height, size · width, channels]`, a size for each axis.
///
/// Source: Keras's `UpSampling3D`, channels last.
///
/// ```
/// use nn::{Layer, Tensor, UpSampling3D};
/// assert_eq!(UpSampling3D::new(2).forward(Tensor::ones([2, 2, 3, 4, 8])).shape(), [2, 4, 6, 8, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct UpSampling3D {
    /// How many times as long each axis becomes.
    #[config(default = [2; 3])]
    size: [usize; 3],
}

#[model(crate = nn_core)]
impl UpSampling3D {
    /// `size` times as large each way (Keras: 2).
    pub const fn new(size: usize) -> UpSampling3D {
        UpSampling3D::with_defaults().size(size)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, it or the size is 0, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        up_sampling::output_shape("UpSampling3D", self.size, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        up_sampling::up_sampled("UpSampling3D", &x, self.size, Interpolation::Nearest)
    }
}
