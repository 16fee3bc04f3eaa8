//! Flattening.

use crate::ShapeError;
use crate::core::place::Place;
use nn_core::statics::Elements;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Everything but the batch in one dimension, row by row; no copy is made.
///
/// Shapes: `[batch, d1, d2, ..] → [batch, d1·d2·..]`; `[batch] → [batch, 1]`.
///
/// Source: Keras's `Flatten`.
///
/// ```
/// use nn::{Flatten, Layer, Tensor};
/// assert_eq!(Flatten::new().forward(Tensor::ones([2, 28, 28, 3])).shape(), [2, 2352]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Flatten {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Flatten {
    /// Flattens; there is nothing to choose.
    pub const fn new() -> Flatten {
        Flatten {
            _place: Place::new(),
        }
    }

    /// The shape of the output, `[batch, n]`.
    ///
    /// # Errors
    /// When there is no batch dimension.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let dims = input.dims();
        if dims.is_empty() {
            return Err(ShapeError::new(
                "Flatten expects a batch dimension, found the single number []; `reshape` it to [1]",
            ));
        }
        Ok(Shape::new(&[dims[0], input.without(0).num_elements()]))
    }

    /// What comes out holds what went in.
    const fn elements(&self, input: Elements) -> Result<Elements, ShapeError> {
        Ok(input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.without_mask().flatten_from(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn a_batch_of_numbers_becomes_a_column() {
        assert_eq!(Flatten::new().forward(Tensor::ones([3])).shape(), [3, 1]);
        assert_eq!(
            Flatten::new().forward(Tensor::ones([0, 4, 2])).shape(),
            [0, 8]
        );
    }
}
