//! The span of the elements.

use crate::Tensor;

impl Tensor {
    /// The greatest element minus the least ("peak to peak"), a scalar.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3_i64, -1, 2]).ptp().item::<i64>()?, 4);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn ptp(&self) -> Tensor {
        (self.max() - self.min()).named("ptp", &[self])
    }

    /// The greatest element minus the least along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn ptp_axis(&self, axis: isize) -> Tensor {
        (self.max_axis(axis) - self.min_axis(axis)).named("ptp", &[self])
    }

    /// The greatest element minus the least over several axes; `keepdims` leaves them with size 1.
    #[track_caller]
    pub fn ptp_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        (self.max_axes(&axes, keepdims) - self.min_axes(&axes, keepdims)).named("ptp", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].ptp_axes([1], true) * &x[0], &[&[2, 3]]);
    }
}
