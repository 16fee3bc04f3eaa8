//! The softmax.

use crate::ShapeError;
use crate::axes::Axes;
use crate::shapes::axis_of;
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
#[derive(Layer)]
#[model(crate = nn_core)]
pub struct Softmax {
    #[config]
    axis: Axes,
}

#[model(crate = nn_core)]
impl Softmax {
    /// Over the last axis.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Softmax {
        Softmax { axis: Axes::new(&[-1]) }
    }

    /// Over another axis.
    #[must_use]
    pub const fn axis(self, axis: isize) -> Softmax {
        self.axes([axis])
    }

    /// Over several axes together.
    #[must_use]
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> Softmax {
        self.axis = Axes::new(&axes);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axis.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let axes = self.axis.as_slice();
        let mut i = 0;
        while i < axes.len() {
            if let Err(error) = axis_of("Softmax", axes[i], input) {
                return Err(error);
            }
            i += 1;
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        match self.axis.as_slice() {
            [axis] => x.softmax(*axis),
            axes => (&x - x.logsumexp_axes(axes, true)).exp(),
        }
    }
}
