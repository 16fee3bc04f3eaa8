//! The greatest elements.

use crate::Tensor;
use crate::ops::index::sort::{ArgSort, positions};
use crate::ops::index::take_along::take_along;

impl Tensor {
    /// The `k` greatest elements along the last axis in descending order, and their positions (`i64`): `[.., n]` to twice `[.., k]`.
    /// Of equals the first come first; NaN counts as the greatest number. A `k` above `n` is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (values, positions) = Tensor::from([0.1_f32, 0.7, 0.2]).top_k(2);
    /// assert_eq!(values.to_vec::<f32>()?, [0.7, 0.2]);
    /// assert_eq!(positions.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn top_k(&self, k: usize) -> (Tensor, Tensor) {
        let op = ArgSort {
            descending: true,
            first: Some(k),
        };
        let positions = positions(self, op);
        (take_along(self, &positions), positions)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn takes_the_first_of_equals_and_nan() {
        let x = Tensor::from([[1.0, f32::NAN, 3.0, 3.0], [4.0, 4.0, 5.0, 4.0]]);
        let (values, positions) = x.top_k(3);
        assert_eq!(positions.to_vec::<i64>().unwrap(), [1, 2, 3, 2, 0, 1]);
        assert_eq!(values.data::<f32>()[1..], [3.0, 3.0, 5.0, 4.0, 4.0]);
        assert_eq!(x.top_k(0).0.shape(), [2, 0]);
        let e = x.top_k(5).0.into_result().unwrap_err().to_string();
        assert!(e.contains("the 5 greatest of 4 were asked for"), "{e}");
        let batch = Tensor::abstract_of([UNKNOWN, 10], DType::F32);
        assert_eq!(batch.top_k(2).0.shape().to_string(), "[_, 2]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].top_k(2).0.square(), &[&[3, 5]]);
    }
}
