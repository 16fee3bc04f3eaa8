//! Eigenvalues of symmetric matrices.

use super::{
    Decomposition, decompose, decomposition_by_name, diagonal_matrix, symmetric, transposed,
};
use crate::graph::op::Backward;
use crate::ops::elementwise::where_;
use crate::{DType, Error, Result, Tensor};
use nn_kernels::linalg;

#[derive(Clone, Copy)]
struct Eigh;

/// `1 / (dⱼ - dᵢ)`, and 0 on the diagonal: what vectors turn by where a matrix changes.
#[track_caller]
pub(super) fn gaps(d: &Tensor) -> Tensor {
    let n = d.raw_shape().last().copied().unwrap_or(0);
    let same = Tensor::eye_of(n, n, 0, DType::Bool);
    let gaps = d.expand_dims(-2) - d.expand_dims(-1);
    where_(&same, 0.0, where_(&same, 1.0, gaps).reciprocal())
}

impl Decomposition for Eigh {
    const NAME: &'static str = "eigh";
    const COUNT: usize = 2;
    const SQUARE: bool = true;

    fn shapes(self, n: usize, _: usize) -> Vec<Vec<usize>> {
        vec![vec![n], vec![n, n]]
    }

    fn of(self, a: &[f64], n: usize, _: usize) -> Result<Vec<Vec<f64>>> {
        let found = linalg::eigh(a, n)
            .ok_or_else(|| Error::value("eigh: a matrix has elements that are not finite"))?;
        Ok(found.into())
    }

    /// `V (diag(g_w) + F ∘ (Vᵀ g_V)) Vᵀ`, where `F` are the inverse gaps of the eigenvalues.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let (w, v) = (&at.outputs[0], &at.outputs[1]);
        let mut inner = diagonal_matrix(&at.upstream_or_zeros(0));
        if let Some(upstream) = &at.upstreams[1] {
            inner += gaps(w) * transposed(v).matmul(upstream);
        }
        Ok(symmetric(&v.matmul(inner).matmul_transposed(v)))
    }
}

decomposition_by_name!("eigh", |_| Eigh);

impl Tensor {
    /// The eigenvalues of symmetric matrices in the last two axes, ascending `[.., n]`, and their eigenvectors in columns `[.., n, n]`, each
    /// up to its sign. The mean of a matrix and its transpose is taken. The gradient of the vectors is no number where two eigenvalues are
    /// the same.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let (values, _) = Tensor::from([[2.0_f64, 1.0], [1.0, 2.0]]).eigh();
    /// assert_close(&values, &Tensor::from([1.0_f64, 3.0]), 1e-14);
    /// ```
    #[track_caller]
    pub fn eigh(&self) -> (Tensor, Tensor) {
        let [values, vectors] = decompose(Eigh, &symmetric(self));
        (values, vectors)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{definite, numbers};
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn vectors_and_errors() {
        let a = definite(3);
        let (w, v) = a.eigh();
        assert_close(&a.matmul(&v), &(&v * w), 1e-13);
        assert!(Tensor::from([[f64::NAN]]).eigh().0.error().is_some());
        assert!(numbers(&[2, 3]).eigh().1.error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].eigh().0.square(), &[definite(3)]);
        check_gradient_at(|x| x[0].eigh().1.square(), &[definite(3)]);
    }
}
