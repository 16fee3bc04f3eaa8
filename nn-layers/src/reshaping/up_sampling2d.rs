//! More pixels of images.

use crate::ShapeError;
use crate::reshaping::up_sampling;
use nn_core::ops::Interpolation;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Repeats the rows and columns of an image, or finds numbers between them.
///
/// Shapes: `[batch, height, width, channels] → [batch, size · height, size · width, channels]`, a size for each axis.
///
/// Source: Keras's `UpSampling2D`, channels last.
///
/// ```
/// use nn::{Interpolation, Layer, Tensor, UpSampling2D};
/// assert_eq!(UpSampling2D::new(2).forward(Tensor::ones([2, 7, 5, 8])).shape(), [2, 14, 10, 8]);
/// let smooth = UpSampling2D::new(2).size_by_side([3, 2]).interpolation(Interpolation::Bilinear);
/// assert_eq!(smooth.forward(Tensor::ones([2, 7, 5, 8])).shape(), [2, 21, 10, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "Upsample")]
pub struct UpSampling2D {
    /// How many times as long each axis becomes.
    #[config(default = [2; 2])]
    size: [usize; 2],
    /// How the numbers between pixels are found.
    #[config(default = Interpolation::Nearest)]
    interpolation: Interpolation,
}

#[model(crate = nn_core)]
impl UpSampling2D {
    /// `size` times as large each way (Keras: 2).
    pub const fn new(size: usize) -> UpSampling2D {
        UpSampling2D::with_defaults().size(size)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of images, it or the size is 0, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        up_sampling::output_shape("UpSampling2D", self.size, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        up_sampling::up_sampled("UpSampling2D", &x, self.size, self.interpolation)
    }
}
