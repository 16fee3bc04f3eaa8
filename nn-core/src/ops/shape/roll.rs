//! An axis shifted around.

use crate::ops::shape::concatenate;
use crate::{Tensor, is_known};

impl Tensor {
    /// The elements of an axis (counted from the end if negative) moved `shift` places on, or back if negative; what leaves at one end
    /// comes in at the other.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).roll(1, 0).to_vec::<i64>()?, [3, 1, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn roll(&self, shift: isize, axis: isize) -> Tensor {
        let shape = *self.raw_shape();
        let n = match shape.axis(axis) {
            Ok(i) => shape[i],
            Err(error) => return self.fail("roll", error),
        };
        // A size that is not known yet is taken for one of more than the shift; a graph that runs with another refuses it.
        let shift = match is_known(n) {
            true => shift.rem_euclid((n as isize).max(1)),
            false => shift,
        };
        match shift {
            0 => self.clone(),
            shift => concatenate(
                [
                    self.slice_axis(axis, -shift..),
                    self.slice_axis(axis, ..-shift),
                ],
                axis,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn rolls_around() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(x.roll(-1, 1).to_vec::<i64>().unwrap(), [1, 2, 0, 4, 5, 3]);
        assert_eq!(x.roll(7, -1).to_vec::<i64>().unwrap(), [2, 0, 1, 5, 3, 4]);
        assert_eq!(Tensor::zeros([0]).roll(3, 0).shape(), [0]);
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.roll(100, 0).shape().to_string(), "[_, 3]");
        assert_eq!(x.roll(-2, 0).shape().to_string(), "[_, 3]");
        assert!(x.roll(1, 2).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].roll(2, 1) * &x[0], &[&[2, 3]]);
    }
}
