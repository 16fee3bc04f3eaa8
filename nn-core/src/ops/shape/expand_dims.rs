//! A new axis of size 1.

use crate::ops::reduce::reduction::Axes;
use crate::{MAX_RANK, Shape, ShapeError, Tensor};

/// A shape with a new axis of a size, at `axis` of the result.
pub(crate) const fn inserted(shape: &Shape, axis: isize, size: usize) -> Result<Shape, ShapeError> {
    let rank = shape.rank() + 1;
    let last = rank as isize - 1;
    if axis < -(rank as isize) || axis > last {
        return Err(ShapeError::new("a new axis ")
            .signed(axis)
            .text(" is out of range for ")
            .shape(shape)
            .text("; it may be from ")
            .signed(-(rank as isize))
            .text(" to ")
            .signed(last));
    }
    if rank > MAX_RANK {
        return Err(ShapeError::new("a tensor has at most ")
            .number(MAX_RANK)
            .text(" dimensions, and ")
            .shape(shape)
            .text(" has no room for a new axis; merge some with `reshape`"));
    }
    let axis = (if axis < 0 { axis + rank as isize } else { axis }) as usize;
    let mut dims = [1; MAX_RANK];
    let (mut i, mut k) = (0, 0);
    while i < rank {
        if i == axis {
            dims[i] = size;
        } else {
            dims[i] = shape.dims()[k];
            k += 1;
        }
        i += 1;
    }
    Ok(Shape::new(dims.split_at(rank).0))
}

impl Tensor {
    /// A new axis of size 1 at `axis` of the result (counted from the end if negative); no copy is made.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([2, 3]);
    /// assert_eq!(x.expand_dims(0).shape(), [1, 2, 3]);
    /// assert_eq!(x.expand_dims(-1).shape(), [2, 3, 1]);
    /// ```
    #[doc(alias = "unsqueeze")]
    #[track_caller]
    pub fn expand_dims(&self, axis: isize) -> Tensor {
        match inserted(self.raw_shape(), axis, 1) {
            Ok(shape) => self.reshape(shape),
            Err(error) => self.fail("expand_dims", error.into()),
        }
    }

    /// New axes of size 1, at these places of the result (counted from the end if negative); one that is given twice is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).expand_dims_axes([0, -1]).shape(), [1, 2, 3, 1]);
    /// ```
    #[track_caller]
    pub fn expand_dims_axes(&self, axes: impl AsRef<[isize]>) -> Tensor {
        let axes = axes.as_ref();
        let shape = self.raw_shape();
        let rank = shape.rank() + axes.len();
        let expanded = Shape::try_new(&vec![1; rank]).and_then(|ones| {
            let is_new = Axes::of(axes).mask(&ones)?;
            let mut old = shape.iter().copied();
            let sizes = is_new.iter().map(|&new| match new {
                true => 1,
                false => old.next().expect("as many as are not new"),
            });
            Shape::try_new(&sizes.collect::<Vec<_>>())
        });
        match expanded {
            Ok(shape) => self.reshape(shape),
            Err(error) => self.fail("expand_dims", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, UNKNOWN, testing::check_gradient};

    #[test]
    fn inserts_an_axis_anywhere() {
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.expand_dims(1).shape().to_string(), "[_, 1, 3]");
        assert_eq!(x.expand_dims(-3).shape().to_string(), "[1, _, 3]");
        assert_eq!(Tensor::from(1.0_f32).expand_dims(0).shape(), [1]);
        let e = x.expand_dims(3).into_result().unwrap_err().to_string();
        assert!(
            e.contains("a new axis 3 is out of range for [_, 3]; it may be from -3 to 2"),
            "{e}"
        );
        let places = x.expand_dims_axes([-1, 0, 2]).shape().to_string();
        assert_eq!(places, "[1, _, 1, 3, 1]");
        for axes in [&[0, 0][..], &[0, -4], &[4, 0], &[0; 7]] {
            let e = x.expand_dims_axes(axes).into_result().unwrap_err();
            assert!(e.to_string().contains("in `expand_dims`"), "{e}");
        }
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].expand_dims(1).square(), &[&[2, 3]]);
    }
}
