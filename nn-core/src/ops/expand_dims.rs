//! A new axis of size 1.

use crate::{Error, Tensor};

impl Tensor {
    /// A new axis of size 1 at `axis` of the result (counted from the end if negative); no copy is made.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let x = Tensor::zeros([2, 3]);
    /// assert_eq!(x.expand_dims(0).shape(), [1, 2, 3]);
    /// assert_eq!(x.expand_dims(-1).shape(), [2, 3, 1]);
    /// ```
    #[track_caller]
    pub fn expand_dims(&self, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        let rank = shape.rank() as isize + 1;
        if !(-rank..rank).contains(&axis) {
            return self.fail(
                "expand_dims",
                Error::shape(format!(
                    "a new axis {axis} is out of range for {shape}; it may be from {} to {}",
                    -rank,
                    rank - 1
                )),
            );
        }
        match shape.insert(axis.rem_euclid(rank) as usize, 1) {
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
        let e = x.expand_dims(3).ok().unwrap_err().to_string();
        assert!(
            e.contains("a new axis 3 is out of range for [_, 3]; it may be from -3 to 2"),
            "{e}"
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].expand_dims(1).square(), &[&[2, 3]]);
    }
}
