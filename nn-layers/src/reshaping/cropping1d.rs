//! Cropping of sequences.

use crate::ShapeError;
use crate::reshaping::sides::Sides;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Takes steps of time away from the ends of a sequence.
///
/// Shapes: `[batch, time, features] → [batch, time - before - after, features]`.
///
/// Source: Keras's `Cropping1D`, channels last.
///
/// ```
/// use nn::{Cropping1D, Layer, Tensor};
/// let x = Tensor::ones([2, 5, 3]);
/// assert_eq!(Cropping1D::new(1).forward(&x).shape(), [2, 3, 3]);
/// assert_eq!(Cropping1D::new(0).cropping_by_side([0, 2]).forward(&x).shape(), [2, 3, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Cropping1D {
    #[config(default = Sides::all(1), no_builder)]
    cropping: Sides<1>,
}

#[model(crate = nn_core)]
impl Cropping1D {
    /// Takes as many away at each end (Keras: 1).
    pub const fn new(cropping: usize) -> Cropping1D {
        let mut layer = Cropping1D::with_defaults();
        layer.cropping = Sides::all(cropping);
        layer
    }

    /// What goes at each end, `[before, after]`.
    pub const fn cropping_by_side(mut self, cropping: [usize; 2]) -> Cropping1D {
        self.cropping = Sides([cropping]);
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or nothing is left.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.cropping.cropped("Cropping1D", input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.cropping.crop(&x)
    }
}
