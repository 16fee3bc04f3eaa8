//! A row several times.

use crate::ShapeError;
use nn_core::statics::Elements;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Each sample's row `n` times, one after the other: what a decoder reads at every step.
///
/// Shapes: `[batch, features] → [batch, n, features]`.
///
/// Source: Keras's `RepeatVector`.
///
/// ```
/// use nn::{Layer, RepeatVector, Tensor};
/// let y = RepeatVector::new(2).forward(Tensor::from([[1.0_f32, 3.0]]));
/// assert_eq!(y.shape(), [1, 2, 2]);
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 3.0, 1.0, 3.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct RepeatVector {
    #[config]
    n: usize,
}

#[model(crate = nn_core)]
impl RepeatVector {
    /// `n` times, at least once.
    pub const fn new(n: usize) -> RepeatVector {
        RepeatVector { n }
    }

    /// The shape of the output, `[batch, n, features]`.
    ///
    /// # Errors
    /// When the input is not a batch of rows, or `n` is 0.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() != 2 {
            let hint = "`Flatten` first";
            return Err(ShapeError::rank(
                "RepeatVector",
                2,
                "[batch, features]",
                input,
                hint,
            ));
        }
        if self.n == 0 {
            return Err(ShapeError::new(
                "RepeatVector expects a number of times from 1 on, found 0",
            ));
        }
        Ok(Shape::new(&[input.dims()[0], self.n, input.dims()[1]]))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    /// What comes out holds what went in.
    const fn elements(&self, input: Elements) -> Result<Elements, ShapeError> {
        Ok(input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.expand_dims(1).repeat(self.n, 1)
    }
}
