//! Decompositions of matrices in row-major order, by faer, in `f64`.

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, MatRef, Side};

/// The elements of a matrix in row-major order.
fn rows(matrix: MatRef<'_, f64>) -> Vec<f64> {
    let (n, m) = (matrix.nrows(), matrix.ncols());
    (0..n * m).map(|i| matrix[(i / m, i % m)]).collect()
}

/// A row-major matrix `[n, m]`.
fn matrix(a: &[f64], n: usize, m: usize) -> MatRef<'_, f64> {
    MatRef::from_row_major_slice(a, n, m)
}

/// `L` with `L Lᵀ = A` of a symmetric `A` `[n, n]`, of which the lower triangle is read; `None` if it is not positive definite.
pub fn cholesky(a: &[f64], n: usize) -> Option<Vec<f64>> {
    let factor = matrix(a, n, n).llt(Side::Lower).ok()?;
    Some(rows(factor.L()))
}

/// `Q` and `R` with `Q R = A` of `A` `[n, m]`: `Q` `[n, min]` and `R` `[min, m]`, or `[n, n]` and `[n, m]` if `full`. The signs are those
/// of Householder's reflections, as LAPACK has them.
pub fn qr(a: &[f64], n: usize, m: usize, full: bool) -> [Vec<f64>; 2] {
    let factor = matrix(a, n, m).qr();
    let least = n.min(m);
    match full {
        true => {
            let r = factor.R();
            let mut whole = vec![0.0; n * m];
            for i in 0..n.min(r.nrows()) {
                (i..m).for_each(|j| whole[i * m + j] = r[(i, j)]);
            }
            [rows(factor.compute_Q().as_ref()), whole]
        }
        false => {
            let r = factor.thin_R();
            let mut upper = vec![0.0; least * m];
            for i in 0..least {
                (i..m).for_each(|j| upper[i * m + j] = r[(i, j)]);
            }
            [rows(factor.compute_thin_Q().as_ref()), upper]
        }
    }
}

/// `U`, `s` and `Vᵀ` with `U diag(s) Vᵀ = A` of `A` `[n, m]`, the singular values descending: `[n, min]`, `[min]` and `[min, m]`, or
/// `[n, n]` and `[m, m]` if `full`. `None` if it does not converge, as for NaN.
pub fn svd(a: &[f64], n: usize, m: usize, full: bool) -> Option<[Vec<f64>; 3]> {
    let a = matrix(a, n, m);
    let factor = if full { a.svd() } else { a.thin_svd() }.ok()?;
    let s = factor.S().column_vector();
    let s = (0..n.min(m)).map(|i| s[i]).collect();
    Some([rows(factor.U()), s, rows(factor.V().transpose())])
}

/// The eigenvalues, ascending, and eigenvectors in columns of a symmetric `A` `[n, n]`, of which the lower triangle is read. `None` if it
/// does not converge, as for NaN.
pub fn eigh(a: &[f64], n: usize) -> Option<[Vec<f64>; 2]> {
    let factor = matrix(a, n, n).self_adjoint_eigen(Side::Lower).ok()?;
    let values = factor.S().column_vector();
    Some([(0..n).map(|i| values[i]).collect(), rows(factor.U())])
}

/// `L` without its ones and `U` in one matrix, and for each row of `A` `[n, n]` which one took its place, so that row `i` of `L U` is row
/// `p[i]` of `A`.
pub fn lu(a: &[f64], n: usize) -> (Vec<f64>, Vec<usize>) {
    let factor = matrix(a, n, n).partial_piv_lu();
    let (l, u) = (factor.L(), factor.U());
    let both = Mat::from_fn(n, n, |i, j| if i > j { l[(i, j)] } else { u[(i, j)] });
    (rows(both.as_ref()), factor.P().arrays().0.to_vec())
}

/// The inverse of `A` `[n, n]`, with infinities or NaN where there is none.
pub fn inverse(a: &[f64], n: usize) -> Vec<f64> {
    rows(matrix(a, n, n).partial_piv_lu().inverse().as_ref())
}

/// `X` with `A X = B` of `A` `[n, n]` and `B` `[n, k]`; infinities or NaN where `A` is singular.
pub fn solve(a: &[f64], b: &[f64], n: usize, k: usize) -> Vec<f64> {
    let (packed, rows) = lu(a, n);
    let mut x: Vec<f64> = rows.iter().flat_map(|&row| b[row * k..(row + 1) * k].iter().copied()).collect();
    substitute(&packed, &mut x, n, k, true, true);
    substitute(&packed, &mut x, n, k, false, false);
    x
}

/// Solves `T X = B` in place, where `T` is the lower or upper triangle of `a` `[n, n]`, with ones on its diagonal if `ones`, and `x` holds
/// `B` `[n, k]`.
pub fn substitute(a: &[f64], x: &mut [f64], n: usize, k: usize, lower: bool, ones: bool) {
    for step in 0..n {
        let i = if lower { step } else { n - 1 - step };
        let known = if lower { 0..i } else { i + 1..n };
        for j in known {
            let factor = a[i * n + j];
            for c in 0..k {
                x[i * k + c] -= factor * x[j * k + c];
            }
        }
        if !ones {
            x[i * k..(i + 1) * k].iter_mut().for_each(|v| *v /= a[i * n + i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(a: &[f64], b: &[f64], n: usize, k: usize, m: usize) -> Vec<f64> {
        let of = |i: usize, j: usize| (0..k).map(|l| a[i * k + l] * b[l * m + j]).sum();
        (0..n * m).map(|i| of(i / m, i % m)).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        // Some dozens of roundings of numbers up to 10.
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13), "{a:?} and {b:?}");
    }

    #[test]
    fn factors_multiply_to_the_matrix() {
        let a = [4.0, 1.0, 2.0, 1.0, 5.0, 3.0, 2.0, 3.0, 6.0];
        let l = cholesky(&a, 3).unwrap();
        let lt: Vec<f64> = (0..9).map(|i| l[i % 3 * 3 + i / 3]).collect();
        close(&product(&l, &lt, 3, 3, 3), &a);
        assert!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
        let b = [1.0, -2.0, 0.5, 3.0, 0.25, 7.0];
        for (n, m) in [(2, 3), (3, 2)] {
            for full in [false, true] {
                let k = if full { n } else { n.min(m) };
                let [q, r] = qr(&b, n, m, full);
                close(&product(&q, &r, n, k, m), &b);
                let [u, s, vt] = svd(&b, n, m, full).unwrap();
                let (ku, kv) = if full { (n, m) } else { (2, 2) };
                let mut middle = vec![0.0; ku * kv];
                (0..2).for_each(|i| middle[i * kv + i] = s[i]);
                close(&product(&product(&u, &middle, n, ku, kv), &vt, n, kv, m), &b);
            }
        }
        let [w, v] = eigh(&a, 3).unwrap();
        let scaled: Vec<f64> = (0..9).map(|i| v[i] * w[i % 3]).collect();
        close(&product(&a, &v, 3, 3, 3), &scaled);
        let (packed, p) = lu(&a, 3);
        let lower = (0..9).map(|i| match (i / 3, i % 3) {
            (r, c) if r == c => 1.0,
            (r, c) if r > c => packed[i],
            _ => 0.0,
        });
        let l: Vec<f64> = lower.collect();
        let u: Vec<f64> = (0..9).map(|i| if i / 3 <= i % 3 { packed[i] } else { 0.0 }).collect();
        let moved: Vec<f64> = p.iter().flat_map(|&row| a[row * 3..row * 3 + 3].to_vec()).collect();
        close(&product(&l, &u, 3, 3, 3), &moved);
        close(&product(&a, &solve(&a, &b, 3, 2), 3, 3, 2), &b);
        close(&product(&a, &inverse(&a, 3), 3, 3, 3), &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    }
}
