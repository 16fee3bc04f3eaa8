//! Product of several tensors.

use crate::ShapeError;
use crate::core::place::Place;
use crate::merging::merge;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The product of several tensors, number by number.
///
/// Shapes: a list of tensors of one shape, or with sizes 1 that broadcast; batches must agree.
///
/// Source: Keras's `Multiply`.
///
/// ```
/// use nn::{Layer, Multiply, Tensor};
/// let (a, b) = (Tensor::from([[1.0_f32, 6.0]]), Tensor::from([[3.0_f32, 2.0]]));
/// assert_eq!(Multiply::new().forward([&a, &b]).to_vec::<f32>()?, [3.0, 12.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Multiply {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Multiply {
    /// The layer; there is nothing to choose.
    pub const fn new() -> Multiply {
        Multiply {
            _place: Place::new(),
        }
    }

    /// The shape of the output, to which the inputs broadcast.
    ///
    /// # Errors
    /// When there are no inputs, or they do not broadcast.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        merge::output_shape("Multiply", inputs)
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        if !merge::with_masks(&inputs) {
            return merge::fold(inputs, |a, b| a * b);
        }
        // What does not count is 1 in the product, and 0 in the result where it counts nowhere.
        let masks: Vec<Option<Tensor>> = inputs.iter().map(merge::counts).collect();
        let factors = inputs.iter().zip(&masks).map(|(x, mask)| match mask {
            Some(mask) => mask.where_(x.without_mask(), 1.0),
            None => x.clone(),
        });
        let product = factors.reduce(|a, b| a * b);
        let counted = masks.into_iter().collect::<Option<Vec<_>>>();
        let counted = counted.and_then(|all| all.into_iter().reduce(|a, b| a.logical_or(&b)));
        match (product, counted) {
            (Some(product), Some(counted)) => {
                let mask = counted.any_axis(-1);
                counted.where_(product, 0.0).with_mask(mask)
            }
            (product, _) => product.unwrap_or_else(|| merge::fold(Vec::new(), |a, _| a)),
        }
    }
}
