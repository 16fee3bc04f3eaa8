//! Tensors joined along a new axis.

use crate::check::two;
use crate::ops::fail::fail;
use crate::ops::shape::concatenate;
use crate::ops::shape::expand_dims::inserted;
use crate::{Error, Shape, ShapeError, Tensor, TensorList, agree};

/// The shape of tensors joined along a new axis.
pub(crate) const fn output_shape(shapes: &[Shape], axis: isize) -> Result<Shape, ShapeError> {
    let first = shapes[0];
    let mut i = 1;
    while i < shapes.len() {
        let next = shapes[i];
        let mut fits = first.rank() == next.rank();
        let mut d = 0;
        while fits && d < first.rank() {
            let (a, b) = (first.dims()[d], next.dims()[d]);
            fits = agree(a, b);
            d += 1;
        }
        if !fits {
            return Err(two("stack", &first, " and ", &next)
                .text(" (tensor ")
                .number(i)
                .text("): all shapes must agree"));
        }
        i += 1;
    }
    inserted(&first, axis, shapes.len())
}

/// Tensors of one shape joined along a new axis: `n` of `[…]` to `[…, n, …]`, where `axis` is a position in the result
/// (counted from its end if negative).
///
/// Shapes that differ are an error, and so is no tensor at all; nothing is broadcast. Element types that differ are promoted.
///
/// ```
/// use nn::{Tensor, ops::stack};
/// let outputs = vec![Tensor::zeros([2, 3]), Tensor::ones([2, 3])];
/// assert_eq!(stack(&outputs, 0).shape(), [2, 2, 3]);
/// assert_eq!(stack(&outputs, -1).shape(), [2, 3, 2]);
/// ```
#[track_caller]
pub fn stack(tensors: impl TensorList, axis: isize) -> Tensor {
    let tensors = tensors.into_list();
    if let Some(failed) = tensors.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let shapes: Vec<Shape> = tensors.iter().map(|t| *t.raw_shape()).collect();
    if shapes.is_empty() {
        return fail(
            "stack",
            Error::shape("no tensors were given to stack; give at least one"),
        );
    }
    if let Err(error) = output_shape(&shapes, axis) {
        return fail("stack", error.into());
    }
    concatenate(tensors.iter().map(|t| t.expand_dims(axis)), axis)
}

#[cfg(test)]
mod tests {
    use crate::ops::shape::stack;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn stacks_at_any_place() {
        let (x, y) = (Tensor::from([1_i64, 2]), Tensor::from([3_i64, 4]));
        assert_eq!(stack([&x, &y], 0).to_vec::<i64>().unwrap(), [1, 2, 3, 4]);
        assert_eq!(stack([&x, &y], -1).to_vec::<i64>().unwrap(), [1, 3, 2, 4]);
        assert_eq!(
            stack([Tensor::from(1.0_f32), Tensor::from(2.0_f32)], 0).shape(),
            [2]
        );
        let x = Tensor::abstract_of([UNKNOWN, 5], DType::F32);
        assert_eq!(stack([&x, &x, &x], 1).shape().to_string(), "[_, 3, 5]");
    }

    #[test]
    fn refuses_shapes_that_differ() {
        let e = stack([Tensor::zeros([2, 3]), Tensor::zeros([1, 3])], 0)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("cannot stack [2, 3] and [1, 3] (tensor 1): all shapes must agree"),
            "{e}"
        );
        assert!(stack([Tensor::zeros([2])], 3).error().is_some());
        assert!(stack([] as [Tensor; 0], 0).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| stack([&x[0], &x[1]], 1).square(), &[&[2, 3], &[2, 3]]);
    }
}
