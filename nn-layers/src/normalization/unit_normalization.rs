//! Normalization to length 1.

use crate::ShapeError;
use crate::core::axes::{Axes, Ints};
use crate::core::unit::unit;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Divides every sample by its length, `y = x / √Σx²`, the sum over `axis`; zeros stay zeros.
///
/// Shapes: any.
///
/// Source: Keras's `UnitNormalization`.
///
/// ```
/// use nn::{Layer, Tensor, UnitNormalization};
/// let y = UnitNormalization::new().forward(Tensor::from([[3.0_f32, 4.0], [0.0, 0.0]]));
/// nn::testing::assert_close(&y, &Tensor::from([[0.6_f32, 0.8], [0.0, 0.0]]), 1e-6);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct UnitNormalization {
    #[config(default = Axes(Ints::new([-1])), no_builder)]
    axis: Axes,
}

#[model(crate = nn_core)]
impl UnitNormalization {
    /// Over the last axis.
    pub const fn new() -> UnitNormalization {
        UnitNormalization::with_defaults()
    }

    /// Over another axis.
    pub const fn axis(self, axis: isize) -> UnitNormalization {
        self.axes([axis])
    }

    /// Over several axes together.
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> UnitNormalization {
        self.axis = Axes(Ints::new(axes));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes, or there are none.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.axis.0.mask("UnitNormalization", input) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        unit(&x, self.axis.0.as_slice(), 1e-12)
    }
}
