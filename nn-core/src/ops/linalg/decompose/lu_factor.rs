//! The LU decomposition.

use super::{Decomposition, decompose, decomposition_by_name, transposed};
use crate::graph::op::Backward;
use crate::{DType, Result, Tensor};
use nn_kernels::{linalg, memory};

#[derive(Clone, Copy)]
struct LuFactor;

impl Decomposition for LuFactor {
    const NAME: &'static str = "lu_factor";
    const COUNT: usize = 2;
    const SQUARE: bool = true;

    fn shapes(self, n: usize, _: usize) -> Vec<Vec<usize>> {
        vec![vec![n, n], vec![n]]
    }

    fn of(self, a: &[f64], n: usize, _: usize) -> Result<Vec<Vec<f64>>> {
        let (packed, rows) = linalg::lu(a, n);
        Ok(vec![
            packed,
            exchanges(&rows).into_iter().map(|row| row as f64).collect(),
        ])
    }

    /// `A = P L U`: `P L⁻ᵀ (tril(Lᵀ g, -1) + triu(g Uᵀ)) U⁻ᵀ` for the gradients `g` of both triangles.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor> {
        let (both, upstream) = (&at.outputs[0], at.upstream_or_zeros(0));
        let n = both.raw_shape()[both.raw_shape().rank() - 1];
        let eye = Tensor::eye_of(n, n, 0, both.dtype());
        let (l, u) = (both.tril_with(-1) + &eye, both.triu());
        let below = transposed(&l).matmul(upstream.tril_with(-1)).tril_with(-1);
        let above = upstream.triu().matmul_transposed(&u).triu();
        let inner = transposed(&l).solve_triangular(below + above);
        let moved = transposed(&u.solve_triangular(transposed(&inner)));
        // Row i of L U is row p[i] of A.
        let exchanges = at.outputs[1].cast(DType::I64);
        let order = order_of(&exchanges.to_vec::<i64>()?, n);
        let shape = *both.raw_shape();
        let back = Tensor::from_vec(order, exchanges.raw_shape());
        let places = back.expand_dims(-1).broadcast_to(shape);
        Ok(moved.take_along_axis(&places, -2))
    }
}

decomposition_by_name!("lu_factor", |_| LuFactor);

/// LAPACK's pivots of a permutation: step `i` exchanges rows `i` and `pivots[i]`.
fn exchanges(rows: &[usize]) -> Vec<usize> {
    let mut now: Vec<usize> = (0..rows.len()).collect();
    let step = |(i, &row): (usize, &usize)| {
        let at = now.iter().position(|&r| r == row).expect("a permutation");
        now.swap(i, at);
        at
    };
    rows.iter().enumerate().map(step).collect()
}

/// For each row of the matrices where it stands after the exchanges.
fn order_of(pivots: &[i64], n: usize) -> Vec<i64> {
    let mut all = memory::with_room(pivots.len());
    for pivots in pivots.chunks_exact(n.max(1)) {
        let mut rows: Vec<usize> = (0..n).collect();
        pivots
            .iter()
            .enumerate()
            .for_each(|(i, &at)| rows.swap(i, at as usize));
        let mut places = vec![0; n];
        rows.iter()
            .enumerate()
            .for_each(|(place, &row)| places[row] = place as i64);
        all.extend(places);
    }
    all
}

impl Tensor {
    /// The LU decomposition of square matrices in the last two axes, with exchanges of rows: one matrix with `U` from the diagonal on and
    /// `L` below it (whose diagonal are ones), and the pivots (`i64`): step `i` exchanges rows `i` and `pivots[i]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let (lu, pivots) = Tensor::from([[1.0_f32, 1.0], [2.0, 4.0]]).lu_factor();
    /// assert_eq!(lu.to_vec::<f32>()?, [2.0, 4.0, 0.5, -1.0]);
    /// assert_eq!(pivots.to_vec::<i64>()?, [1, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn lu_factor(&self) -> (Tensor, Tensor) {
        let [both, pivots] = decompose(LuFactor, self);
        (both, pivots.cast(DType::I64))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::numbers;
    use crate::testing::check_gradient_at;

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].lu_factor().0, &[numbers(&[2, 3, 3])]);
    }
}
