//! An axis backwards.

use crate::Tensor;

impl Tensor {
    /// The tensor with an axis (counted from the end if negative) in reverse order.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).flip(0).to_vec::<i64>()?, [3, 2, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "flipud")]
    #[track_caller]
    pub fn flip(&self, axis: isize) -> Tensor {
        self.slice_step(axis, .., -1)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn flips_any_axis() {
        let x = Tensor::arange(4).reshape([2, 2]);
        assert_eq!(x.flip(-1).to_vec::<i64>().unwrap(), [1, 0, 3, 2]);
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.flip(0).shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].flip(1) * &x[0], &[&[2, 3]]);
    }
}
