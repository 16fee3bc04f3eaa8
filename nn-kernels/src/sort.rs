//! The order of rows, and elements of rows by position.

use super::math::Number;
use super::parallel::{GRAIN, pieces};
use crate::memory;
use std::cmp::Ordering;

/// Numbers in order, NaN after everything else, as NumPy sorts.
fn order<T: Number>(a: T, b: T) -> Ordering {
    let nan = T::nan(a).cmp(&T::nan(b));
    nan.then(a.partial_cmp(&b).unwrap_or(Ordering::Equal))
}

/// Panics unless there are as many rows of `n` elements among `x` as rows of `k` among `out`, and nothing else.
fn check_rows(x: usize, n: usize, out: usize, k: usize) {
    assert!(
        k > 0 && out.is_multiple_of(k) && (out / k).checked_mul(n) == Some(x),
        "{x} elements in rows of {n} and {out} in rows of {k}"
    );
}

/// For every row of `n` elements of `x`, the positions of the first `k` in ascending or descending order; equals keep
/// their order. `out` has rows of `k`.
pub fn argsort<T: Number>(x: &[T], n: usize, k: usize, descending: bool, out: &mut [i64]) {
    assert!(k <= n, "the first {k} of {n}");
    if out.is_empty() {
        return;
    }
    check_rows(x.len(), n, out.len(), k);
    // Sorting a row costs about log n passes over it.
    let rows = (GRAIN / (n * (n.ilog2() as usize + 1))).max(1);
    pieces(out, rows * k, &|start, piece| {
        let mut positions: Vec<i64> = memory::with_room(n);
        for (row, out) in x[start / k * n..]
            .chunks_exact(n)
            .zip(piece.chunks_exact_mut(k))
        {
            // Positions make the order total, so that an unstable sort gives what a stable one would.
            let compare = |&a: &i64, &b: &i64| {
                let (i, j) = (row[a as usize], row[b as usize]);
                let by_value = if descending { order(j, i) } else { order(i, j) };
                by_value.then(a.cmp(&b))
            };
            positions.clear();
            positions.extend(0..n as i64);
            if k < n {
                positions.select_nth_unstable_by(k, compare);
            }
            positions[..k].sort_unstable_by(compare);
            out.copy_from_slice(&positions[..k]);
        }
    });
}

/// `out[r, i] = x[r, positions[r, i]]` for rows of `n` elements of `x` and `k` of the others.
pub fn take_along<T: Copy + Send + Sync>(
    x: &[T],
    n: usize,
    positions: &[i64],
    k: usize,
    out: &mut [T],
) {
    assert_eq!(positions.len(), out.len());
    if out.is_empty() {
        return;
    }
    check_rows(x.len(), n, out.len(), k);
    pieces(out, k * (GRAIN / k).max(1), &|start, piece| {
        let positions = positions[start..start + piece.len()].chunks_exact(k);
        let rows = x[start / k * n..].chunks_exact(n);
        for ((row, positions), out) in rows.zip(positions).zip(piece.chunks_exact_mut(k)) {
            out.iter_mut()
                .zip(positions)
                .for_each(|(o, &i)| *o = row[i as usize]);
        }
    });
}

/// `out[r, positions[r, i]] += x[r, i]` on zeros, for rows of `k` elements of `x` and `n` of `out`: the gradient of
/// [`take_along`].
pub fn put_along<T: Number>(x: &[T], k: usize, positions: &[i64], n: usize, out: &mut [T]) {
    assert_eq!(positions.len(), x.len());
    if out.is_empty() {
        return;
    }
    assert_eq!(x.len() * n, out.len() * k);
    pieces(out, n * (GRAIN / n).max(1), &|start, piece| {
        piece.fill(T::ZERO);
        if k == 0 {
            return;
        }
        let from = start / n * k;
        let rows = x[from..]
            .chunks_exact(k)
            .zip(positions[from..].chunks_exact(k));
        for ((row, positions), out) in rows.zip(piece.chunks_exact_mut(n)) {
            for (&v, &i) in row.iter().zip(positions) {
                out[i as usize] = T::sum(out[i as usize], v);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::{random, same_everywhere};
    use super::*;

    #[test]
    fn agrees_with_a_stable_sort() {
        for (rows, n) in [(1, 1), (3, 7), (100, 10), (2, 5000), (0, 4)] {
            // Few values, many ties, some NaN.
            let x: Vec<f32> = random(rows * n, 3)
                .iter()
                .map(|v| {
                    if *v > 0.9 {
                        f32::NAN
                    } else {
                        (v * 10.0).round()
                    }
                })
                .collect();
            for k in [1, n.div_ceil(2), n] {
                for descending in [false, true] {
                    let mut expected: Vec<i64> = Vec::new();
                    for row in x.chunks_exact(n) {
                        let mut all: Vec<i64> = (0..n as i64).collect();
                        let key = |i: i64| {
                            if row[i as usize].is_nan() {
                                f32::INFINITY
                            } else {
                                row[i as usize]
                            }
                        };
                        all.sort_by(|&a, &b| {
                            let o = key(a).partial_cmp(&key(b)).unwrap();
                            if descending { o.reverse() } else { o }
                        });
                        expected.extend(&all[..k]);
                    }
                    let found = same_everywhere(|| {
                        let mut out = vec![-1; rows * k];
                        argsort(&x, n, k, descending, &mut out);
                        out
                    });
                    assert_eq!(
                        found, expected,
                        "{rows} of {n}, first {k}, descending {descending}"
                    );
                }
            }
        }
    }

    #[test]
    fn takes_and_puts_by_position() {
        let x = [10, 11, 12, 20, 21, 22];
        let positions = [2, 2, 0, 1];
        let mut out = [0; 4];
        take_along(&x, 3, &positions, 2, &mut out);
        assert_eq!(out, [12, 12, 20, 21]);
        let mut back = [-1; 6];
        put_along(&[1, 2, 3, 4], 2, &positions, 3, &mut back);
        assert_eq!(back, [0, 0, 3, 3, 4, 0]);
    }
}
