//! Products of all pairs.

use crate::{Operand, Tensor};

impl Tensor {
    /// The product of every element with every element of the other, both flattened: `[m]` and `[n]` to `[m, n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let table = Tensor::from([1_i64, 2]).outer(Tensor::from([3_i64, 4]));
    /// assert_eq!(table.to_vec::<i64>()?, [3, 4, 6, 8]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn outer(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        if let Some(failed) = [self, &other].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (m, n) = (
            self.raw_shape().num_elements(),
            other.raw_shape().num_elements(),
        );
        self.reshape([m, 1]) * other.reshape([1, n])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn flattens_both() {
        assert_eq!(
            Tensor::ones([2, 3]).outer(Tensor::ones([4])).shape(),
            [6, 4]
        );
        let x = Tensor::abstract_of([UNKNOWN], DType::F32);
        assert_eq!(x.outer(Tensor::ones([4])).shape().to_string(), "[_, 4]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].outer(&x[1]), &[&[2], &[3]]);
    }
}
