//! The singular value decomposition.

use super::eigh::gaps;
use super::{Decomposition, decompose, decomposition_by_name, diagonal_matrix, transposed};
use crate::graph::attributes::Attributes;
use crate::graph::op::Backward;
use crate::{Error, Result, Tensor};
use nn_kernels::linalg;

#[derive(Clone, Copy)]
struct Svd {
    full: bool,
}

impl Decomposition for Svd {
    const NAME: &'static str = "svd";
    const COUNT: usize = 3;
    const SQUARE: bool = false;

    fn attributes(self) -> Attributes {
        Attributes::new().with("full", &self.full)
    }

    fn shapes(self, n: usize, m: usize) -> Vec<Vec<usize>> {
        let k = n.min(m);
        let (u, v) = if self.full { (n, m) } else { (k, k) };
        vec![vec![n, u], vec![k], vec![v, m]]
    }

    fn of(self, a: &[f64], n: usize, m: usize) -> Result<Vec<Vec<f64>>> {
        let found = linalg::svd(a, n, m, self.full);
        Ok(found
            .ok_or_else(|| Error::value("svd: a matrix has elements that are not finite"))?
            .into())
    }

    /// Townsend (2016), with the inverse gaps `F` of the squared singular values.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let (u, s, vt) = (&at.outputs[0], &at.outputs[1], &at.outputs[2]);
        let shape = at.inputs[0].raw_shape();
        let vectors = at.upstreams[0].is_some() || at.upstreams[2].is_some();
        if self.full && vectors && shape.dim(-1)? != shape.dim(-2)? {
            return Err(Error::gradient(
                "the vectors of svd have a gradient without `full` only".to_string(),
            ));
        }
        if !vectors {
            // Those that `full` adds do not matter.
            let k = s.raw_shape().dim(-1)?;
            let (u, vt) = (u.slice_axis(-1, 0..k), vt.slice_axis(-2, 0..k));
            return Ok((u * at.upstream_or_zeros(1).expand_dims(-2)).matmul(vt));
        }
        let (u_up, v_up) = (
            at.upstream_or_zeros(0),
            transposed(&at.upstream_or_zeros(2)),
        );
        let v = transposed(vt);
        let f = gaps(&s.square());
        let (across, down) = (s.expand_dims(-2), s.expand_dims(-1));
        let j = &f * transposed(u).matmul(&u_up);
        let k = &f * vt.matmul(&v_up);
        let inner = (&j + transposed(&j)) * &across
            + (&k + transposed(&k)) * &down
            + diagonal_matrix(&at.upstream_or_zeros(1));
        let mut gradient = u.matmul(inner).matmul(vt);
        // What leaves the space of the vectors.
        let per_s = s.reciprocal().expand_dims(-2);
        let u_out = &u_up - u.matmul(transposed(u).matmul(&u_up));
        gradient += (u_out * &per_s).matmul(vt);
        let v_out = &v_up - v.matmul(vt.matmul(&v_up));
        Ok(gradient + (u * per_s).matmul_transposed(v_out))
    }
}

decomposition_by_name!("svd", |a| Svd {
    full: a.get("full")?
});

impl Tensor {
    /// The singular value decomposition of matrices `[.., n, m]`: `U`, the singular values `s`, descending, and `Vᵀ`, `[.., n, n]`, `[.., k]`
    /// and `[.., m, m]` with `k = min(n, m)`. Vectors are determined up to their sign. Their gradient needs [`Tensor::svd_with`] and
    /// different singular values.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let (_, s, _) = Tensor::from([[3.0_f64, 0.0], [0.0, -4.0]]).svd();
    /// assert_close(&s, &Tensor::from([4.0_f64, 3.0]), 1e-14);
    /// ```
    #[track_caller]
    pub fn svd(&self) -> (Tensor, Tensor, Tensor) {
        self.svd_with(true)
    }

    /// As [`Tensor::svd`], unless `full` without the vectors that belong to no singular value: `[.., n, k]`, `[.., k]` and `[.., k, m]`, with
    /// `U diag(s) Vᵀ = A`.
    ///
    /// ```
    /// # use nn::{Tensor, testing::assert_close};
    /// let a = Tensor::from([[3.0_f64, 0.0], [0.0, -4.0], [1.0, 1.0]]);
    /// let (u, s, vt) = a.svd_with(false);
    /// assert_close(&(u * s).matmul(vt), &a, 1e-14);
    /// ```
    #[track_caller]
    pub fn svd_with(&self, full: bool) -> (Tensor, Tensor, Tensor) {
        let [u, s, vt] = decompose(Svd { full }, self);
        (u, s, vt)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn products_and_errors() {
        for shape in [[3, 2], [2, 3]] {
            let a = numbers(&shape);
            let (u, s, vt) = a.svd_with(false);
            assert_close(&(&u * s).matmul(vt), &a, 1e-14);
            let (u, _, vt) = a.svd();
            assert_eq!(
                (u.shape(), vt.shape()),
                ([shape[0]; 2].into(), [shape[1]; 2].into())
            );
        }
        assert!(
            Tensor::from([[f64::INFINITY]])
                .svd_with(false)
                .1
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        for shape in [[3, 2], [2, 3], [2, 2]] {
            check_gradient_at(|x| x[0].svd_with(false).1.square(), &[numbers(&shape)]);
            check_gradient_at(|x| x[0].svd_with(false).0.square(), &[numbers(&shape)]);
            check_gradient_at(|x| x[0].svd_with(false).2.square(), &[numbers(&shape)]);
        }
    }
}
