//! Sums of products of vectors.

use crate::ops::linalg::tensordot;
use crate::{Operand, Tensor};

impl Tensor {
    /// The sum of products over the last axes of both: `[a, k]` and `[b, k]` give `[a, b]`, two vectors a number. A single number
    /// multiplies.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]).inner(Tensor::from([1.0_f32, 1.0]));
    /// assert_eq!(y.to_vec::<f32>()?, [3.0, 7.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn inner(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        let product = match (self.raw_shape().rank(), other.raw_shape().rank()) {
            (0, _) | (_, 0) => self * &other,
            _ => tensordot(self, &other, [-1], [-1]),
        };
        product.named("inner", &[self, &other])
    }

    /// The sum of products of all elements of both, flattened, of which there are equally many; a scalar.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.vdot(&x).item::<f32>()?, 30.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn vdot(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        if let Some(failed) = [self, &other].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let flat = |t: &Tensor| t.reshape([t.raw_shape().num_elements()]);
        flat(self)
            .inner(flat(&other))
            .named("vdot", &[self, &other])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_odd_shapes() {
        assert_eq!(
            Tensor::ones([2, 3, 4]).inner(Tensor::ones([5, 4])).shape(),
            [2, 3, 5]
        );
        assert_eq!(
            Tensor::ones([2]).inner(2.0).to_vec::<f32>().unwrap(),
            [2.0, 2.0]
        );
        let y = Tensor::from([1.0_f32, 2.0]).vdot(Tensor::from([[3.0_f32], [4.0]]));
        assert_eq!(y.item::<f32>().unwrap(), 11.0);
        assert!(Tensor::ones([2]).vdot(Tensor::ones([3])).error().is_some());
        assert!(Tensor::ones([2]).inner(Tensor::ones([3])).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].inner(&x[1]).square(), &[&[2, 3], &[2, 3]]);
        check_gradient(|x| x[0].vdot(&x[1]).square(), &[&[2, 3], &[3, 2]]);
    }
}
