//! Sums of products over chosen axes of two tensors.

use crate::ops::fail::fail;
use crate::{Error, Operand, Result, Shape, Tensor, is_known};

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
    match pairs(&a_shape, &b_shape, a_axes.as_ref(), b_axes.as_ref()) {
        Err(error) => fail("tensordot", error),
        Ok((a_axes, b_axes)) => {
            let (a_free, b_free) = (others(&a_shape, &a_axes), others(&b_shape, &b_axes));
            let size = |shape: &Shape, axes: &[isize]| {
                let dims: Vec<usize> = axes.iter().map(|&i| shape[i as usize]).collect();
                Shape::new(&dims).num_elements()
            };
            let left = a.transpose([&a_free[..], &a_axes].concat());
            let right = b.transpose([&b_axes[..], &b_free].concat());
            let left = left.reshape([size(&a_shape, &a_free), size(&a_shape, &a_axes)]);
            let right = right.reshape([size(&b_shape, &b_axes), size(&b_shape, &b_free)]);
            let a_dims = a_free.iter().map(|&i| a_shape[i as usize]);
            let b_dims = b_free.iter().map(|&i| b_shape[i as usize]);
            match Shape::try_new(&a_dims.chain(b_dims).collect::<Vec<_>>()) {
                Ok(shape) => left.matmul(right).reshape(shape),
                Err(error) => fail("tensordot", error),
            }
        }
    }
}

/// The axes that are not summed over, in order.
fn others(shape: &Shape, axes: &[isize]) -> Vec<isize> {
    (0..shape.rank() as isize)
        .filter(|i| !axes.contains(i))
        .collect()
}

/// The axes as indices.
fn pairs(
    a: &Shape,
    b: &Shape,
    a_axes: &[isize],
    b_axes: &[isize],
) -> Result<(Vec<isize>, Vec<isize>)> {
    let resolve = |shape: &Shape, axes: &[isize]| {
        let mut found = Vec::with_capacity(axes.len());
        for &axis in axes {
            let i = shape.axis(axis)? as isize;
            if found.contains(&i) {
                return Err(Error::shape(format!(
                    "axis {axis} of {shape} is given twice in {axes:?}"
                )));
            }
            found.push(i);
        }
        Ok(found)
    };
    if a_axes.len() != b_axes.len() {
        return Err(Error::shape(format!(
            "tensordot pairs axes, found {a_axes:?} of {a} and {b_axes:?} of {b}"
        )));
    }
    let (first, second) = (resolve(a, a_axes)?, resolve(b, b_axes)?);
    for (&i, &j) in first.iter().zip(&second) {
        let (m, n) = (a[i as usize], b[j as usize]);
        if m != n && is_known(m) && is_known(n) {
            return Err(Error::shape(format!(
                "tensordot cannot pair axis {i} of {a} with axis {j} of {b}: their sizes {m} and {n} must agree"
            )));
        }
    }
    Ok((first, second))
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
