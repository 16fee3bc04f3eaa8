//! What layers that combine several tensors number by number have in common.

use crate::ShapeError;
use nn_core::{MAX_RANK, Shape, Tensor, is_known};

/// The shape that inputs combine to.
///
/// Batches must agree; other dimensions agree or are 1. An input with fewer dimensions gets dimensions of size 1 after its batch, as
/// in Keras.
pub(crate) const fn output_shape(layer: &str, inputs: &[Shape]) -> Result<Shape, ShapeError> {
    if inputs.is_empty() {
        return Err(
            ShapeError::new(layer).text(" combines tensors, found none; call it with `[&a, &b]`")
        );
    }
    let rank = widest(inputs);
    let mut output = aligned(&inputs[0], rank);
    let mut i = 1;
    while i < inputs.len() {
        let next = aligned(&inputs[i], rank);
        match output.broadcast(&next) {
            Some(shape) if rank == 0 || same(output.dims()[0], next.dims()[0]) => output = shape,
            _ => {
                let error = ShapeError::new(layer)
                    .text(" cannot combine ")
                    .shape(&output)
                    .text(" and ")
                    .shape(&inputs[i]);
                return Err(error.text(": batches must agree, other dimensions agree or be 1"));
            }
        }
        i += 1;
    }
    Ok(output)
}

/// Whether two dimensions may be equal.
pub(crate) const fn same(a: usize, b: usize) -> bool {
    a == b || !is_known(a) || !is_known(b)
}

const fn widest(inputs: &[Shape]) -> usize {
    let mut rank = 0;
    let mut i = 0;
    while i < inputs.len() {
        if inputs[i].rank() > rank {
            rank = inputs[i].rank();
        }
        i += 1;
    }
    rank
}

/// A shape with dimensions of size 1 after the batch, up to `rank`.
const fn aligned(shape: &Shape, rank: usize) -> Shape {
    let dims = shape.dims();
    if dims.is_empty() {
        return Shape::new([1; MAX_RANK].split_at(rank).0);
    }
    let mut all = [1; MAX_RANK];
    all[0] = dims[0];
    let lead = rank - dims.len();
    let mut i = 1;
    while i < dims.len() {
        all[lead + i] = dims[i];
        i += 1;
    }
    Shape::new(all.split_at(rank).0)
}

/// Combines the inputs from left to right.
#[track_caller]
pub(crate) fn fold(inputs: Vec<Tensor>, combine: impl Fn(Tensor, Tensor) -> Tensor) -> Tensor {
    let shapes: Vec<Shape> = inputs.iter().map(Tensor::shape).collect();
    let rank = widest(&shapes);
    let aligned = inputs
        .into_iter()
        .zip(&shapes)
        .map(|(x, shape)| match shape.rank() == rank {
            true => x,
            false => x.reshape(aligned(shape, rank)),
        });
    aligned
        .reduce(combine)
        .unwrap_or_else(|| Tensor::failed(ShapeError::new("found no tensors to combine").into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Add;
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn fewer_dimensions_are_filled_up_after_the_batch() {
        let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([2, 4]));
        assert_eq!(Add::new().forward([&a, &b]).shape(), [2, 3, 4]);
        let shapes = [Shape::from([UNKNOWN, 4]), Shape::from([2, 3, 1])];
        assert_eq!(output_shape("Add", &shapes).unwrap(), [2, 3, 4]);
    }

    #[test]
    fn what_does_not_combine_is_an_error() {
        let run = |shapes: &[&[usize]]| {
            let inputs: Vec<Tensor> = shapes.iter().map(|s| Tensor::ones(*s)).collect();
            Add::new().forward(inputs).ok().unwrap_err().to_string()
        };
        assert!(run(&[]).contains("found none"));
        assert!(run(&[&[2, 3], &[2, 4]]).contains("Add cannot combine [2, 3] and [2, 4]"));
        assert!(run(&[&[2, 3], &[1, 3]]).contains("batches must agree"));
    }
}
