//! Nothing.

use crate::ShapeError;
use crate::core::place::Place;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Hands its input through: a place for a layer where there need not be one.
///
/// Shapes: any.
///
/// Source: Keras's `Identity`.
///
/// ```
/// use nn::{Identity, Layer, Tensor};
/// let x = Tensor::ones([2, 3]);
/// assert!(Identity::new().forward(&x).shares_memory(&x));
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Identity {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Identity {
    /// The layer; there is nothing to choose.
    pub const fn new() -> Identity {
        Identity {
            _place: Place::new(),
        }
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// None.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        Ok(*input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x
    }
}
