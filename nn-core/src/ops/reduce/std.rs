//! Standard deviations over axes.

use crate::Tensor;
use crate::ops::reduce::reduction::Axes;
use crate::ops::reduce::var::var;

impl Tensor {
    /// The standard deviation of all elements, the root of [`Tensor::var`]; a scalar.
    ///
    /// Its gradient is NaN where all elements are the same, as in Keras.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 5.0]).std().item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn std(&self) -> Tensor {
        var(self, Axes::All, false).sqrt()
    }

    /// The standard deviation over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn std_axis(&self, axis: isize) -> Tensor {
        var(self, Axes::of([axis]), false).sqrt()
    }

    /// The standard deviation over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).std_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn std_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        var(self, Axes::of(axes), keepdims).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].std(), &[&[2, 3]]);
        check_gradient(|x| x[0].std_axes([1], true) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].std_axis(0), &[&[3, 2]]);
    }
}
