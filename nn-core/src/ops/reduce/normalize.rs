//! Rows of length 1.

use crate::Tensor;
use crate::ops::elementwise::float;

impl Tensor {
    /// The tensor divided by its length (the norm of order 2) along the last axis, or by 1e-7 where that is less: rows of length 1, and of 0
    /// where all elements are. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[3.0_f32, 4.0], [0.0, 0.0]]).normalize();
    /// assert_eq!(x.to_vec::<f32>()?, [0.6, 0.8, 0.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn normalize(&self) -> Tensor {
        self.normalize_with(-1, 2.0)
    }

    /// As [`Tensor::normalize`] by the norm of order `order` along an axis (counted from the end if negative).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32, 4.0], [3.0, 4.0]]).normalize_with(0, 1.0);
    /// assert_eq!(x.to_vec::<f32>()?, [0.25, 0.5, 0.75, 0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn normalize_with(&self, axis: isize, order: f64) -> Tensor {
        const EPSILON: f64 = 1e-7;
        let x = float(self);
        let rows = match order == 2.0 {
            // By the root, as Keras has it, which is flat below epsilon.
            true => {
                &x * x
                    .square()
                    .sum_axes([axis], true)
                    .maximum(EPSILON * EPSILON)
                    .rsqrt()
            }
            false => &x / x.norm_order(order, axis, true).maximum(EPSILON),
        };
        rows.named("normalize", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_other_orders() {
        let x = Tensor::from([3.0_f64, -1.0]);
        assert_eq!(
            x.normalize_with(0, 1.0).to_vec::<f64>().unwrap(),
            [0.75, -0.25]
        );
        assert_eq!(x.normalize_with(0, f64::INFINITY).data::<f64>()[0], 1.0);
        assert!(x.normalize_with(1, 2.0).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].normalize(), &[&[2, 3]]);
        check_gradient(|x| x[0].normalize_with(0, 3.0), &[&[2, 3]]);
    }
}
