//! The rectified linear unit with a slope that is learned.

use crate::ShapeError;
use crate::core::axes::Ints;
use nn_core::{Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// `x`, or `alpha · x` below 0, with an `alpha` for every number of a sample.
///
/// Shapes: `[batch, ..]`, any. Parameters: `alpha` of the shape of one sample, with size 1 along the shared axes.
///
/// Source: He et al. 2015; Keras's `PReLU`.
///
/// ```
/// use nn::{Layer, PReLU, Tensor};
/// let prelu = PReLU::new().shared_axes([1, 2]); // one slope a channel
/// prelu.forward(Tensor::ones([2, 28, 28, 8]));
/// assert_eq!(prelu.alpha().shape(), [1, 1, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct PReLU {
    #[config(default = None, no_builder)]
    shared_axes: Option<Ints>,
    #[param(initializer = Initializer::Zeros)]
    alpha: Param,
}

#[model(crate = nn_core)]
impl PReLU {
    /// With slopes that start at 0, one for every number of a sample.
    pub const fn new() -> PReLU {
        PReLU::with_defaults()
    }

    /// Axes of the input along which one slope holds; not the batch, 0, where it always does.
    pub const fn shared_axes<const N: usize>(mut self, axes: [isize; N]) -> PReLU {
        self.shared_axes = Some(Ints::new(axes));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When there is no batch, or a shared axis is not one of a sample.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.alpha_shape(input) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    const fn alpha_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() == 0 {
            return Err(ShapeError::new(
                "PReLU expects a batch dimension, found the single number []; `reshape` it to [1]",
            ));
        }
        let mut with_batch = *input;
        if let Some(axes) = &self.shared_axes {
            let shared = match axes.mask("PReLU", input) {
                Ok(shared) => shared,
                Err(error) => return Err(error),
            };
            if shared[0] {
                return Err(ShapeError::new(
                    "PReLU: axis 0, the batch, is always shared; leave it out of `shared_axes`",
                ));
            }
            let mut axis = 1;
            while axis < input.rank() {
                if shared[axis] {
                    with_batch = with_batch.with(axis, 1);
                }
                axis += 1;
            }
        }
        Ok(with_batch.without(0))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.alpha.build(self.alpha_shape(input)?)
    }

    fn call(&self, x: Tensor) -> Tensor {
        x.relu() - (-x).relu() * &self.alpha
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn shared_axes_are_those_of_a_sample() {
        let run = |axes| {
            PReLU::new()
                .shared_axes(axes)
                .forward(Tensor::ones([2, 3]))
                .into_result()
        };
        assert!(
            run([0])
                .unwrap_err()
                .to_string()
                .contains("axis 0, the batch, is always shared")
        );
        assert!(
            run([2])
                .unwrap_err()
                .to_string()
                .contains("axis 2 is out of range")
        );
        assert!(run([-1]).is_ok());
    }
}
