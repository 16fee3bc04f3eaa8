//! The Cholesky decomposition.

use super::{
    Decomposition, decompose, decomposition_by_name, diagonal, diagonal_matrix, symmetric,
    transposed,
};
use crate::graph::op::Backward;
use crate::{Error, Result, Tensor};
use nn_kernels::linalg;

#[derive(Clone, Copy)]
struct Cholesky;

impl Decomposition for Cholesky {
    const NAME: &'static str = "cholesky";
    const COUNT: usize = 1;
    const SQUARE: bool = true;

    fn shapes(self, n: usize, _: usize) -> Vec<Vec<usize>> {
        vec![vec![n, n]]
    }

    fn of(self, a: &[f64], n: usize, _: usize) -> Result<Vec<Vec<f64>>> {
        let factor = linalg::cholesky(a, n).ok_or_else(|| {
            Error::value("cholesky: a matrix is not positive definite; add a small multiple of the identity, or use `eigh`")
        })?;
        Ok(vec![factor])
    }

    /// Murray (2016): `½ (S + Sᵀ)` with `S = L⁻ᵀ Φ(Lᵀ g) L⁻¹`, where `Φ` takes the lower triangle with half the diagonal.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let l = at.output();
        let inner = transposed(l).matmul(at.upstream().tril()).tril();
        let inner = &inner - diagonal_matrix(&diagonal(&inner)) * 0.5;
        let left = transposed(l).solve_triangular(&inner);
        let right = transposed(l).solve_triangular(transposed(&left));
        Ok(symmetric(&right))
    }
}

decomposition_by_name!("cholesky", |_| Cholesky);

impl Tensor {
    /// The Cholesky factors of symmetric positive definite matrices in the last two axes: lower triangular `L` with `L Lᵀ = A`. The mean of a
    /// matrix and its transpose is taken. One that is not positive definite is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let l = Tensor::from([[4.0_f32, 2.0], [2.0, 5.0]]).cholesky();
    /// assert_eq!(l.to_vec::<f32>()?, [2.0, 0.0, 1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky(&self) -> Tensor {
        self.cholesky_with(false)
    }

    /// As [`Tensor::cholesky`], or its transpose, upper triangular `U` with `Uᵀ U = A`, if `upper`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let u = Tensor::from([[4.0_f32, 2.0], [2.0, 5.0]]).cholesky_with(true);
    /// assert_eq!(u.to_vec::<f32>()?, [2.0, 1.0, 0.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky_with(&self, upper: bool) -> Tensor {
        let [l] = decompose(Cholesky, &symmetric(self));
        match upper && l.error().is_none() {
            true => transposed(&l),
            false => l,
        }
    }

    /// The inverses of matrices from their Cholesky factors, these: `(L Lᵀ)⁻¹`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let inverse = Tensor::from([[2.0_f32, 0.0], [0.0, 4.0]]).cholesky_inverse();
    /// assert_eq!(inverse.to_vec::<f32>()?, [0.25, 0.0, 0.0, 0.0625]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky_inverse(&self) -> Tensor {
        self.cholesky_inverse_with(false)
    }

    /// As [`Tensor::cholesky_inverse`], or `(Uᵀ U)⁻¹` if `upper`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let inverse = Tensor::from([[2.0_f32, 0.0], [0.0, 4.0]]).cholesky_inverse_with(true);
    /// assert_eq!(inverse.to_vec::<f32>()?, [0.25, 0.0, 0.0, 0.0625]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn cholesky_inverse_with(&self, upper: bool) -> Tensor {
        let l = if upper && self.raw_shape().rank() > 1 {
            transposed(self)
        } else {
            self.clone()
        };
        let n = l.raw_shape().last().copied().unwrap_or(0);
        let inverse = l.solve_triangular_with(
            Tensor::eye_of(n, n, 0, crate::ops::elementwise::float(&l).dtype()),
            true,
        );
        match inverse.error() {
            Some(_) => inverse.named("cholesky_inverse", &[self]),
            None => transposed(&inverse).matmul(&inverse),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::definite;
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn what_is_not_definite_is_refused() {
        let e = Tensor::from([[1.0, 2.0], [2.0, 1.0]])
            .cholesky()
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("not positive definite"), "{e}");
        assert!(
            Tensor::ones([2, 3]).cholesky().error().is_some()
                && Tensor::ones([2]).cholesky_with(true).error().is_some()
        );
        let a = definite(3);
        assert_close(
            &a.cholesky_with(true).cholesky_inverse_with(true),
            &a.inv(),
            1e-13,
        );
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].cholesky().square(), &[definite(3)]);
        check_gradient_at(|x| x[0].cholesky_inverse(), &[definite(2).cholesky()]);
    }
}
