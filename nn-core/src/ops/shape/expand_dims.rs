//! A new axis of size 1.

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

/// A shape with new axes of size 1, at these places of the result.
pub(crate) const fn expanded(shape: &Shape, axes: &[isize]) -> Result<Shape, ShapeError> {
    let rank = shape.rank() + axes.len();
    if rank > MAX_RANK {
        return Err(ShapeError::new("a tensor has at most ")
            .number(MAX_RANK)
            .text(" dimensions, and ")
            .shape(shape)
            .text(" has no room for ")
            .number(axes.len())
            .text(" more; merge some with `reshape`"));
    }
    let (mut is_new, mut i) = ([false; MAX_RANK], 0);
    while i < axes.len() {
        let from_end = axes[i] < 0;
        let place = if from_end {
            axes[i].saturating_add(rank as isize)
        } else {
            axes[i]
        };
        if place < 0 || place >= rank as isize {
            return Err(ShapeError::new("a new axis ")
                .signed(axes[i])
                .text(" is out of range for ")
                .shape(shape)
                .text(" with ")
                .number(axes.len())
                .text(" more; it may be from ")
                .signed(-(rank as isize))
                .text(" to ")
                .signed(rank as isize - 1));
        }
        if is_new[place as usize] {
            return Err(ShapeError::new("the new axis ")
                .signed(axes[i])
                .text(" of ")
                .shape(shape)
                .text(" is given twice in ")
                .list(axes));
        }
        is_new[place as usize] = true;
        i += 1;
    }
    let (mut dims, mut place, mut k) = ([1; MAX_RANK], 0, 0);
    while place < rank {
        if !is_new[place] {
            dims[place] = shape.dims()[k];
            k += 1;
        }
        place += 1;
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
        match expanded(self.raw_shape(), axes.as_ref()) {
            Ok(shape) => self.reshape(shape),
            Err(error) => self.fail("expand_dims", error.into()),
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
