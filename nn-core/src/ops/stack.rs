//! Tensors joined along a new axis.

use super::concatenate;
use super::fail::fail;
use crate::{Error, Tensor, is_known};
use std::borrow::Borrow;

/// Tensors of one shape joined along a new axis: `n` of `[…]` to `[…, n, …]`, where `axis` is a position in the result
/// (counted from its end if negative).
///
/// Shapes that differ are an error, and so is no tensor at all; nothing is broadcast. Element types that differ are promoted.
///
/// ```
/// use nn_core::{Tensor, ops::stack};
/// let outputs = vec![Tensor::zeros([2, 3]), Tensor::ones([2, 3])];
/// assert_eq!(stack(&outputs, 0).shape(), [2, 2, 3]);
/// assert_eq!(stack(&outputs, -1).shape(), [2, 3, 2]);
/// ```
#[track_caller]
pub fn stack<T: Borrow<Tensor>>(tensors: impl IntoIterator<Item = T>, axis: isize) -> Tensor {
    let tensors: Vec<Tensor> = tensors.into_iter().map(|t| t.borrow().clone()).collect();
    if let Some(failed) = tensors.iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let Some(first) = tensors.first().map(|t| *t.raw_shape()) else {
        return fail(
            "stack",
            Error::shape("no tensors were given to stack; give at least one"),
        );
    };
    for (i, tensor) in tensors.iter().enumerate() {
        let shape = tensor.raw_shape();
        let fits = |(a, b): (&usize, &usize)| a == b || !is_known(*a) || !is_known(*b);
        if shape.rank() != first.rank() || !first.iter().zip(shape.iter()).all(fits) {
            return fail(
                "stack",
                Error::shape(format!(
                    "cannot stack {first} and {shape} (tensor {i}): all shapes must agree"
                )),
            );
        }
    }
    let rank = first.rank() as isize + 1;
    if !(-rank..rank).contains(&axis) {
        return fail(
            "stack",
            Error::shape(format!(
                "a new axis {axis} is out of range for {first}; it may be from {} to {}",
                -rank,
                rank - 1
            )),
        );
    }
    concatenate(tensors.iter().map(|t| t.expand_dims(axis)), axis)
}

#[cfg(test)]
mod tests {
    use super::stack;
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
            .ok()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("cannot stack [2, 3] and [1, 3] (tensor 1): all shapes must agree"),
            "{e}"
        );
        assert!(stack([Tensor::zeros([2])], 3).error().is_some());
        assert!(stack::<Tensor>([], 0).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| stack([&x[0], &x[1]], 1).square(), &[&[2, 3], &[2, 3]]);
    }
}
