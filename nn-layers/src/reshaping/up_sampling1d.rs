//! More steps of sequences.

use crate::ShapeError;
use crate::reshaping::up_sampling;
use nn_core::ops::Interpolation;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Repeats every step of a sequence.
///
/// Shapes: `[batch, time, channels] → [batch, size · time, channels]`.
///
/// Source: Keras's `UpSampling1D`.
///
/// ```
/// use nn::{Layer, Tensor, UpSampling1D};
/// assert_eq!(UpSampling1D::new(3).forward(Tensor::ones([2, 7, 8])).shape(), [2, 21, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct UpSampling1D {
    /// How many times as long it becomes.
    #[config(default = 2)]
    size: usize,
}

#[model(crate = nn_core)]
impl UpSampling1D {
    /// `size` times as long (Keras: 2).
    pub const fn new(size: usize) -> UpSampling1D {
        UpSampling1D::with_defaults().size(size)
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, it or the size is 0, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        up_sampling::output_shape("UpSampling1D", [self.size], input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        up_sampling::up_sampled("UpSampling1D", &x, [self.size], Interpolation::Nearest)
    }
}
