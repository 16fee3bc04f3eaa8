//! A penalty on what flows through.

use crate::ShapeError;
use crate::core::activity;
use nn_core::{Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Hands its input through, and adds `(l1·Σ|x| + l2·Σx²) / batch` to the loss.
///
/// Shapes: any with a batch.
///
/// Source: Keras's `ActivityRegularization`.
///
/// ```
/// use nn::{collect_losses, ActivityRegularization, Layer, Tensor};
/// let x = Tensor::from([[1.0_f32, -3.0]]);
/// let (y, losses) = collect_losses(|| ActivityRegularization::new().l1(0.5).forward(&x));
/// assert_eq!((y.to_vec::<f32>()?, losses[0].item::<f32>()?), (vec![1.0, -3.0], 2.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct ActivityRegularization {
    /// The factor of the absolute values.
    #[config(default = 0.0)]
    l1: f64,
    /// The factor of the squares.
    #[config(default = 0.0)]
    l2: f64,
}

#[model(crate = nn_core)]
impl ActivityRegularization {
    /// Both factors 0: no penalty yet.
    pub const fn new() -> ActivityRegularization {
        ActivityRegularization::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When there is no batch dimension.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() > 0 {
            return Ok(*input);
        }
        Err(ShapeError::new(
            "ActivityRegularization expects a batch dimension, found the single number []; `reshape` it to [1]",
        ))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.penalty().check()
    }

    const fn penalty(&self) -> Regularizer {
        Regularizer::L1L2 {
            l1: self.l1,
            l2: self.l2,
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        activity::penalize(Some(self.penalty()), x)
    }
}
