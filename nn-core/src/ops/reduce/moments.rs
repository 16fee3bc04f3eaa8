//! Mean and variance at once.

use crate::Tensor;

impl Tensor {
    /// Mean and variance over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (mean, variance) = Tensor::from([1.0_f32, 3.0]).moments([0], false);
    /// assert_eq!((mean.item::<f32>()?, variance.item::<f32>()?), (2.0, 1.0));
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn moments(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> (Tensor, Tensor) {
        (
            self.mean_axes(&axes, keepdims).named("moments", &[self]),
            self.var_axes(&axes, keepdims).named("moments", &[self]),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(
            |x| x[0].moments([1], true).1 * x[0].moments([1], true).0,
            &[&[2, 3]],
        );
    }
}
