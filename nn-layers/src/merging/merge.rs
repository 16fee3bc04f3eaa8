//! What layers that combine several tensors number by number have in common.

use crate::ShapeError;
use nn_core::{Error, MAX_RANK, Shape, Tensor, agree};

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
            Some(shape) if rank == 0 || agree(output.dims()[0], next.dims()[0]) => output = shape,
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

/// Combines the inputs from left to right. As in Keras a position of the result counts where it counts in any of the inputs, if all have masks.
#[track_caller]
pub(crate) fn fold(inputs: Vec<Tensor>, combine: impl Fn(Tensor, Tensor) -> Tensor) -> Tensor {
    let masks: Option<Vec<Tensor>> = inputs.iter().map(Tensor::mask).collect();
    let mask = masks.and_then(|masks| masks.into_iter().reduce(|a, b| a.logical_or(&b)));
    let inputs = inputs.iter().map(Tensor::without_mask).collect();
    aligned_fold(inputs, combine).with_mask(mask)
}

/// Combines the inputs from left to right, without regard to masks.
#[track_caller]
fn aligned_fold(inputs: Vec<Tensor>, combine: impl Fn(Tensor, Tensor) -> Tensor) -> Tensor {
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
        .unwrap_or_else(|| Tensor::failed(nothing()))
}

/// Combines the inputs from left to right, where a position that does not count in one of them has the value of the other: for functions without
/// a number that changes nothing.
#[track_caller]
pub(crate) fn fold_counted(
    inputs: Vec<Tensor>,
    combine: impl Fn(&Tensor, &Tensor) -> Tensor,
) -> Tensor {
    if !with_masks(&inputs) {
        return fold(inputs, |a, b| combine(&a, &b));
    }
    let mut all = inputs.iter().map(|x| (x.without_mask(), counts(x)));
    let first = all
        .next()
        .unwrap_or_else(|| (Tensor::failed(nothing()), None));
    let (output, mask) = all.fold(first, |(output, so_far), (x, mask)| {
        let x = match &mask {
            Some(mask) => mask.where_(&x, &output),
            None => x,
        };
        let output = match &so_far {
            Some(so_far) => so_far.where_(&output, &x),
            None => output,
        };
        let both = so_far.zip(mask).map(|(a, b)| a.logical_or(&b));
        (combine(&output, &x), both)
    });
    output.with_mask(mask.map(|mask| mask.any_axis(-1)))
}

/// Whether masks say which numbers to combine: they do for inputs of one rank, as in Keras.
pub(crate) fn with_masks(inputs: &[Tensor]) -> bool {
    inputs.iter().any(|x| x.mask().is_some())
        && inputs
            .windows(2)
            .all(|pair| pair[0].rank() == pair[1].rank())
}

/// Which numbers of a tensor count, if it has a mask.
pub(crate) fn counts(x: &Tensor) -> Option<Tensor> {
    let mask = x.mask()?;
    let mut dims = mask.shape().to_vec();
    dims.resize(x.rank(), 1);
    Some(mask.reshape(Shape::from(dims)).broadcast_to(x.shape()))
}

fn nothing() -> Error {
    ShapeError::new("found no tensors to combine").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Add, Maximum, Multiply};
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
            Add::new()
                .forward(inputs)
                .into_result()
                .unwrap_err()
                .to_string()
        };
        assert!(run(&[]).contains("found none"));
        assert!(run(&[&[2, 3], &[2, 4]]).contains("Add cannot combine [2, 3] and [2, 4]"));
        assert!(run(&[&[2, 3], &[1, 3]]).contains("batches must agree"));
    }

    #[test]
    fn a_position_counts_where_it_counts_in_one_of_them() {
        let masked = |value: f32, mask: [bool; 3]| {
            Tensor::full([1, 3, 2], value).with_mask(Tensor::from([mask]))
        };
        let (a, b) = (
            masked(2.0, [true, true, false]),
            masked(3.0, [true, false, false]),
        );
        let mask = |y: &Tensor| y.mask().map(|mask| mask.to_vec::<bool>().unwrap());
        let either = Some(vec![true, true, false]);
        let sum = Add::new().forward([&a, &b]);
        assert_eq!(mask(&sum), either);
        assert!(mask(&Add::new().forward([&a, &b.without_mask()])).is_none());
        let firsts = |y: &Tensor| y.index_axis(-1, 0).to_vec::<f32>().unwrap();
        let largest = Maximum::new().forward([&b, &a]);
        assert_eq!(
            (firsts(&largest), mask(&largest)),
            (vec![3.0, 2.0, 3.0], either.clone())
        );
        let product = Multiply::new().forward([&a, &b]);
        assert_eq!(
            (firsts(&product), mask(&product)),
            (vec![6.0, 2.0, 0.0], either)
        );
        let product = Multiply::new().forward([&a, &b.without_mask()]);
        assert_eq!(
            (firsts(&product), mask(&product)),
            (vec![6.0, 6.0, 3.0], None)
        );
    }
}
