//! Tensors side by side, on top of each other and behind each other, and their parts.

use crate::ops::shape::concatenate;
use crate::ops::shape::split::{MOST, too_many};
use crate::{Error, Shape, ShapeError, Tensor, TensorList, is_known};

/// The shape of tensors put together by functions of at least so many axes: 1 for [`hstack`], 2 for [`vstack`] and 3 for [`dstack`].
pub(crate) const fn output_shape<const N: usize>(
    rank: usize,
    shapes: &[Shape; N],
    n: usize,
) -> Result<Shape, ShapeError> {
    let mut all = *shapes;
    let mut i = 0;
    while i < n {
        all[i] = at_least_shape(rank, &all[i]);
        i += 1;
    }
    let axis = match rank {
        1 if all[0].rank() > 1 => 1,
        1 | 2 => 0,
        _ => 2,
    };
    concatenate::output_shape(all.split_at(n).0, axis)
}

/// The shape of what [`at_least`] makes.
const fn at_least_shape(rank: usize, x: &Shape) -> Shape {
    match (x.rank(), rank) {
        (0, _) => Shape::new([1; 3].split_at(rank).0),
        (1, 2) => Shape::new(&[1, x.dims()[0]]),
        (1, 3) => Shape::new(&[1, x.dims()[0], 1]),
        (2, 3) => Shape::new(&[x.dims()[0], x.dims()[1], 1]),
        _ => *x,
    }
}

#[track_caller]
fn joined(op: &'static str, tensors: Vec<Tensor>, axis: isize) -> Tensor {
    let joined = concatenate(&tensors, axis);
    joined.named(op, &tensors.iter().collect::<Vec<_>>())
}

/// Tensors with at least so many axes each.
fn of_rank(rank: usize, tensors: impl TensorList) -> Vec<Tensor> {
    let tensors = tensors.into_list();
    tensors.iter().map(|t| at_least(rank, t)).collect()
}

/// At least so many axes, of size 1 where there were none: as NumPy's `atleast_2d` and `atleast_3d`.
fn at_least(rank: usize, x: &Tensor) -> Tensor {
    match (x.error(), x.raw_shape().rank(), rank) {
        (Some(_), _, _) => x.clone(),
        (_, 0, _) => x.reshape(vec![1; rank]),
        (_, 1, 2) => x.expand_dims(0),
        (_, 1, 3) => x.expand_dims(0).expand_dims(-1),
        (_, 2, 3) => x.expand_dims(-1),
        _ => x.clone(),
    }
}

/// Tensors side by side: joined along the second axis, vectors along their only one. NumPy's and Keras's `hstack`.
///
/// ```
/// use nn::{Tensor, ops::hstack};
/// assert_eq!(hstack([Tensor::zeros([2, 1]), Tensor::zeros([2, 3])]).shape(), [2, 4]);
/// assert_eq!(hstack([Tensor::zeros([2]), Tensor::zeros([3])]).shape(), [5]);
/// ```
#[track_caller]
pub fn hstack(tensors: impl TensorList) -> Tensor {
    let tensors = of_rank(1, tensors);
    let vectors = tensors.first().is_some_and(|t| t.raw_shape().rank() == 1);
    joined("hstack", tensors, if vectors { 0 } else { 1 })
}

/// Tensors on top of each other: joined along the first axis, vectors as rows. NumPy's and Keras's `vstack`.
///
/// ```
/// use nn::{Tensor, ops::vstack};
/// assert_eq!(vstack([Tensor::zeros([3]), Tensor::zeros([3])]).shape(), [2, 3]);
/// ```
#[track_caller]
pub fn vstack(tensors: impl TensorList) -> Tensor {
    joined("vstack", of_rank(2, tensors), 0)
}

/// Tensors behind each other: joined along the third axis, vectors as `[1, n, 1]` and matrices as `[n, m, 1]`. NumPy's and Keras's
/// `dstack`.
///
/// ```
/// use nn::{Tensor, ops::dstack};
/// assert_eq!(dstack([Tensor::zeros([2, 3]), Tensor::zeros([2, 3])]).shape(), [2, 3, 2]);
/// ```
#[track_caller]
pub fn dstack(tensors: impl TensorList) -> Tensor {
    joined("dstack", of_rank(3, tensors), 2)
}

impl Tensor {
    /// `n` parts along an axis (counted from the end if negative) that differ in size by one at most, the larger ones first: as
    /// [`Tensor::split`] where the axis is no multiple of `n`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let parts = Tensor::arange(5).array_split(3, 0);
    /// assert_eq!(parts.iter().map(Tensor::num_elements).collect::<Vec<_>>(), [2, 2, 1]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn array_split(&self, n: usize, axis: isize) -> Vec<Tensor> {
        let size = match self
            .raw_shape()
            .axis(axis)
            .map(|axis| self.raw_shape()[axis])
        {
            _ if n > MOST => return vec![self.fail("array_split", too_many(n))],
            _ if self.error().is_some() => return vec![self.clone(); n],
            Ok(size) if is_known(size) && n > 0 => size,
            Ok(_) => {
                let error = Error::shape(format!(
                    "array_split needs at least 1 part and an axis of a known size, found {n} parts of axis {axis} of {}",
                    self.raw_shape()
                ));
                return vec![self.fail("array_split", error); n.max(1)];
            }
            Err(error) => return vec![self.fail("array_split", error); n.max(1)],
        };
        let sizes: Vec<usize> = (0..n)
            .map(|i| size / n + usize::from(i < size % n))
            .collect();
        self.split_sizes(sizes, axis)
    }
}

#[cfg(test)]
mod tests {
    use super::{dstack, hstack, vstack};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn numbers_are_joined_too() {
        let two = [Tensor::from(1.0_f32), Tensor::from(2.0_f32)];
        assert_eq!(hstack(&two).data::<f32>(), [1.0, 2.0]);
        assert_eq!(
            (vstack(&two).shape(), dstack(&two).shape()),
            ([2, 1].into(), [1, 1, 2].into())
        );
    }

    #[test]
    fn parts_of_uneven_sizes() {
        let parts = Tensor::arange(2).array_split(3, -1);
        assert_eq!(
            parts.iter().map(Tensor::num_elements).collect::<Vec<_>>(),
            [1, 1, 0]
        );
        assert!(Tensor::arange(2).array_split(0, 0)[0].error().is_some());
        assert!(Tensor::arange(2).array_split(2, 1)[0].error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| hstack(x).square(), &[&[2, 1], &[2, 2]]);
    }
}
