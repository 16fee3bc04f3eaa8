//! An axis of size 1 less.

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

impl Tensor {
    /// This tensor without an axis of size 1 (counted from the end if negative); no copy is made.
    ///
    /// An axis of another size is an error. One whose size is not known yet is taken to be 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 1, 3]).squeeze(1).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Tensor {
        match output_shape(self.raw_shape(), axis) {
            Ok(shape) => self.reshape(shape),
            Err(error) => self.fail("squeeze", error.into()),
        }
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
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].squeeze(1).square(), &[&[2, 1, 3]]);
    }
}
