//! An axis of size 1 less.

use crate::ops::reduce::reduction::{marked, reduced};
use crate::{Shape, ShapeError, Tensor, axis_of, is_known};

/// A shape without an axis of size 1.
pub(crate) const fn output_shape(shape: &Shape, axis: isize) -> Result<Shape, ShapeError> {
    let i = match axis_of("", axis, shape) {
        Ok(i) => i,
        Err(error) => return Err(error),
    };
    let size = shape.dims()[i];
    if size != 1 && is_known(size) {
        return Err(ShapeError::new("axis ")
            .signed(axis)
            .text(" of ")
            .shape(shape)
            .text(" has size ")
            .number(size)
            .text(" and cannot be squeezed; only an axis of size 1 can"));
    }
    Ok(shape.without(i))
}

/// A shape without several axes of size 1.
pub(crate) const fn without(shape: &Shape, axes: &[isize]) -> Result<Shape, ShapeError> {
    let mut i = 0;
    while i < axes.len() {
        if let Err(error) = output_shape(shape, axes[i]) {
            return Err(error);
        }
        i += 1;
    }
    match marked(shape, axes) {
        Ok(gone) => Ok(reduced(shape, &gone, false)),
        Err(error) => Err(error),
    }
}

impl Tensor {
    /// This tensor without an axis of size 1 (counted from the end if negative), or, without one, `None`, without all that are known to be
    /// of size 1; no copy is made.
    ///
    /// An axis of another size is an error. One that is named and whose size is not known yet is taken to be 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([2, 1, 3, 1]);
    /// assert_eq!(x.squeeze(1).shape(), [2, 3, 1]);
    /// assert_eq!(x.squeeze(None).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn squeeze(&self, axis: impl Into<Option<isize>>) -> Tensor {
        match axis.into() {
            Some(axis) => squeeze(self, &[axis]),
            None => {
                let sizes = self.raw_shape().iter().zip(0..);
                let ones = sizes.filter_map(|(&size, axis)| (size == 1).then_some(axis));
                squeeze(self, &ones.collect::<Vec<_>>())
            }
        }
    }

    /// As [`Tensor::squeeze`], without several axes of size 1; one that is given twice is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([1, 2, 1, 1]).squeeze_axes([0, -1]).shape(), [2, 1]);
    /// ```
    #[track_caller]
    pub fn squeeze_axes(&self, axes: impl AsRef<[isize]>) -> Tensor {
        squeeze(self, axes.as_ref())
    }
}

#[track_caller]
fn squeeze(x: &Tensor, axes: &[isize]) -> Tensor {
    match without(x.raw_shape(), axes) {
        Ok(shape) => x.reshape(shape),
        Err(error) => x.fail("squeeze", error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, UNKNOWN, testing::check_gradient};

    #[test]
    fn drops_axes_of_size_one_only() {
        let x = Tensor::abstract_of([UNKNOWN, 3, 1], DType::F32);
        assert_eq!(x.squeeze(-1).shape().to_string(), "[_, 3]");
        assert_eq!(x.squeeze(0).shape(), [3, 1]);
        let e = x.squeeze(1).into_result().unwrap_err().to_string();
        assert!(
            e.contains("axis 1 of [_, 3, 1] has size 3 and cannot be squeezed"),
            "{e}"
        );
        assert_eq!(x.squeeze(None).shape().to_string(), "[_, 3]");
        assert_eq!(x.squeeze_axes([0, 2]).shape(), [3]);
        let e = x.squeeze_axes([2, -1]).into_result().unwrap_err();
        assert!(e.to_string().contains("given twice"), "{e}");
        assert_eq!(Tensor::zeros([1, 1]).squeeze(None).shape(), []);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].squeeze(1).square(), &[&[2, 1, 3]]);
    }
}
