//! An axis of size 1 less.

use crate::{Error, Tensor, is_known};

impl Tensor {
    /// This tensor without an axis of size 1 (counted from the end if negative); no copy is made.
    ///
    /// An axis of another size is an error. One whose size is not known yet is taken to be 1.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 1, 3]).squeeze(1).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        match shape.axis(axis) {
            Err(error) => self.fail("squeeze", error),
            Ok(i) if shape[i] != 1 && is_known(shape[i]) => self.fail("squeeze", Error::shape(format!(
                "axis {axis} of {shape} has size {} and cannot be squeezed; only an axis of size 1 can",
                shape[i]
            ))),
            Ok(i) => self.reshape(shape.without(i)),
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
        let e = x.squeeze(1).ok().unwrap_err().to_string();
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
