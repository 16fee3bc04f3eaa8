//! The QR decomposition.

use super::{Decomposition, decompose, decomposition_by_name, transposed};
use crate::graph::attributes::Attributes;
use crate::graph::op::Backward;
use crate::{Error, Result, Tensor};
use nn_kernels::linalg;

#[derive(Clone, Copy)]
struct Qr {
    full: bool,
}

impl Decomposition for Qr {
    const NAME: &'static str = "qr";
    const COUNT: usize = 2;
    const SQUARE: bool = false;

    fn attributes(self) -> Attributes {
        Attributes::new().with("full", &self.full)
    }

    fn shapes(self, n: usize, m: usize) -> Vec<Vec<usize>> {
        let k = if self.full { n } else { n.min(m) };
        vec![vec![n, k], vec![k, m]]
    }

    fn of(self, a: &[f64], n: usize, m: usize) -> Result<Vec<Vec<f64>>> {
        Ok(linalg::qr(a, n, m, self.full).into())
    }

    /// Walter and Lehmann (2010): `(g_Q + Q C) R⁻ᵀ` with `M = R g_Rᵀ - g_Qᵀ Q` and `C` its lower triangle mirrored.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let (q, r) = (&at.outputs[0], &at.outputs[1]);
        let shape = at.inputs[0].raw_shape();
        let (n, m) = (shape.dim(-2)?, shape.dim(-1)?);
        if n < m || self.full && n != m {
            return Err(Error::gradient(format!(
                "qr has a gradient for at least as many rows as columns and without `full`, found {shape}"
            )));
        }
        let (q_up, r_up) = (at.upstream_or_zeros(0), at.upstream_or_zeros(1).triu());
        let inner = r.matmul_transposed(&r_up) - transposed(&q_up).matmul(q);
        let mirrored = inner.tril() + transposed(&inner.tril_with(-1));
        let left = q_up + q.matmul(mirrored);
        Ok(transposed(&r.solve_triangular(transposed(&left))))
    }
}

decomposition_by_name!("qr", |a| Qr {
    full: a.get("full")?
});

impl Tensor {
    /// The QR decomposition of matrices `[.., n, m]`: `Q` with orthonormal columns and upper triangular `R` with `Q R = A`, `[.., n, k]` and
    /// `[.., k, m]` with `k = min(n, m)`. The gradient needs at least as many rows as columns.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let a = Tensor::from([[1.0_f64, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let (q, r) = a.qr();
    /// assert_close(&q.matmul(r), &a, 1e-14);
    /// ```
    #[track_caller]
    pub fn qr(&self) -> (Tensor, Tensor) {
        self.qr_with(false)
    }

    /// As [`Tensor::qr`], with `k = n` if `full` (Keras's mode `complete`).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (q, r) = Tensor::from([[3.0_f64], [4.0]]).qr_with(true);
    /// assert_eq!((q.shape(), r.shape()), ([2, 2].into(), [2, 1].into()));
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn qr_with(&self, full: bool) -> (Tensor, Tensor) {
        let [q, r] = decompose(Qr { full }, self);
        (q, r)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn full_and_wide() {
        for shape in [[3, 2], [2, 3]] {
            for full in [false, true] {
                let a = numbers(&shape);
                let (q, r) = a.qr_with(full);
                assert_close(&q.matmul(&r), &a, 1e-14);
                assert_eq!(q.shape(), [shape[0], if full { shape[0] } else { 2 }]);
            }
        }
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].qr().0, &[numbers(&[3, 2])]);
        check_gradient_at(|x| x[0].qr().1, &[numbers(&[3, 3])]);
    }

    #[test]
    fn gradient_of_a_batch() {
        check_gradient_at(|x| x[0].qr().0, &[numbers(&[2, 3, 2])]);
    }
}
