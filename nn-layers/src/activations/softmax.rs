//! The softmax.

use crate::ShapeError;
use crate::core::axes::{Axes, Ints};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// `eˣ / Σeˣ` over one or several axes: numbers from 0 to 1 with the sum 1.
///
/// Shapes: any.
///
/// Source: Keras's `Softmax`.
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::Softmax;
/// let y = Softmax::new().forward(Tensor::from([[0.0_f32, 0.0], [0.0, 3.0_f32.ln()]]));
/// nn_core::testing::assert_close(&y, &Tensor::from([[0.5_f32, 0.5], [0.25, 0.75]]), 1e-6);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
pub struct Softmax {
    #[config(default = Axes(Ints::new([-1])), no_builder)]
    axis: Axes,
}

#[model(crate = nn_core)]
impl Softmax {
    /// Over the last axis.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Softmax {
        Softmax::with_defaults()
    }

    /// Over another axis.
    #[must_use]
    pub const fn axis(self, axis: isize) -> Softmax {
        self.axes([axis])
    }

    /// Over several axes together.
    #[must_use]
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> Softmax {
        self.axis = Axes(Ints::new(axes));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes, or there are none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.axis.0.mask("Softmax", input) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        match self.axis.0.as_slice() {
            [axis] => x.softmax(*axis),
            axes => (&x - x.logsumexp_axes(axes, true)).exp(),
        }
    }
}
