//! Linear maps along one axis of a tensor: every element of the result is a weighted sum of a few neighbours.

use super::math::Float;
use super::parallel::{GRAIN, pieces};
use super::simd;
use crate::memory;
use std::ops::Range;

/// For every position of the result the neighbours that it sees, and their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours<T> {
    /// Where the first neighbour of each is, and which of the weights are its.
    seen: Vec<(usize, Range<usize>)>,
    weights: Vec<T>,
    /// Positions that are looked at.
    n: usize,
}

impl<T: Float> Neighbours<T> {
    /// Of an axis of `n` positions: for each position of the result the first neighbour, and the weights of this and those behind it.
    ///
    /// # Panics
    /// When a neighbour lies beyond the axis.
    pub fn new<W: IntoIterator<Item = f64>>(
        n: usize,
        all: impl IntoIterator<Item = (usize, W)>,
    ) -> Self {
        let (mut seen, mut weights) = (Vec::new(), Vec::new());
        for (first, own) in all {
            let start = weights.len();
            for weight in own {
                memory::push(&mut weights, T::from_f64(weight));
            }
            let count = weights.len() - start;
            assert!(
                count <= n && first <= n - count,
                "resampling: neighbours {first} and {count} on are beyond an axis of {n}"
            );
            memory::push(&mut seen, (first, start..weights.len()));
        }
        Self { seen, weights, n }
    }

    /// Positions of the result.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// The map of gradients: what the results give to each position that they look at.
    #[must_use]
    pub fn transposed(&self) -> Self {
        // The first position of the result that looks at each, and the one behind the last.
        let mut lookers: Vec<Option<[usize; 2]>> = memory::filled(None, self.n);
        for (i, (first, own)) in self.seen.iter().enumerate() {
            for looker in &mut lookers[*first..*first + own.len()] {
                *looker = Some([looker.map_or(i, |[first, _]| first), i + 1]);
            }
        }
        let (mut seen, mut weights) = (memory::with_room(self.n), Vec::new());
        for (at, looker) in lookers.into_iter().enumerate() {
            let (start, [first, end]) = (weights.len(), looker.unwrap_or([0, 0]));
            for (from, own) in &self.seen[first..end] {
                let weight = match at.checked_sub(*from) {
                    Some(tap) if tap < own.len() => self.weights[own.start + tap],
                    // One between others that look here, which does not.
                    _ => T::ZERO,
                };
                memory::push(&mut weights, weight);
            }
            seen.push((first, start..weights.len()));
        }
        Self {
            seen,
            weights,
            n: self.count(),
        }
    }
}

/// `out[o, i, :] = Σ weight(i, k) · x[o, first(i) + k, :]`, where `x` is `[outer, n, inner]` and `out` `[outer, m, inner]`.
///
/// # Panics
/// When the lengths do not agree.
pub fn resample<T: Float>(x: &[T], inner: usize, by: &Neighbours<T>, out: &mut [T]) {
    let (n, m) = (by.n, by.count());
    let rows = out.len() / inner.max(1);
    assert!(
        m > 0 && inner > 0 && rows * inner == out.len() && rows.is_multiple_of(m) || out.is_empty(),
        "resampling: {} elements are no results of {m} positions of {inner}",
        out.len()
    );
    if out.is_empty() {
        return;
    }
    let expected = (rows / m).checked_mul(n).and_then(|n| n.checked_mul(inner));
    assert_eq!(
        Some(x.len()),
        expected,
        "resampling: elements of what is looked at"
    );
    let level = simd::level();
    pieces(out, inner * (GRAIN / inner).max(1), &|start, piece| {
        simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for (k, out) in piece.chunks_exact_mut(inner).enumerate() {
                    let row = start / inner + k;
                    let (first, own) = &by.seen[row % m];
                    let weights = &by.weights[own.clone()];
                    let Some((&weight, others)) = weights.split_first() else {
                        out.fill(T::ZERO);
                        continue;
                    };
                    let x = &x[(row / m * n + first) * inner..][..weights.len() * inner];
                    let (x, rest) = x.split_at(inner);
                    match weight == T::ONE {
                        true => out.copy_from_slice(x),
                        false => out.iter_mut().zip(x).for_each(|(o, &x)| *o = x * weight),
                    }
                    for (&weight, x) in others.iter().zip(rest.chunks_exact(inner)) {
                        out.iter_mut().zip(x).for_each(|(o, &x)| *o += x * weight);
                    }
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    #[test]
    fn sums_neighbours_along_an_axis() {
        let by = Neighbours::<f32>::new(
            4,
            [
                (0, vec![1.0]),
                (1, vec![0.5, 0.25, 2.0]),
                (4, vec![]),
                (3, vec![-1.0]),
                (0, vec![3.0, 4.0]),
            ],
        );
        let x = [1.0, 10.0, 100.0, 1000.0];
        let mut y = [f32::NAN; 5];
        resample(&x, 1, &by, &mut y);
        assert_eq!(y, [1.0, 2030.0, 0.0, -1000.0, 43.0]);
        // The transposed map has the matrix mirrored.
        let back = by.transposed();
        assert_eq!(back.count(), 4);
        for i in 0..5 {
            for j in 0..4 {
                let (mut e, mut f) = ([0.0; 4], [0.0; 5]);
                (e[j], f[i]) = (1.0, 1.0);
                let (mut a, mut b) = ([0.0; 5], [0.0; 4]);
                resample(&e, 1, &by, &mut a);
                resample(&f, 1, &back, &mut b);
                assert_eq!(a[i], b[j], "{i} {j}");
            }
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let taps = (0..70).map(|i| (i / 2, [0.3, -0.2, 0.9].map(|w| w * (i as f64 + 1.0))));
        let by = Neighbours::<f32>::new(40, taps);
        for inner in [1, 3, 67] {
            let x = random(9 * 40 * inner, 3);
            let y = same_everywhere(|| {
                let mut y = vec![f32::NAN; 9 * 70 * inner];
                resample(&x, inner, &by, &mut y);
                bits(&y)
            });
            let w = |k: usize, i: usize| [0.3, -0.2, 0.9][k] * (i as f64 + 1.0);
            for (flat, found) in y.iter().enumerate() {
                let (o, i, c) = (flat / (70 * inner), flat / inner % 70, flat % inner);
                let from = |k: usize| x[(o * 40 + i / 2 + k) * inner + c] as f64;
                let expected = (0..3).map(|k| w(k, i) * from(k)).sum::<f64>();
                // Three products of at most 70 and two sums, each rounded.
                assert!((f32::from_bits(*found) as f64 - expected).abs() <= 6.0 * 70.0 * 6e-8);
            }
        }
    }
}
