//! Maximum over windows of a sequence.

use crate::ShapeError;
use crate::pooling::windowed::{self, pool_windows};
use nn_core::{Padding, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The largest number of each window, channel by channel.
///
/// Shapes: `[batch, time, channels] → [batch, time', channels]`, with
/// `time' = ⌊(time - pool) / stride⌋ + 1`, or with [`Padding::Same`] `⌈time / stride⌉`.
///
/// Source: Keras's `MaxPooling1D`.
///
/// ```
/// use nn::{Layer, MaxPooling1D, Tensor};
/// let pool = MaxPooling1D::new(2);
/// assert_eq!(pool.forward(Tensor::ones([2, 28, 8])).shape(), [2, 14, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct MaxPooling1D {
    /// Steps of a window.
    #[config(default = [2; 1])]
    pool_size: [usize; 1],
    /// Steps from one window to the next; the size of the window unless it is given.
    #[config(default = None)]
    strides: Option<[usize; 1]>,
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
}

#[model(crate = nn_core)]
impl MaxPooling1D {
    pool_windows!(1, "`pool_size` steps");

    /// The shape of the output, `[batch, time', channels]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let (size, strides) = (self.pool_size, self.steps());
        windowed::output_shape("MaxPooling1D", size, strides, self.padding, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        nn_core::ops::max_pool(&x, self.pool_size, self.steps(), self.padding)
    }
}
