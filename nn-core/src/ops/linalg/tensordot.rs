//! Sums of products over chosen axes of two tensors.

use crate::ops::fail::fail;
use crate::{MAX_RANK, Operand, Shape, ShapeError, Tensor, agree, axes_of};

/// Sums over pairs of axes of the product of two tensors, as NumPy's and Keras's `tensordot`: `a_axes[i]` of `a` goes with `b_axes[i]`
/// of `b` (counted from the end if negative).
///
/// Shapes: the axes of `a` that are left, then those of `b`. Pairs must agree in size; nothing is broadcast.
///
/// ```
/// use nn::{Tensor, ops::tensordot};
/// let (a, b) = (Tensor::ones([2, 3, 4]), Tensor::ones([4, 3, 5]));
/// assert_eq!(tensordot(&a, &b, [1, 2], [1, 0]).shape(), [2, 5]);
/// ```
#[track_caller]
pub fn tensordot(
    a: &Tensor,
    b: impl Operand,
    a_axes: impl AsRef<[isize]>,
    b_axes: impl AsRef<[isize]>,
) -> Tensor {
    let b = b.operand(a.dtype());
    if let Some(failed) = [a, &b].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let (a_shape, b_shape) = (*a.raw_shape(), *b.raw_shape());
    let (a_axes, b_axes) = (a_axes.as_ref(), b_axes.as_ref());
    let shape = output_shape(&a_shape, &b_shape, a_axes, b_axes);
    match shape.and_then(|shape| Ok((shape, pairs(&a_shape, &b_shape, a_axes, b_axes)?))) {
        Err(error) => fail("tensordot", error.into()),
        Ok((shape, (first, second))) => {
            let indices = |all: Indices, n| all[..n].iter().map(|&i| i as isize).collect();
            let a_axes: Vec<isize> = indices(first, a_axes.len());
            let b_axes: Vec<isize> = indices(second, b_axes.len());
            let (a_free, b_free) = (others(&a_shape, &a_axes), others(&b_shape, &b_axes));
            let size = |shape: &Shape, axes: &[isize]| {
                let dims: Vec<usize> = axes.iter().map(|&i| shape[i as usize]).collect();
                Shape::new(&dims).num_elements()
            };
            let left = a.transpose([&a_free[..], &a_axes].concat());
            let right = b.transpose([&b_axes[..], &b_free].concat());
            let left = left.reshape([size(&a_shape, &a_free), size(&a_shape, &a_axes)]);
            let right = right.reshape([size(&b_shape, &b_axes), size(&b_shape, &b_free)]);
            left.matmul(right).reshape(shape)
        }
    }
}

/// The axes that are not summed over, in order.
fn others(shape: &Shape, axes: &[isize]) -> Vec<isize> {
    (0..shape.rank() as isize)
        .filter(|i| !axes.contains(i))
        .collect()
}

/// Axes as indices, of which there are as many.
type Indices = [usize; MAX_RANK];

/// The axes as indices.
const fn pairs(
    a: &Shape,
    b: &Shape,
    a_axes: &[isize],
    b_axes: &[isize],
) -> Result<(Indices, Indices), ShapeError> {
    if a_axes.len() != b_axes.len() {
        let error = ShapeError::new("tensordot pairs axes, found ").list(a_axes);
        let error = error.text(" of ").shape(a).text(" and ").list(b_axes);
        return Err(error.text(" of ").shape(b));
    }
    let (first, second) = match (axes_of(a_axes, a), axes_of(b_axes, b)) {
        (Ok(first), Ok(second)) => (first, second),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let mut i = 0;
    while i < a_axes.len() {
        let (m, n) = (a.dims()[first[i]], b.dims()[second[i]]);
        if !agree(m, n) {
            let error = ShapeError::new("tensordot cannot pair axis ").number(first[i]);
            let error = error.text(" of ").shape(a).text(" with axis ");
            let error = error.number(second[i]).text(" of ").shape(b);
            let error = error.text(": their sizes ").dim(m).text(" and ").dim(n);
            return Err(error.text(" must agree"));
        }
        i += 1;
    }
    Ok((first, second))
}

/// The axes of `a` that are left, then those of `b`.
pub(crate) const fn output_shape(
    a: &Shape,
    b: &Shape,
    a_axes: &[isize],
    b_axes: &[isize],
) -> Result<Shape, ShapeError> {
    let (first, second) = match pairs(a, b, a_axes, b_axes) {
        Ok(pairs) => pairs,
        Err(error) => return Err(error),
    };
    let n = a_axes.len();
    let (a, b) = (left(*a, first, n), left(*b, second, n));
    if a.rank() + b.rank() > MAX_RANK {
        let error = ShapeError::new("a tensor has at most 8 dimensions, found ");
        let error = error.number(a.rank() + b.rank()).text(": ").shape(&a);
        return Err(error.text(" and ").shape(&b).text(" are left"));
    }
    let (mut dims, mut i) = ([0; MAX_RANK], 0);
    while i < a.rank() + b.rank() {
        dims[i] = match i < a.rank() {
            true => a.dims()[i],
            false => b.dims()[i - a.rank()],
        };
        i += 1;
    }
    Ok(Shape::new(dims.split_at(i).0))
}

/// A shape without `n` of its axes.
const fn left(shape: Shape, axes: Indices, n: usize) -> Shape {
    let (mut dims, mut rank, mut i) = ([0; MAX_RANK], 0, 0);
    while i < shape.rank() {
        let (mut is_gone, mut k) = (false, 0);
        while k < n {
            is_gone |= axes[k] == i;
            k += 1;
        }
        if !is_gone {
            dims[rank] = shape.dims()[i];
            rank += 1;
        }
        i += 1;
    }
    Shape::new(dims.split_at(rank).0)
}

#[cfg(test)]
mod tests {
    use crate::ops::linalg::tensordot;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn sums_over_pairs() {
        let a = Tensor::arange(6).cast(DType::F32).reshape([2, 3]);
        assert_eq!(
            tensordot(&a, &a, [0, 1], [0, 1]).item::<f32>().unwrap(),
            55.0
        );
        assert_eq!(
            tensordot(&a, &a, [0], [0]).to_vec::<f32>().unwrap(),
            [9.0, 12.0, 15.0, 12.0, 17.0, 22.0, 15.0, 22.0, 29.0]
        );
        assert_eq!(tensordot(&a, &a, [], []).shape(), [2, 3, 2, 3]);
        let x = Tensor::abstract_of([UNKNOWN, 5, 3], DType::F32);
        assert_eq!(
            tensordot(&x, Tensor::ones([3, 4]), [-1], [0])
                .shape()
                .to_string(),
            "[_, 5, 4]"
        );
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let a = Tensor::ones([2, 3]);
        let e = message(tensordot(&a, &a, [0], [1]));
        assert!(
            e.contains(
                "cannot pair axis 0 of [2, 3] with axis 1 of [2, 3]: their sizes 2 and 3 must agree"
            ),
            "{e}"
        );
        assert!(message(tensordot(&a, &a, [0, 1], [1])).contains("pairs axes"));
        assert!(message(tensordot(&a, &a, [0, -2], [0, 1])).contains("given twice"));
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| tensordot(&x[0], &x[1], [1, 0], [0, 2]),
            &[&[2, 3, 2], &[3, 1, 2]],
        );
    }
}
