//! An activation function as a layer.

use crate::Activation as Function;
use crate::ShapeError;
use nn_core::{Shape, Tensor};
use nn_derive::{Layer, model};

/// Applies an [`Activation`](crate::Activation) as a layer of its own, in a `Sequential` for example.
///
/// Shapes: any.
///
/// In configurations it has the name of Keras's layer, `Activation`.
///
/// Source: Keras's `Activation`.
///
/// ```
/// use nn::{Activation, ActivationLayer, Layer, Tensor};
/// let relu = ActivationLayer::new(Activation::Relu);
/// assert_eq!(relu.forward(Tensor::from([-1.0_f32, 2.0])).to_vec::<f32>()?, [0.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
// The struct is called as in configurations, and exported as `ActivationLayer` beside the enum.
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Activation {
    #[config]
    activation: Function,
}

#[model(crate = nn_core)]
impl Activation {
    /// The layer that applies the given function.
    pub const fn new(activation: Function) -> Activation {
        Activation { activation }
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// None.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        Ok(*input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.activation.apply(&x)
    }
}
