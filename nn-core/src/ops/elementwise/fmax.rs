//! Maxima and minima that pass over NaN.

use crate::ops::elementwise::where_;
use crate::ops::elementwise::zip::promote;
use crate::{Operand, Tensor};

impl Tensor {
    /// The greater of corresponding elements, with broadcasting; of a number and NaN the number, unlike [`Tensor::maximum`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([f32::NAN, 1.0]).fmax(0.5).to_vec::<f32>()?, [0.5, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn fmax(&self, other: impl Operand) -> Tensor {
        let [a, b] = promote(self, other);
        where_(a.greater(&b).logical_or(b.isnan()), &a, &b).named("fmax", &[&a, &b])
    }

    /// The lesser of corresponding elements, with broadcasting; of a number and NaN the number, unlike [`Tensor::minimum`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([f32::NAN, 1.0]).fmin(0.5).to_vec::<f32>()?, [0.5, 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn fmin(&self, other: impl Operand) -> Tensor {
        let [a, b] = promote(self, other);
        where_(a.less(&b).logical_or(b.isnan()), &a, &b).named("fmin", &[&a, &b])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn only_two_nan_make_nan() {
        let (x, y) = (
            Tensor::from([f64::NAN, 1.0, f64::NAN]),
            Tensor::from([1.0, f64::NAN, f64::NAN]),
        );
        for z in [x.fmax(&y), x.fmin(&y)] {
            assert_eq!(z.data::<f64>()[..2], [1.0, 1.0]);
            assert!(z.data::<f64>()[2].is_nan());
        }
        assert_eq!(Tensor::from([3_i64]).fmin(2).to_vec::<i64>().unwrap(), [2]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].fmax(&x[1]) * x[0].fmin(&x[1]), &[&[3, 2], &[2]]);
    }
}
