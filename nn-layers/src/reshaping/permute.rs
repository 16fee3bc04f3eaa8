//! Dimensions in another order.

use crate::ShapeError;
use crate::core::axes::Ints;
use nn_core::statics::Elements;
use nn_core::{MAX_RANK, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The dimensions of a sample in another order; the batch stays first.
///
/// Shapes: `[batch, d1, d2, ..] → [batch, d_dims[0], d_dims[1], ..]`: `dims` counts from 1, the first dimension behind the batch.
///
/// Source: Keras's `Permute`.
///
/// ```
/// use nn::{Layer, Permute, Tensor};
/// let steps_last = Permute::new([2, 1]);
/// assert_eq!(steps_last.forward(Tensor::ones([8, 10, 64])).shape(), [8, 64, 10]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Permute {
    #[config]
    dims: Ints,
}

#[model(crate = nn_core)]
impl Permute {
    /// In the given order, each of the numbers from 1 on once.
    pub const fn new<const N: usize>(dims: [isize; N]) -> Permute {
        const {
            assert!(
                N < MAX_RANK,
                "a tensor has at most 8 dimensions, the batch included"
            )
        };
        Permute {
            dims: Ints::new(dims),
        }
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When the input has another number of dimensions, or `dims` does not name each once.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let dims = self.dims.as_slice();
        if input.rank() != dims.len() + 1 {
            let error = ShapeError::new("Permute of ")
                .list(dims)
                .text(" expects a batch of samples of rank ")
                .number(dims.len());
            return Err(error
                .text(", found ")
                .shape(input)
                .text("; `dims` names all dimensions but the batch"));
        }
        let mut output = *input;
        let mut seen = [false; MAX_RANK];
        let mut i = 0;
        while i < dims.len() {
            let dim = dims[i];
            if dim < 1 || dim as usize > dims.len() || seen[dim as usize - 1] {
                let error = ShapeError::new("Permute expects each of the numbers from 1 to ")
                    .number(dims.len())
                    .text(" once, found ");
                return Err(error
                    .list(dims)
                    .text("; 1 is the first dimension behind the batch"));
            }
            seen[dim as usize - 1] = true;
            output = output.with(i + 1, input.dims()[dim as usize]);
            i += 1;
        }
        Ok(output)
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
        x.transpose([&[0], self.dims.as_slice()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn each_dimension_comes_once() {
        for dims in [[1, 1], [0, 1], [1, 3], [-1, 1]] {
            let error = Permute::new(dims)
                .forward(Tensor::ones([2, 3, 4]))
                .into_result();
            let error = error.unwrap_err().to_string();
            assert!(
                error.contains("each of the numbers from 1 to 2 once"),
                "{error}"
            );
        }
    }
}
