//! The exponential linear unit.

use crate::ShapeError;
use crate::core::range;
use nn_core::{Result, Shape, Tensor};
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
    /// When `alpha` is not finite.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match range::finite("ELU", &[("alpha", self.alpha)]) {
            Ok(()) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.elu_with(self.alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn an_alpha_that_is_not_finite_is_refused() {
        for alpha in [f64::INFINITY, 1e39] {
            let y = ELU::new()
                .alpha(alpha)
                .forward(Tensor::from([-1.0_f32, 0.0, 2.0]));
            let e = y.into_result().unwrap_err().to_string();
            assert!(e.contains("alpha of ELU is a finite number"), "{e}");
        }
    }
}
