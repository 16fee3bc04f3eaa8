//! Variances over axes.

use crate::Tensor;
use crate::ops::reduce::mean::mean;
use crate::ops::reduce::reduction::Axes;

/// The mean squared distance from the mean.
#[track_caller]
pub(crate) fn var(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    let center = mean(x, axes.clone(), true);
    mean(&(x - center).square(), axes, keepdims)
}

impl Tensor {
    /// The variance of all elements, `mean((x - mean x)²)`, divided by their number as in Keras and NumPy; a scalar.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 3.0]).var().item::<f32>()?, 1.0);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn var(&self) -> Tensor {
        var(self, Axes::All, false)
    }

    /// The variance over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn var_axis(&self, axis: isize) -> Tensor {
        var(self, Axes::of([axis]), false)
    }

    /// The variance over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).var_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn var_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        var(self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn divides_by_the_number_of_elements() {
        let x = Tensor::from([[1_i64, 2, 6], [4, 4, 4]]);
        // Means 3 and 4, squared distances 4 + 1 + 9 and 0; 14 / 3 rounds as in f32.
        assert_eq!(x.var_axis(-1).to_vec::<f32>().unwrap(), [14.0 / 3.0, 0.0]);
        assert!(
            Tensor::from([1.0, f32::NAN])
                .var()
                .item::<f32>()
                .unwrap()
                .is_nan()
        );
        assert!(
            x.var_axis(2)
                .ok()
                .unwrap_err()
                .to_string()
                .contains("axis 2 is out of range")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].var(), &[&[2, 3]]);
        check_gradient(|x| x[0].var_axes([0, 2], true) * &x[0], &[&[2, 3, 2]]);
    }
}
