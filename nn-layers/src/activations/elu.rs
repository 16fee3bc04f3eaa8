//! The exponential linear unit.

use crate::ShapeError;
use nn_core::{Shape, Tensor};
use nn_derive::{Layer, model};

/// `x`, or `alpha · (eˣ - 1)` below 0.
///
/// Shapes: any.
///
/// Source: Clevert et al. 2015; Keras's `ELU`.
///
/// ```
/// use nn::{ELU, Layer, Tensor};
/// let y = ELU::new().alpha(0.5).forward(Tensor::from([-20.0_f32, 2.0])).to_vec::<f32>()?;
/// assert!((y[0] + 0.5).abs() < 1e-6 && y[1] == 2.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct ELU {
    /// What large negative numbers approach, negated.
    #[config(default = 1.0)]
    alpha: f64,
}

#[model(crate = nn_core)]
impl ELU {
    /// With `alpha` 1.
    pub const fn new() -> ELU {
        ELU::with_defaults()
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// None.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        Ok(*input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.elu_with(self.alpha)
    }
}
