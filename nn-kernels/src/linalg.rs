//! Decompositions of matrices in row-major order, in `f64`.

use crate::memory;

/// `L` with `L Lᵀ = A` of a symmetric `A` `[n, n]`, of which the lower triangle is read; `None` if it is not positive definite.
pub fn cholesky(a: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut l = memory::filled(0.0, n * n);
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
            let rest = a[i * n + j] - known;
            l[i * n + j] = match i == j {
                // The comparison fails for NaN, too.
                true if rest > 0.0 => rest.sqrt(),
                true => return None,
                false => rest / l[j * n + j],
            };
        }
    }
    Some(l)
}

/// A matrix divided by a power of two, and that power: squares of numbers above 2⁵¹¹ are infinite, and those of numbers below 2⁻⁵¹¹ lose
/// their digits.
fn scaled(a: &[f64]) -> (Vec<f64>, f64) {
    let greatest = a.iter().fold(0.0, |greatest: f64, x| greatest.max(x.abs()));
    let range = 2f64.powi(-300)..2f64.powi(300);
    if greatest == 0.0 || !greatest.is_finite() || range.contains(&greatest) {
        return (memory::collected(a.iter().copied()), 1.0);
    }
    let exponent = 0x7ff << 52;
    let power = f64::from_bits(greatest.to_bits() & exponent).max(f64::MIN_POSITIVE);
    (memory::collected(a.iter().map(|x| x / power)), power)
}

/// `Q` and `R` with `Q R = A` of `A` `[n, m]`: `Q` `[n, min]` and `R` `[min, m]`, or `[n, n]` and `[n, m]` if `full`. By Householder's
/// reflections (1958), with the signs that LAPACK has.
pub fn qr(a: &[f64], n: usize, m: usize, full: bool) -> [Vec<f64>; 2] {
    let (mut r, power) = scaled(a);
    let mut reflections: Vec<(Vec<f64>, f64)> = Vec::new();
    for j in 0..n.min(m) {
        let mut v: Vec<f64> = (0..n)
            .map(|i| if i < j { 0.0 } else { r[i * m + j] })
            .collect();
        let below: f64 = v[j + 1..].iter().map(|x| x * x).sum();
        if below == 0.0 {
            reflections.push((v, 0.0));
            continue;
        }
        let length = -(v[j] * v[j] + below).sqrt().copysign(v[j]);
        v[j] -= length;
        let twice = 2.0 / v.iter().map(|x| x * x).sum::<f64>();
        reflect(&v, twice, &mut r, m);
        (j + 1..n).for_each(|i| r[i * m + j] = 0.0);
        reflections.push((v, twice));
    }
    let columns = if full { n } else { n.min(m) };
    let mut q: Vec<f64> = (0..n * columns)
        .map(|i| f64::from(i / columns == i % columns))
        .collect();
    for (v, twice) in reflections.iter().rev() {
        reflect(v, *twice, &mut q, columns);
    }
    r.truncate(columns * m);
    r.iter_mut().for_each(|x| *x *= power);
    [q, r]
}

/// `(1 - twice · v vᵀ)` times a matrix of so many columns, in place.
fn reflect(v: &[f64], twice: f64, a: &mut [f64], columns: usize) {
    for c in 0..columns {
        let along: f64 = v
            .iter()
            .enumerate()
            .map(|(i, x)| x * a[i * columns + c])
            .sum();
        v.iter()
            .enumerate()
            .for_each(|(i, x)| a[i * columns + c] -= twice * along * x);
    }
}

/// How often all pairs are turned at most; a dozen times is usual for the largest matrices.
const SWEEPS: usize = 60;

/// `U`, `s` and `Vᵀ` with `U diag(s) Vᵀ = A` of `A` `[n, m]`, the singular values descending: `[n, min]`, `[min]` and `[min, m]`, or
/// `[n, n]` and `[m, m]` if `full`. By turns of pairs of columns until all are orthogonal (Hestenes 1958), which finds small values exactly.
/// `None` if an element is not finite.
pub fn svd(a: &[f64], n: usize, m: usize, full: bool) -> Option<[Vec<f64>; 3]> {
    if !a.iter().all(|v| v.is_finite()) {
        return None;
    }
    if n < m {
        let [v, s, ut] = svd(&transposed(a, n, m), m, n, full)?;
        let rows = if full { m } else { n };
        let columns = ut.len() / n.max(1);
        return Some([transposed(&ut, columns, n), s, transposed(&v, m, rows)]);
    }
    let (a, power) = scaled(a);
    // Columns as rows, each with that of V beside it.
    let mut columns: Vec<Vec<f64>> = (0..m)
        .map(|j| (0..n).map(|i| a[i * m + j]).collect())
        .collect();
    let mut v: Vec<Vec<f64>> = (0..m)
        .map(|j| (0..m).map(|i| f64::from(i == j)).collect())
        .collect();
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..m {
            for q in p + 1..m {
                let (pp, qq, pq) = (
                    dot(&columns[p], &columns[p]),
                    dot(&columns[q], &columns[q]),
                    dot(&columns[p], &columns[q]),
                );
                if pq == 0.0 || pq.abs() <= 1e-16 * (pp * qq).sqrt() {
                    continue;
                }
                turned = true;
                let turn = angle((qq - pp) / (2.0 * pq));
                rotate(&mut columns, p, q, turn);
                rotate(&mut v, p, q, turn);
            }
        }
        if !turned {
            break;
        }
    }
    let lengths: Vec<f64> = columns.iter().map(|c| dot(c, c).sqrt()).collect();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let limit = order.first().map_or(0.0, |&i| lengths[i]) * f64::MIN_POSITIVE.sqrt();
    let units = order.iter().map(|&i| match lengths[i] > limit {
        true => Some(columns[i].iter().map(|x| x / lengths[i]).collect()),
        false => None,
    });
    let u = completed(units.collect(), if full { n } else { m }, n);
    let vt: Vec<f64> = order.iter().flat_map(|&i| v[i].clone()).collect();
    let count = u.len();
    Some([
        transposed(&u.concat(), count, n),
        order.iter().map(|&i| lengths[i] * power).collect(),
        vt,
    ])
}

/// Sine and cosine of the turn that makes a pair orthogonal, from the cotangent of twice the angle: the lesser of both.
fn angle(cotangent: f64) -> (f64, f64) {
    let tangent = cotangent.signum() / (cotangent.abs() + (1.0 + cotangent * cotangent).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    (tangent * cosine, cosine)
}

/// Two rows turned into each other.
fn rotate(rows: &mut [Vec<f64>], p: usize, q: usize, (sine, cosine): (f64, f64)) {
    let (left, right) = rows.split_at_mut(q);
    for (x, y) in left[p].iter_mut().zip(&mut right[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// Orthonormal vectors of `n` numbers, `count` of them: those that are there, and others where none is.
fn completed(mut vectors: Vec<Option<Vec<f64>>>, count: usize, n: usize) -> Vec<Vec<f64>> {
    vectors.resize(count, None);
    for place in 0..count {
        if vectors[place].is_some() {
            continue;
        }
        // Of the axes that which lies furthest from all that is there.
        let rest = |axis: usize| {
            let mut rest: Vec<f64> = (0..n).map(|i| f64::from(i == axis)).collect();
            // Twice, as the first time leaves what was rounded.
            for _ in 0..2 {
                for known in vectors.iter().flatten() {
                    let along: f64 = known.iter().zip(&rest).map(|(a, b)| a * b).sum();
                    rest.iter_mut()
                        .zip(known)
                        .for_each(|(r, k)| *r -= along * k);
                }
            }
            let length = rest.iter().map(|x| x * x).sum::<f64>().sqrt();
            (length, rest)
        };
        let furthest = (0..n).map(rest).max_by(|a, b| a.0.total_cmp(&b.0));
        vectors[place] =
            furthest.map(|(length, rest)| rest.into_iter().map(|x| x / length).collect());
    }
    vectors.into_iter().flatten().collect()
}

/// A matrix `[n, m]` as `[m, n]`.
fn transposed(a: &[f64], n: usize, m: usize) -> Vec<f64> {
    memory::collected((0..n * m).map(|i| a[i % n * m + i / n]))
}

/// The eigenvalues, ascending, and eigenvectors in columns of a symmetric `A` `[n, n]`, by turns of pairs of axes (Jacobi 1846). `None` if an
/// element is not finite.
pub fn eigh(a: &[f64], n: usize) -> Option<[Vec<f64>; 2]> {
    if !a.iter().all(|v| v.is_finite()) {
        return None;
    }
    let (a, power) = scaled(a);
    let rows = a.chunks_exact(n.max(1));
    let mut a = memory::collected(rows.map(|row| memory::collected(row.iter().copied())));
    let unit = |j| memory::collected((0..n).map(move |i| f64::from(i == j)));
    let mut v = memory::collected((0..n).map(unit));
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                let (pp, qq, pq) = (a[p][p], a[q][q], a[p][q]);
                let scale = (pp.abs() * qq.abs()).sqrt().max(f64::MIN_POSITIVE);
                if pq == 0.0 || pq.abs() <= 1e-17 * scale {
                    continue;
                }
                turned = true;
                let turn = angle((qq - pp) / (2.0 * pq));
                rotate(&mut a, p, q, turn);
                let (sine, cosine) = turn;
                for row in &mut a {
                    (row[p], row[q]) = (
                        cosine * row[p] - sine * row[q],
                        sine * row[p] + cosine * row[q],
                    );
                }
                (a[p][q], a[q][p]) = (0.0, 0.0);
                rotate(&mut v, p, q, turn);
            }
        }
        if !turned {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[i][i].total_cmp(&a[j][j]));
    let vectors: Vec<f64> = order.iter().flat_map(|&i| v[i].clone()).collect();
    Some([
        order.iter().map(|&i| a[i][i] * power).collect(),
        transposed(&vectors, n, n),
    ])
}

/// `L` without its ones and `U` in one matrix, and for each row of `A` `[n, n]` which one took its place, so that row `i` of `L U` is row
/// `p[i]` of `A`. The greatest number of each column is divided by.
pub fn lu(a: &[f64], n: usize) -> (Vec<f64>, Vec<usize>) {
    let (mut a, mut rows) = (
        memory::collected(a.iter().copied()),
        memory::collected(0..n),
    );
    for j in 0..n {
        // Of equal ones the first.
        let pivot = (j..n)
            .rev()
            .max_by(|&p, &q| a[p * n + j].abs().total_cmp(&a[q * n + j].abs()));
        let pivot = pivot.unwrap_or(j);
        if pivot != j {
            rows.swap(j, pivot);
            (0..n).for_each(|c| a.swap(j * n + c, pivot * n + c));
        }
        if a[j * n + j] == 0.0 {
            continue; // the column is 0 already
        }
        for i in j + 1..n {
            let factor = a[i * n + j] / a[j * n + j];
            a[i * n + j] = factor;
            (j + 1..n).for_each(|c| a[i * n + c] -= factor * a[j * n + c]);
        }
    }
    (a, rows)
}

/// `X` with `A X = B` of `A` `[n, n]` and `B` `[n, k]`; infinities or NaN where `A` is singular.
pub fn solve(a: &[f64], b: &[f64], n: usize, k: usize) -> Vec<f64> {
    let (packed, rows) = lu(a, n);
    let mut x: Vec<f64> = rows
        .iter()
        .flat_map(|&row| b[row * k..(row + 1) * k].iter().copied())
        .collect();
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
            x[i * k..(i + 1) * k]
                .iter_mut()
                .for_each(|v| *v /= a[i * n + i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{cholesky, eigh, lu, qr, solve, svd};

    fn product(a: &[f64], b: &[f64], n: usize, k: usize, m: usize) -> Vec<f64> {
        let of = |i: usize, j: usize| (0..k).map(|l| a[i * k + l] * b[l * m + j]).sum();
        (0..n * m).map(|i| of(i / m, i % m)).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        // Some dozens of roundings of numbers up to 10.
        assert!(
            a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13),
            "{a:?} and {b:?}"
        );
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
                close(
                    &product(&product(&u, &middle, n, ku, kv), &vt, n, kv, m),
                    &b,
                );
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
        let u: Vec<f64> = (0..9)
            .map(|i| if i / 3 <= i % 3 { packed[i] } else { 0.0 })
            .collect();
        let moved: Vec<f64> = p
            .iter()
            .flat_map(|&row| a[row * 3..row * 3 + 3].to_vec())
            .collect();
        close(&product(&l, &u, 3, 3, 3), &moved);
        close(&product(&a, &solve(&a, &b, 3, 2), 3, 3, 2), &b);
        // Of a matrix of rank 1 the vectors are orthonormal all the same.
        let [u, s, vt] = svd(&[1.0, 2.0, 2.0, 4.0, 0.0, 0.0], 3, 2, true).unwrap();
        assert!((s[0] - 5.0).abs() < 1e-14 && s[1].abs() < 1e-14);
        let ut: Vec<f64> = (0..9).map(|i| u[i % 3 * 3 + i / 3]).collect();
        close(
            &product(&ut, &u, 3, 3, 3),
            &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        );
        let v: Vec<f64> = (0..4).map(|i| vt[i % 2 * 2 + i / 2]).collect();
        close(&product(&vt, &v, 2, 2, 2), &[1.0, 0.0, 0.0, 1.0]);
        assert!(svd(&[f64::NAN], 1, 1, false).is_none() && eigh(&[f64::INFINITY], 1).is_none());
    }
}
