//! Difference of two tensors.

use crate::ShapeError;
use crate::core::place::Place;
use crate::merging::merge;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The first tensor minus the second, number by number.
///
/// Shapes: two tensors of one shape, or with sizes 1 that broadcast; batches must agree.
///
/// Source: Keras's `Subtract`.
///
/// ```
/// use nn::{Layer, Subtract, Tensor};
/// let (a, b) = (Tensor::from([[1.0_f32, 6.0]]), Tensor::from([[3.0_f32, 2.0]]));
/// assert_eq!(Subtract::new().forward([&a, &b]).to_vec::<f32>()?, [-2.0, 4.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Subtract {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Subtract {
    /// The layer; there is nothing to choose.
    pub const fn new() -> Subtract {
        Subtract {
            _place: Place::new(),
        }
    }

    /// The shape of the output, to which the inputs broadcast.
    ///
    /// # Errors
    /// When there are not two inputs, or they do not broadcast.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs.len() != 2 {
            let error = ShapeError::new("Subtract takes two tensors, found ").number(inputs.len());
            return Err(error.text("; call it with `[&a, &b]`"));
        }
        merge::output_shape("Subtract", inputs)
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        merge::fold(inputs, |a, b| a - b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn takes_two() {
        let x = Tensor::ones([1]);
        let error = Subtract::new()
            .forward([&x, &x, &x])
            .into_result()
            .unwrap_err();
        assert!(
            error.to_string().contains("takes two tensors, found 3"),
            "{error}"
        );
    }
}
