//! Where the least element along an axis is.

use crate::Tensor;
use crate::ops::reduce::max_min::position;
use nn_kernels::reduce::Kind;

impl Tensor {
    /// The index (`i64`) of the least element along an axis (counted from the end if negative), which is dropped: the first
    /// of equals, and of the first NaN if there is one, as in NumPy. Along an empty axis it is an error.
    /// Without an axis, `None`, it is the index among all elements one after the other.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let scores = Tensor::from([[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]]);
    /// assert_eq!(scores.argmin(-1).to_vec::<i64>()?, [0, 2]);
    /// assert_eq!(scores.argmin(None).item::<i64>()?, 0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argmin(&self, axis: impl Into<Option<isize>>) -> Tensor {
        position("argmin", Kind::Min, self, axis.into(), false)
    }

    /// As [`Tensor::argmin`], with the axis left with size 1, all of them without one: what [`Tensor::take_along_axis`] takes.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let scores = Tensor::from([[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]]);
    /// let place = scores.argmin_keepdims(-1);
    /// assert_eq!(place.shape(), [2, 1]);
    /// assert_eq!(scores.take_along_axis(&place, -1).to_vec::<f32>()?, [0.1, 0.1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argmin_keepdims(&self, axis: impl Into<Option<isize>>) -> Tensor {
        position("argmin", Kind::Min, self, axis.into(), true)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axis_of_any_type() {
        let x = Tensor::from([[3_u8, 9], [7, 9], [7, 1]]);
        assert_eq!(x.argmin(0).to_vec::<i64>().unwrap(), [0, 2]);
        assert_eq!(x.argmin(1).to_vec::<i64>().unwrap(), [0, 0, 1]);
        let nan = Tensor::from([1.0, f32::NAN, 9.0, f32::NAN, 0.0]);
        assert_eq!(nan.argmin(0).item::<i64>().unwrap(), 1);
        let e = Tensor::zeros([2, 0])
            .argmin(1)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the argmin of no elements"), "{e}");
        assert!(x.argmin(2).error().is_some());
        assert_eq!(x.argmin(None).item::<i64>().unwrap(), 5);
        let axis: Option<isize> = None;
        assert_eq!(Tensor::from(1.0_f32).argmin(axis).item::<i64>().unwrap(), 0);
        assert!(Tensor::zeros([0]).argmin(None).error().is_some());
        assert_eq!(x.argmin_keepdims(0).shape(), [1, 2]);
        assert_eq!(x.argmin_keepdims(None).shape(), [1, 1]);
        let places = x.argmin_keepdims(-1);
        assert_eq!(places.shape(), [3, 1]);
        assert_eq!(places.data::<i64>(), x.argmin(-1).data::<i64>());
    }
}
