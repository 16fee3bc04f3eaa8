//! The cross product.

use crate::ops::shape::stack;
use crate::{Error, Operand, Tensor};

impl Tensor {
    /// The vectors that stand upright on both of corresponding vectors in the last axes, which have size 3, with broadcasting of the
    /// other axes. A vector of 2 lies in the plane; of two such it is the third component alone, without the axis.
    ///
    /// Vectors in another axis are moved to the last one first ([`Tensor::moveaxis`]).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (x, y) = (Tensor::from([1.0_f32, 0.0, 0.0]), Tensor::from([0.0_f32, 1.0, 0.0]));
    /// assert_eq!(x.cross(&y).to_vec::<f32>()?, [0.0, 0.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cross(&self, other: impl Operand) -> Tensor {
        let other = other.operand(self.dtype());
        if let Some(failed) = [self, &other].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let size = |t: &Tensor| t.raw_shape().last().copied().unwrap_or(0);
        let (n, m) = (size(self), size(&other));
        if !(2..=3).contains(&n) || !(2..=3).contains(&m) {
            let message = format!(
                "cross needs vectors of 2 or 3 in the last axes, found {} and {}",
                self.raw_shape(),
                other.raw_shape()
            );
            return self.fail("cross", Error::shape(message));
        }
        let part = |t: &Tensor, i: isize| t.index_axis(-1, i);
        let area = |a: &Tensor, b: &Tensor, i: isize, j: isize| {
            part(a, i) * part(b, j) - part(a, j) * part(b, i)
        };
        let upright = area(self, &other, 0, 1);
        if n == 2 && m == 2 {
            return upright;
        }
        let solid = |t: &Tensor, n: usize| match n {
            2 => t.pad([vec![(0, 0); t.raw_shape().rank() - 1], vec![(0, 1)]].concat()),
            _ => t.clone(),
        };
        let (a, b) = (solid(self, n), solid(&other, m));
        stack([area(&a, &b, 1, 2), area(&a, &b, 2, 0), upright], -1)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn in_the_plane() {
        let (x, y) = (Tensor::from([[1_i64, 2], [3, 4]]), Tensor::from([5_i64, 6]));
        assert_eq!(x.cross(&y).to_vec::<i64>().unwrap(), [-4, -2]);
        assert_eq!(
            x.cross(Tensor::from([0_i64, 0, 1]))
                .to_vec::<i64>()
                .unwrap(),
            [2, -1, 0, 4, -3, 0]
        );
        assert!(
            x.cross(Tensor::ones([4])).error().is_some()
                && Tensor::from(1.0_f32).cross(&y).error().is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].cross(&x[1]).square(), &[&[2, 3], &[3]]);
        check_gradient(|x| x[0].cross(&x[1]).square(), &[&[2, 2], &[3]]);
    }
}
