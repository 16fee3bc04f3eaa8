//! Mean over windows of a volume.

use crate::ShapeError;
use crate::pooling::windowed::{self, pool_windows};
use nn_core::{Padding, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The mean of each window, channel by channel; voxels of the padding do not count.
///
/// Shapes: `[batch, depth, height, width, channels] → [batch, depth', height', width', channels]`, with
/// `depth' = ⌊(depth - pool) / stride⌋ + 1`, or with [`Padding::Same`] `⌈depth / stride⌉`.
///
/// Source: Keras's `AveragePooling3D`.
///
/// ```
/// use nn::{AveragePooling3D, Layer, Tensor};
/// let pool = AveragePooling3D::new(2);
/// assert_eq!(pool.forward(Tensor::ones([2, 8, 9, 10, 4])).shape(), [2, 4, 4, 5, 4]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AveragePooling3D {
    /// Voxels of a window along depth, height and width.
    #[config(default = [2; 3])]
    pool_size: [usize; 3],
    /// Voxels from one window to the next; the size of the window unless it is given.
    #[config(default = None)]
    strides: Option<[usize; 3]>,
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
}

#[model(crate = nn_core)]
impl AveragePooling3D {
    pool_windows!(3, "`pool_size × pool_size × pool_size` voxels");

    /// The shape of the output, `[batch, depth', height', width', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let (size, strides) = (self.pool_size, self.steps());
        windowed::output_shape("AveragePooling3D", size, strides, self.padding, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::avg_pool(&x, self.pool_size, self.steps(), self.padding)
    }
}
