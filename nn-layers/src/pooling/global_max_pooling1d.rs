//! Maximum over a whole sequence.

use crate::ShapeError;
use crate::pooling::global;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The maximum of every feature over time.
///
/// Shapes: `[batch, time, features] → [batch, features]`, with [`GlobalMaxPooling1D::keepdims`] `[batch, 1, features]`.
///
/// Source: Keras's `GlobalMaxPooling1D`.
///
/// ```
/// use nn::{GlobalMaxPooling1D, Layer, Tensor};
/// let pool = GlobalMaxPooling1D::new();
/// assert_eq!(pool.forward(Tensor::ones([2, 7, 5])).shape(), [2, 5]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "GlobalMaxPool1D")]
pub struct GlobalMaxPooling1D {
    /// Keeps time, with size 1.
    #[config(default = false)]
    keepdims: bool,
}

#[model(crate = nn_core)]
impl GlobalMaxPooling1D {
    /// Drops time.
    pub const fn new() -> GlobalMaxPooling1D {
        GlobalMaxPooling1D::with_defaults()
    }

    /// The shape of the output, `[batch, features]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or one is empty.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        global::output_shape("GlobalMaxPooling1D", 1, self.keepdims, input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.max_axes([1], self.keepdims)
    }
}
