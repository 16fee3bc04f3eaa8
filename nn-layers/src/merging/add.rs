//! Sum of several tensors.

use crate::ShapeError;
use crate::core::place::Place;
use crate::merging::merge;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The sum of several tensors, number by number.
///
/// Shapes: a list of tensors of one shape, or with sizes 1 that broadcast; batches must agree.
///
/// Source: Keras's `Add`.
///
/// ```
/// use nn::{Add, Layer, Tensor};
/// let (a, b) = (Tensor::from([[1.0_f32, 6.0]]), Tensor::from([[3.0_f32, 2.0]]));
/// assert_eq!(Add::new().forward([&a, &b]).to_vec::<f32>()?, [4.0, 8.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Add {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Add {
    /// The layer; there is nothing to choose.
    pub const fn new() -> Add {
        Add {
            _place: Place::new(),
        }
    }

    /// The shape of the output, to which the inputs broadcast.
    ///
    /// # Errors
    /// When there are no inputs, or they do not broadcast.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        merge::output_shape("Add", inputs)
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        merge::fold(inputs, |a, b| a + b)
    }
}
