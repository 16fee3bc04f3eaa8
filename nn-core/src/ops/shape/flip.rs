//! An axis backwards.

use crate::Tensor;
use crate::ops::reduce::reduction::Axes;

impl Tensor {
    /// The tensor with an axis (counted from the end if negative) in reverse order; all axes without one, `None`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).flip(0).to_vec::<i64>()?, [3, 2, 1]);
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).flip(None).to_vec::<i64>()?, [4, 3, 2, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "flipud")]
    #[track_caller]
    pub fn flip(&self, axis: impl Into<Option<isize>>) -> Tensor {
        match axis.into() {
            Some(axis) => flip(self, &[axis]),
            None => flip(
                self,
                &(0..self.raw_shape().rank() as isize).collect::<Vec<_>>(),
            ),
        }
    }

    /// As [`Tensor::flip`], several axes; one that is given twice is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]);
    /// assert_eq!(x.flip_axes([0, 1]).to_vec::<i64>()?, [4, 3, 2, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn flip_axes(&self, axes: impl AsRef<[isize]>) -> Tensor {
        flip(self, axes.as_ref())
    }
}

#[track_caller]
fn flip(x: &Tensor, axes: &[isize]) -> Tensor {
    if let Err(error) = Axes::of(axes).mask(x.raw_shape()) {
        return x.fail("flip", error);
    }
    let flipped = |x: Tensor, &axis: &isize| x.slice_step(axis, .., -1);
    axes.iter().fold(x.clone(), flipped)
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn flips_any_axis() {
        let x = Tensor::arange(4).reshape([2, 2]);
        assert_eq!(x.flip(-1).to_vec::<i64>().unwrap(), [1, 0, 3, 2]);
        assert_eq!(x.flip(None).to_vec::<i64>().unwrap(), [3, 2, 1, 0]);
        assert_eq!(x.flip_axes([-1]).to_vec::<i64>().unwrap(), [1, 0, 3, 2]);
        assert_eq!(x.flip_axes([0, 1]).to_vec::<i64>().unwrap(), [3, 2, 1, 0]);
        assert_eq!(x.flip_axes([]).to_vec::<i64>().unwrap(), [0, 1, 2, 3]);
        let e = x.flip_axes([0, -2]).into_result().unwrap_err().to_string();
        assert!(e.contains("given twice") && e.contains("in `flip`"), "{e}");
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.flip(0).shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].flip(1) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].flip(None) * &x[0], &[&[2, 3]]);
    }
}
