//! Pseudo-inverses, least squares and ranks.

use super::{Decomposition, decompose, decomposition_by_name, transposed};
use crate::graph::attributes::Attributes;
use crate::graph::op::Backward;
use crate::ops::elementwise::float;
use crate::{DType, Error, Operand, Result, Tensor};
use nn_kernels::{linalg, memory};

/// Singular values up to `rcond` times the greatest count as 0.
#[derive(Clone, Copy)]
struct Pinv {
    rcond: f64,
}

impl Decomposition for Pinv {
    const NAME: &'static str = "pinv";
    const COUNT: usize = 1;
    const SQUARE: bool = false;

    fn attributes(self) -> Attributes {
        Attributes::new().with("rcond", &self.rcond)
    }

    fn shapes(self, n: usize, m: usize) -> Vec<Vec<usize>> {
        vec![vec![m, n]]
    }

    fn of(self, a: &[f64], n: usize, m: usize) -> Result<Vec<Vec<f64>>> {
        let found = linalg::svd(a, n, m, false);
        let [u, s, vt] =
            found.ok_or_else(|| Error::value("pinv: a matrix has elements that are not finite"))?;
        let (k, limit) = (n.min(m), s.first().copied().unwrap_or(0.0) * self.rcond);
        let mut inverse = memory::filled(0.0, m * n);
        for (l, &value) in s.iter().enumerate().filter(|(_, value)| **value > limit) {
            for i in 0..m {
                let scaled = vt[l * m + i] / value;
                (0..n).for_each(|j| inverse[i * n + j] += scaled * u[j * k + l]);
            }
        }
        Ok(vec![inverse])
    }

    /// Golub and Pereyra (1973), for changes that leave the rank as it is.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let (a, p, up) = (&at.inputs[0], at.output(), at.upstream());
        let (pt, ut) = (transposed(p), transposed(up));
        let left = &ut - a.matmul(p).matmul(&ut);
        let right = &ut - ut.matmul(p).matmul(a);
        Ok(left.matmul(p).matmul(&pt) + pt.matmul(p).matmul(right) - pt.matmul(up).matmul(&pt))
    }
}

decomposition_by_name!("pinv", |a| Pinv {
    rcond: a.get("rcond")?
});

/// The rounding of the type, times the greater side.
fn default_rcond(a: &Tensor, times: f64) -> f64 {
    let epsilon = match a.dtype() {
        DType::F64 => f64::EPSILON,
        DType::F32 | DType::I64 | DType::U8 | DType::Bool => f64::from(f32::EPSILON),
    };
    let greater = a
        .raw_shape()
        .iter()
        .rev()
        .take(2)
        .max()
        .copied()
        .unwrap_or(1);
    times * greater as f64 * epsilon
}

impl Tensor {
    /// The pseudo-inverses (Moore and Penrose) of matrices `[.., n, m]`, `[.., m, n]`. Singular values up to `10 · max(n, m)` times the
    /// rounding of the type times the greatest count as 0.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let p = Tensor::from([[2.0_f64, 0.0], [0.0, 0.0]]).pinv();
    /// assert_close(&p, &Tensor::from([[0.5_f64, 0.0], [0.0, 0.0]]), 1e-14);
    /// ```
    #[track_caller]
    pub fn pinv(&self) -> Tensor {
        self.pinv_with(default_rcond(&float(self), 10.0))
    }

    /// As [`Tensor::pinv`], where singular values up to `rcond` times the greatest count as 0.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let p = Tensor::from([[2.0_f64, 0.0], [0.0, 0.1]]).pinv_with(0.1);
    /// assert_close(&p, &Tensor::from([[0.5_f64, 0.0], [0.0, 0.0]]), 1e-14);
    /// ```
    #[track_caller]
    pub fn pinv_with(&self, rcond: f64) -> Tensor {
        let [inverse] = decompose(Pinv { rcond }, &float(self));
        inverse
    }

    /// The `x` for which `A x` comes nearest to `b`, of several the shortest, where `A` is this matrix `[n, m]` and `b` `[n]` or `[n, k]`.
    /// Singular values up to `max(n, m)` times the rounding of the type times the greatest count as 0.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// // The line through three points that comes nearest to them.
    /// let a = Tensor::from([[0.0_f64, 1.0], [1.0, 1.0], [2.0, 1.0]]);
    /// let x = a.lstsq(Tensor::from([1.0_f64, 3.0, 5.0]));
    /// assert_close(&x, &Tensor::from([2.0_f64, 1.0]), 1e-13);
    /// ```
    #[track_caller]
    pub fn lstsq(&self, b: impl Operand) -> Tensor {
        self.lstsq_with(b, default_rcond(&float(self), 1.0))
    }

    /// As [`Tensor::lstsq`], where singular values up to `rcond` times the greatest count as 0.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let x = Tensor::from([[2.0_f64, 0.0], [0.0, 0.1]]).lstsq_with(Tensor::from([1.0_f64, 1.0]), 0.1);
    /// assert_close(&x, &Tensor::from([0.5_f64, 0.0]), 1e-14);
    /// ```
    #[track_caller]
    pub fn lstsq_with(&self, b: impl Operand, rcond: f64) -> Tensor {
        let a = float(self);
        let b = float(&b.operand(a.dtype()));
        a.pinv_with(rcond).matmul(&b).named("lstsq", &[&a, &b])
    }

    /// The ranks (`i64`) of matrices `[.., n, m]`: how many singular values are above `max(n, m)` times the rounding of the type times the
    /// greatest.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1.0_f32, 2.0], [2.0, 4.0]]).matrix_rank().item::<i64>()?, 1);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn matrix_rank(&self) -> Tensor {
        let a = float(self);
        let (_, s, _) = a.svd_with(false);
        let tol = s.max_axes([-1], true) * default_rcond(&a, 1.0);
        s.greater(tol).sum_axis(-1).named("matrix_rank", &[self])
    }

    /// As [`Tensor::matrix_rank`], the singular values that are above `tol`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[1.0_f32, 0.0], [0.0, 0.1]]).matrix_rank_with(0.5).item::<i64>()?, 1);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn matrix_rank_with(&self, tol: f64) -> Tensor {
        let (_, s, _) = self.svd_with(false);
        s.greater(tol).sum_axis(-1).named("matrix_rank", &[self])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn wide_tall_and_of_lower_rank() {
        for shape in [[2, 3, 2], [2, 2, 3]] {
            let a = numbers(&shape);
            assert_close(&a.matmul(a.pinv()).matmul(&a), &a, 1e-13);
            assert_eq!(a.matrix_rank().to_vec::<i64>().unwrap(), [2, 2]);
        }
        assert_eq!(
            Tensor::zeros([3, 3]).matrix_rank().item::<i64>().unwrap(),
            0
        );
        assert_eq!(
            numbers(&[3, 3])
                .matrix_rank_with(1e9)
                .item::<i64>()
                .unwrap(),
            0
        );
        assert!(numbers(&[3, 2]).lstsq(numbers(&[2])).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].pinv(), &[numbers(&[3, 2])]);
        check_gradient_at(|x| x[0].pinv(), &[numbers(&[2, 3])]);
        check_gradient_at(|x| x[0].lstsq(&x[1]), &[numbers(&[3, 2]), numbers(&[3])]);
    }

    #[test]
    fn of_numbers_of_any_size() {
        let a = Tensor::from([[1.0_f64, 2.0], [2.0, 5.0]]);
        for power in [-1000, -665, -530, -310, 0, 310, 500, 530, 1000] {
            let scale = 2f64.powi(power);
            let close = |found: Tensor, expected: &[f64]| {
                let found = found.to_vec::<f64>().unwrap();
                let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12;
                assert!(
                    found.iter().zip(expected).all(near) && found.len() == expected.len(),
                    "2^{power}: {found:?}, expected {expected:?}"
                );
            };
            let x = &a * scale;
            let (_, s, _) = x.svd_with(false);
            let values = [3.0 + 8f64.sqrt(), 3.0 - 8f64.sqrt()];
            close(s / scale, &values);
            close(x.eigh().0 / scale, &[values[1], values[0]]);
            close(x.pinv() * scale, &[5.0, -2.0, -2.0, 1.0]);
            let (q, r) = x.qr();
            close(q.matmul(&r) / scale, &[1.0, 2.0, 2.0, 5.0]);
            close(r.tril_with(-1), &[0.0; 4]);
            assert_eq!(x.matrix_rank().item::<i64>().unwrap(), 2);
        }
    }
}
