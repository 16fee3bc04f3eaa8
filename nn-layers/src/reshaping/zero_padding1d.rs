//! Zeros around a sequence.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Adds steps of time of zeros around a sequence.
///
/// Shapes: `[batch, time, features] → [batch, before + time + after, features]`.
///
/// Source: Keras's `ZeroPadding1D`, channels last.
///
/// ```
/// use nn::{Layer, Tensor, ZeroPadding1D};
/// let x = Tensor::ones([2, 5, 3]);
/// assert_eq!(ZeroPadding1D::new(1).forward(&x).shape(), [2, 7, 3]);
/// assert_eq!(ZeroPadding1D::new(0).padding_by_side([0, 2]).forward(&x).shape(), [2, 7, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct ZeroPadding1D {
    #[config(default = Sides::all(1), no_builder)]
    padding: Sides<1>,
}

#[model(crate = nn_core)]
impl ZeroPadding1D {
    /// As many zeros on each side (Keras: 1).
    pub const fn new(padding: usize) -> ZeroPadding1D {
        let mut layer = ZeroPadding1D::with_defaults();
        layer.padding = Sides::all(padding);
        layer
    }

    /// Zeros on each side, `[before, after]`.
    pub const fn padding_by_side(mut self, padding: [usize; 2]) -> ZeroPadding1D {
        self.padding = Sides([padding]);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or an axis becomes too long.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.padding.padded("ZeroPadding1D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.padding.pad(&x)
    }
}
