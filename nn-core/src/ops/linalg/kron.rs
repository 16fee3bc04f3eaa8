//! The Kronecker product.

use crate::{Operand, Tensor};

impl Tensor {
    /// Every element times the whole other tensor, as blocks: `[a, b]` and `[c, d]` to `[a · c, b · d]`. The tensor of fewer axes gets
    /// axes of size 1 in front.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([1_i64, 10]).kron(Tensor::from([1_i64, 2, 3]));
    /// assert_eq!(y.to_vec::<i64>()?, [1, 2, 3, 10, 20, 30]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn kron(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        if let Some(failed) = [self, &other].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (a, b) = (self.raw_shape(), other.raw_shape());
        let rank = a.rank().max(b.rank());
        let aligned = |s: &crate::Shape| [vec![1; rank - s.rank()], s.to_vec()].concat();
        let (a, b) = (aligned(a), aligned(b));
        // One axis of both after the other, then merged.
        let of = |dims: &[usize], own: bool| -> Vec<usize> {
            dims.iter()
                .flat_map(|&d| if own { [d, 1] } else { [1, d] })
                .collect()
        };
        let merged: Vec<usize> = a
            .iter()
            .zip(&b)
            .map(|(&n, &m)| crate::Shape::new(&[n, m]).num_elements())
            .collect();
        (self.reshape(of(&a, true)) * other.reshape(of(&b, false))).reshape(merged)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_other_ranks() {
        let y = Tensor::from([[1_i64, 2], [3, 4]]).kron(Tensor::from([1_i64, 10]));
        assert_eq!(y.shape(), [2, 4]);
        assert_eq!(y.to_vec::<i64>().unwrap(), [1, 10, 2, 20, 3, 30, 4, 40]);
        assert_eq!(
            Tensor::from([2_i64, 3]).kron(2).to_vec::<i64>().unwrap(),
            [4, 6]
        );
        // Five axes of both would be ten.
        assert!(
            Tensor::ones([1, 1, 1, 1, 1])
                .kron(Tensor::ones([2]))
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].kron(&x[1]).square(), &[&[2, 2], &[1, 2]]);
    }
}
