//! Reading elements at given indices, and adding to them.
//!
//! A tensor is seen as `[outer, n, inner]`, the middle axis being the one that indices point into. Indices are checked by the
//! caller; negative ones count from the end.

use super::math::Number;
use super::parallel::{GRAIN, for_each_chunk};
use crate::memory;
use std::ops::Range;

/// A possibly negative index of an axis of `n` elements.
#[inline(always)]
fn at(index: i64, n: usize) -> usize {
    (if index < 0 { index + n as i64 } else { index }) as usize
}

/// `out[o, j, :] = x[o, indices[j], :]`.
pub fn gather<T: Copy + Send + Sync>(
    x: &[T],
    n: usize,
    inner: usize,
    indices: &[i64],
    out: &mut [T],
) {
    let m = indices.len();
    if out.is_empty() {
        return;
    }
    if inner == 1 {
        for_each_chunk(out, GRAIN, |start, piece| {
            for (k, o) in piece.iter_mut().enumerate() {
                let row = start + k;
                *o = x[row / m * n + at(indices[row % m], n)];
            }
        });
        return;
    }
    for_each_chunk(out, inner * (GRAIN / inner).max(1), |start, piece| {
        for (k, o) in piece.chunks_exact_mut(inner).enumerate() {
            let row = start / inner + k;
            let from = (row / m * n + at(indices[row % m], n)) * inner;
            o.copy_from_slice(&x[from..from + inner]);
        }
    });
}

/// Updates that are added up one by one at least.
const BLOCK: usize = 2048;

/// `to = 0`, then adds `m` updates to it: `add` those of a range. Many are added up in blocks, and then the blocks' sums, so that millions
/// that meet one element lose no digits. A block has as many updates as the axis has elements, so that adding its sums is no more work.
fn in_blocks<T: Number>(m: usize, n: usize, to: &mut [T], add: impl Fn(Range<usize>, &mut [T])) {
    to.fill(T::default());
    let block = n.max(BLOCK);
    if m / block < 2 {
        return add(0..m, to);
    }
    let mut sums = memory::filled(T::default(), to.len());
    for start in (0..m).step_by(block) {
        sums.fill(T::default());
        add(start..start.saturating_add(block).min(m), &mut sums);
        to.iter_mut()
            .zip(&sums)
            .for_each(|(t, &s)| *t = T::sum(*t, s));
    }
}

/// `out = 0`, then `out[o, indices[j], :] += updates[o, j, :]` in the order of j, as `in_blocks` says.
pub fn scatter_add<T: Number>(
    updates: &[T],
    n: usize,
    inner: usize,
    indices: &[i64],
    out: &mut [T],
) {
    let m = indices.len();
    if out.is_empty() {
        return;
    }
    let rows = out.len() / inner;
    // A task owns rows of the output and looks through all indices for them: no more than 64 do so.
    let each = (GRAIN / inner).max(rows.div_ceil(64)).max(1);
    for_each_chunk(out, inner * each, |start, piece| {
        let first = start / inner;
        let last = first + piece.len() / inner;
        in_blocks(m, n, piece, |js, piece| {
            for o in first / n..last.div_ceil(n) {
                for j in js.clone() {
                    let row = o * n + at(indices[j], n);
                    if (first..last).contains(&row) {
                        let from = (o * m + j) * inner;
                        let to = &mut piece[(row - first) * inner..][..inner];
                        to.iter_mut()
                            .zip(&updates[from..from + inner])
                            .for_each(|(t, &u)| *t = T::sum(*t, u));
                    }
                }
            }
        });
    });
}

/// `out[o, j, i] = x[o, indices[o, j, i], i]`, with `m` indices along the middle axis.
pub fn gather_along<T: Copy + Send + Sync>(
    x: &[T],
    n: usize,
    m: usize,
    inner: usize,
    indices: &[i64],
    out: &mut [T],
) {
    for_each_chunk(out, GRAIN, |start, piece| {
        for (k, o) in piece.iter_mut().enumerate() {
            let flat = start + k;
            let (outer, i) = (flat / (m * inner), flat % inner);
            *o = x[(outer * n + at(indices[flat], n)) * inner + i];
        }
    });
}

/// `out = 0`, then `out[o, indices[o, j, i], i] += updates[o, j, i]` in the order of j, as `in_blocks` says.
pub fn scatter_add_along<T: Number>(
    updates: &[T],
    n: usize,
    m: usize,
    inner: usize,
    indices: &[i64],
    out: &mut [T],
) {
    let block = n * inner;
    if block == 0 {
        return;
    }
    for_each_chunk(out, block * (GRAIN / block).max(1), |start, piece| {
        for (k, to) in piece.chunks_exact_mut(block).enumerate() {
            let from = (start / block + k) * m * inner;
            in_blocks(m, n, to, |js, to| {
                for flat in js.start * inner..js.end * inner {
                    let sum = &mut to[at(indices[from + flat], n) * inner + flat % inner];
                    *sum = T::sum(*sum, updates[from + flat]);
                }
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_integers_wrap_around() {
        let mut out = [0_i64; 2];
        scatter_add(&[i64::MAX, 1, 5], 2, 1, &[0, 0, 1], &mut out);
        assert_eq!(out, [i64::MIN, 5]);
        scatter_add_along(&[i64::MAX, 1], 2, 2, 1, &[0, 0], &mut out);
        assert_eq!(out, [i64::MIN, 0]);
    }

    #[test]
    fn millions_that_meet_one_element_lose_no_digits() {
        let m = 5_000_000;
        let (updates, indices) = (vec![0.0005_f32; m], vec![1_i64; m]);
        let mut out = [f32::NAN; 2];
        scatter_add(&updates, 2, 1, &indices, &mut out);
        assert!(out[0] == 0.0 && (out[1] - 2500.0).abs() < 0.25, "{out:?}");
        scatter_add_along(&updates, 2, m, 1, &indices, &mut out);
        assert!(out[0] == 0.0 && (out[1] - 2500.0).abs() < 0.25, "{out:?}");
    }

    #[test]
    fn scattering_reverses_gathering_of_a_permutation_and_adds_up_repeats() {
        for (outer, n, inner) in [
            (1, 5, 1),
            (3, 4, 2),
            (2, 3000, 1),
            (1, 700, 70),
            (40, 3, 500),
        ] {
            let x: Vec<f64> = (0..outer * n * inner).map(|i| i as f64).collect();
            let backwards: Vec<i64> = (0..n as i64)
                .map(|i| if i % 2 == 0 { -1 - i } else { n as i64 - 1 - i })
                .collect();
            let mut taken = vec![f64::NAN; x.len()];
            gather(&x, n, inner, &backwards, &mut taken);
            for (k, &v) in taken.iter().enumerate() {
                let (o, j, i) = (k / (n * inner), k / inner % n, k % inner);
                assert_eq!(v, x[(o * n + n - 1 - j) * inner + i]);
            }
            let mut back = vec![f64::NAN; x.len()];
            scatter_add(&taken, n, inner, &backwards, &mut back);
            assert_eq!(back, x);

            let spread: Vec<i64> = (0..x.len()).map(|k| backwards[k / inner % n]).collect();
            let (mut along, mut again) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
            gather_along(&x, n, n, inner, &spread, &mut along);
            assert_eq!(along, taken);
            scatter_add_along(&along, n, n, inner, &spread, &mut again);
            assert_eq!(again, x);
        }
        let mut out = [f64::NAN; 3];
        scatter_add(&[1.0, 2.0, 4.0], 3, 1, &[2, 0, 2], &mut out);
        assert_eq!(out, [2.0, 0.0, 5.0]);
    }
}
