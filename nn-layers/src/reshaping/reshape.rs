//! Reshaping.

use crate::ShapeError;
use crate::core::axes::Ints;
use nn_core::statics::{Elements, named_quotient};
use nn_core::{MAX_RANK, Result, Shape, Tensor, UNKNOWN, is_known};
use nn_derive::{Layer, model};

/// The same numbers, row by row, in other dimensions; the batch stays and no copy is made.
///
/// Shapes: `[batch, ..] → [batch, target_shape..]`, where one size of `target_shape` may be -1: what is left.
///
/// Source: Keras's `Reshape`.
///
/// ```
/// use nn::{Layer, Reshape, Tensor};
/// assert_eq!(Reshape::new([28, 28, 1]).forward(Tensor::ones([2, 784])).shape(), [2, 28, 28, 1]);
/// assert_eq!(Reshape::new([-1, 7]).forward(Tensor::ones([2, 784])).shape(), [2, 112, 7]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Reshape {
    #[config]
    target_shape: Ints,
}

#[model(crate = nn_core)]
impl Reshape {
    /// To the given sizes, without the batch; more than 7 are a compile error.
    pub const fn new<const N: usize>(target_shape: [isize; N]) -> Reshape {
        const {
            assert!(
                N < MAX_RANK,
                "a tensor has at most 8 dimensions, the batch included"
            )
        };
        Reshape {
            target_shape: Ints::new(target_shape),
        }
    }

    /// The shape of the output, `[batch, target_shape..]`.
    ///
    /// # Errors
    /// When the numbers of elements differ, or the target has a negative size other than a single -1.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let dims = input.dims();
        let target = self.target_shape.as_slice();
        if dims.is_empty() || target.len() >= MAX_RANK {
            let error =
                ShapeError::new("Reshape takes [batch, ..] to at most ").number(MAX_RANK - 1);
            return Err(error
                .text(" sizes beside the batch, found ")
                .shape(input)
                .text(" and ")
                .number(target.len())
                .text(" sizes"));
        }
        let mut size: usize = 1;
        let mut i = 1;
        while i < dims.len() {
            // With a dimension that is not known the size is larger than any real one, or 0.
            size = size.saturating_mul(dims[i]);
            i += 1;
        }
        let mut output = [dims[0]; MAX_RANK];
        let mut known: usize = 1;
        let mut open = 0;
        let mut i = 0;
        while i < target.len() {
            if target[i] >= 0 {
                output[i + 1] = target[i] as usize;
                known = known.saturating_mul(target[i] as usize);
            } else if target[i] == -1 && open == 0 {
                open = i + 1;
            } else {
                return Err(self.complain("sizes are numbers from 0 on and at most one -1", input));
            }
            i += 1;
        }
        if open > 0 {
            if known == 0 || (is_known(size) && !size.is_multiple_of(known)) {
                return Err(self.complain("the known sizes do not divide what there is", input));
            }
            output[open] = match named_quotient(size, known) {
                Some(size) => size,
                None if is_known(size) => size / known,
                None => UNKNOWN + 1, // not the batch
            };
        } else if is_known(size) && size != known {
            return Err(self.complain("the sizes do not multiply to what there is", input));
        }
        Ok(Shape::new(output.split_at(target.len() + 1).0))
    }

    const fn complain(&self, what: &str, input: &Shape) -> ShapeError {
        let mut error = ShapeError::new("cannot reshape ")
            .shape(input)
            .text(" to [");
        let dims = input.dims();
        error = error.dim(dims[0]);
        let target = self.target_shape.as_slice();
        let mut i = 0;
        while i < target.len() {
            error = error.text(", ").signed(target[i]);
            i += 1;
        }
        error
            .text("]: ")
            .text(what)
            .text("; -1 stands for what is left")
    }

    /// What comes out holds what went in.
    const fn elements(&self, input: Elements) -> Result<Elements, ShapeError> {
        Ok(input)
    }

    fn call(&self, x: Tensor) -> Tensor {
        match self.output_shape(&x.shape()) {
            Ok(shape) => x.without_mask().reshape(shape),
            Err(error) => Tensor::failed(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn sizes_are_checked_by_the_compiler_too() {
        const SHAPE: Shape =
            match Reshape::new([7, -1]).output_shape(&Shape::new(&[UNKNOWN, 28, 28])) {
                Ok(shape) => shape,
                Err(_) => panic!(),
            };
        assert_eq!(SHAPE, [UNKNOWN, 7, 112]);
        let open = Reshape::new([-1, 2])
            .output_shape(&Shape::from([3, UNKNOWN, 4]))
            .unwrap();
        assert_eq!(open.to_string(), "[3, _, 2]");
    }

    #[test]
    fn what_does_not_multiply_is_an_error() {
        for target in [[5, 2], [-1, 5], [-1, -1], [-2, 6], [-1, 0]] {
            let error = Reshape::new(target)
                .forward(Tensor::ones([2, 3, 4]))
                .into_result()
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("cannot reshape [2, 3, 4] to [2, "),
                "{error}"
            );
        }
        assert_eq!(
            Reshape::new([-1]).forward(Tensor::ones([0, 3])).shape(),
            [0, 3]
        );
    }
}
