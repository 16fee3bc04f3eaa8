//! Rows of length 1.

use crate::Tensor;
use crate::ops::elementwise::float;

impl Tensor {
    /// The tensor divided by the norm of order `order` along an axis (counted from the end if negative), or by 1e-7 where that is less:
    /// rows of length 1, and of 0 where all elements are. Integers are taken as `f32`. Keras's defaults are `normalize(-1, 2.0)`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[3.0_f32, 4.0], [0.0, 0.0]]).normalize(-1, 2.0);
    /// assert_eq!(x.to_vec::<f32>()?, [0.6, 0.8, 0.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn normalize(&self, axis: isize, order: f64) -> Tensor {
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
        assert_eq!(x.normalize(0, 1.0).to_vec::<f64>().unwrap(), [0.75, -0.25]);
        assert_eq!(x.normalize(0, f64::INFINITY).data::<f64>()[0], 1.0);
        assert!(x.normalize(1, 2.0).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].normalize(-1, 2.0), &[&[2, 3]]);
        check_gradient(|x| x[0].normalize(0, 3.0), &[&[2, 3]]);
    }
}
