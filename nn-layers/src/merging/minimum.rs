//! Minimum of several tensors.

use crate::ShapeError;
use crate::core::place::Place;
use crate::merging::merge;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The smallest of several tensors, number by number.
///
/// Shapes: a list of tensors of one shape, or with sizes 1 that broadcast; batches must agree.
///
/// Source: Keras's `Minimum`.
///
/// ```
/// use nn::{Layer, Minimum, Tensor};
/// let (a, b) = (Tensor::from([[1.0_f32, 6.0]]), Tensor::from([[3.0_f32, 2.0]]));
/// assert_eq!(Minimum::new().forward([&a, &b]).to_vec::<f32>()?, [1.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Minimum {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Minimum {
    /// The layer; there is nothing to choose.
    pub const fn new() -> Minimum {
        Minimum {
            _place: Place::new(),
        }
    }

    /// The shape of the output, to which the inputs broadcast.
    ///
    /// # Errors
    /// When there are no inputs, or they do not broadcast.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        merge::output_shape("Minimum", inputs)
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        merge::fold_counted(inputs, |a, b| a.minimum(b))
    }
}
