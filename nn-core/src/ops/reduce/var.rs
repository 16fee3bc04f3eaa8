//! Variances over axes.

use crate::ops::reduce::mean::mean;
use crate::ops::reduce::reduction::Axes;
use crate::{Tensor, no_gradient};

/// The mean squared distance from the mean.
#[track_caller]
pub(crate) fn var(x: &Tensor, axes: Axes, keepdims: bool) -> Tensor {
    // A mean of large numbers is rounded, by as much as the deviations may be. What it is off is the mean of the deviations from it, small
    // numbers again, and is taken away from them. Any center gives the same variance and gradient.
    let center = no_gradient(|| mean(x, axes.clone(), true));
    let deviations = x - center;
    let off = mean(&deviations, axes.clone(), true);
    mean(&(deviations - off).square(), axes, keepdims).named("var", &[x])
}

impl Tensor {
    /// The variance of all elements, `mean((x - mean x)²)`, divided by their number as in Keras and NumPy; a scalar.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 3.0]).var().item::<f32>()?, 1.0);
    /// # Ok::<(), nn::Error>(())
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
    /// # use nn::Tensor;
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
                .into_result()
                .unwrap_err()
                .to_string()
                .contains("axis 2 is out of range")
        );
    }

    #[test]
    fn loses_no_digits_around_a_large_mean() {
        // numpy.var of the same numbers in float64.
        let x = |start: f32| -> Vec<f32> { (0..2000).map(|i| start + (i % 7) as f32).collect() };
        for start in [0.0, 1e6, -8e6] {
            let x = Tensor::from(x(start));
            let found = x.var().item::<f32>().unwrap();
            // Some roundings of f32: of the squares, their sum, its quotient.
            assert!((found - 3.997_493_7).abs() <= 4e-6, "{start}: {found}");
            let found = x.reshape([1, 2000]).std_axis(1).data::<f32>()[0];
            assert!((found - 1.999_373_3).abs() <= 2e-6, "{start}: {found}");
        }
        let same = Tensor::full([1000], 0.1_f32);
        assert!(same.var().item::<f32>().unwrap() <= 1e-16);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].var(), &[&[2, 3]]);
        check_gradient(|x| x[0].var_axes([0, 2], true) * &x[0], &[&[2, 3, 2]]);
    }
}
