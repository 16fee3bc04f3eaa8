//! Sum of several tensors.

use crate::merge::{self, merge_layer};
use crate::place::Place;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The sum of several tensors, number by number.
///
/// Shapes: a list of tensors of one shape, or with sizes 1 that broadcast; batches must agree.
///
/// Source: Keras's `Add`.
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::Add;
/// let (a, b) = (Tensor::from([[1.0_f32, 6.0]]), Tensor::from([[3.0_f32, 2.0]]));
/// assert_eq!(Add::new().forward([&a, &b]).to_vec::<f32>()?, [4.0, 8.0]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Layer)]
#[model(crate = nn_core)]
pub struct Add {
    #[model(skip)]
    _place: Place,
}

#[model(crate = nn_core)]
impl Add {
    merge_layer!("Add");

    fn build(&self, inputs: &Vec<Shape>) -> Result<()> {
        self.output_shape(inputs)?;
        Ok(())
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        merge::fold(inputs, |a, b| a + b)
    }
}
