//! NumPy's `dot`.

use crate::ops::linalg::tensordot;
use crate::{Operand, Tensor};

impl Tensor {
    /// The sum of products over the last axis of this tensor and the second to last of the other (the only one of a vector), as
    /// NumPy's and Keras's `dot`: of two vectors a number, of matrices their product. A single number multiplies.
    ///
    /// Other than [`Tensor::matmul`], leading axes of both stay: `[a, b, k] · [c, k, d]` is `[a, b, c, d]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0]);
    /// assert_eq!(x.dot(&x).item::<f32>()?, 5.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn dot(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        let product = match (self.raw_shape().rank(), other.raw_shape().rank()) {
            (0, _) | (_, 0) => self * &other,
            (_, 1) => tensordot(self, &other, [-1], [0]),
            _ => tensordot(self, &other, [-1], [-2]),
        };
        product.named("dot", &[self, &other])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn keeps_leading_axes_of_both() {
        assert_eq!(
            Tensor::ones([2, 3, 4]).dot(Tensor::ones([5, 4, 6])).shape(),
            [2, 3, 5, 6]
        );
        assert_eq!(
            Tensor::ones([2, 3])
                .dot(Tensor::ones([3]))
                .to_vec::<f32>()
                .unwrap(),
            [3.0, 3.0]
        );
        assert_eq!(
            Tensor::ones([2]).dot(3.0).to_vec::<f32>().unwrap(),
            [3.0, 3.0]
        );
        let e = Tensor::ones([2, 3])
            .dot(Tensor::ones([2, 3]))
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("cannot pair axis 1 of [2, 3] with axis 0 of [2, 3]"),
            "{e}"
        );
    }

    #[test]
    fn millions_of_products_lose_no_digits() {
        let n = 3_000_001;
        let x = Tensor::full([n], 0.1_f32);
        let product = f64::from(0.1_f32) * f64::from(0.1_f32);
        for (found, times) in [
            (x.dot(&x), 1.0),
            // Several lines beside each other, of one and the other side.
            (x.reshape([1, n]).broadcast_to([9, n]).dot(&x).mean(), 1.0),
            (x.dot(x.reshape([n, 1]).broadcast_to([n, 3])).sum(), 3.0),
        ] {
            let (found, right) = (found.to_f64().unwrap(), n as f64 * product * times);
            assert!((found / right - 1.0).abs() < 1e-5, "{found} for {right}");
        }
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].dot(&x[1]), &[&[2, 3], &[2, 3, 2]]);
    }
}
