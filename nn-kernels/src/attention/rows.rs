//! Rows of scores: which count, and their softmax.

use super::{Attention, MOST_ROWS, Mask, MaskValues};
use crate::math::Float;
use crate::random;
use crate::reduce::fold::{Combine, Sum, greatest_number};
use std::hint::select_unpredictable as select;
use std::ops::Range;

impl<T: Float> Mask<'_, T> {
    /// Limits a row of scores: those of query `q` of a head with these keys.
    #[inline(always)]
    fn apply(&self, row: &mut [T], [b, h, q]: [usize; 3], keys: Range<usize>) {
        let at = b * self.strides[0] + h * self.strides[1] + q * self.strides[2];
        match (self.values, self.strides[3]) {
            (MaskValues::Keep(keep), 0) => {
                if !keep[at] {
                    row.fill(T::LOWEST);
                }
            }
            (MaskValues::Add(add), 0) => row.iter_mut().for_each(|v| *v += add[at]),
            (MaskValues::Keep(keep), _) => {
                let keep = &keep[at + keys.start..at + keys.end];
                row.iter_mut()
                    .zip(keep)
                    .for_each(|(v, &keep)| *v = if keep { *v } else { T::LOWEST });
            }
            (MaskValues::Add(add), _) => {
                let add = &add[at + keys.start..at + keys.end];
                row.iter_mut().zip(add).for_each(|(v, &add)| *v += add);
            }
        }
    }
}

impl Attention {
    /// Makes products of a query and `keys` the scores that count: scaled, and -∞ where the key is not seen.
    #[inline(always)]
    pub(super) fn limit<T: Float>(
        &self,
        row: &mut [T],
        masks: &[Mask<T>],
        at: [usize; 3],
        keys: Range<usize>,
    ) {
        let scale = T::from_f64(self.scale);
        row.iter_mut().for_each(|v| *v *= scale);
        for mask in masks {
            mask.apply(row, at, keys.clone());
        }
        let seen = self.seen(at[2]..at[2] + 1);
        let place = |key: usize| key.clamp(keys.start, keys.end) - keys.start;
        row[..place(seen.start)].fill(T::LOWEST);
        row[place(seen.end)..].fill(T::LOWEST);
    }

    /// What each key weighs for a query that sees none.
    #[inline(always)]
    fn share<T: Float>(&self) -> T {
        match self.mean_of_nothing {
            true => T::ONE / T::from_f64(self.keys as f64),
            false => T::ZERO,
        }
    }

    /// The softmax of `count` rows of scores in place, of the columns `keys` of rows of `width`. What is left in `sums` are the logarithms of
    /// the sums of their exponentials if they are asked for, ∞ where a query sees no key.
    ///
    /// One step is taken for all rows before the next one: within a row each waits for the one before.
    #[inline(always)]
    pub(super) fn softmax<T: Float>(
        &self,
        scores: &mut [T],
        width: usize,
        keys: Range<usize>,
        sums: &mut [T],
        logarithms: bool,
    ) {
        let mut greatest = [T::ZERO; MOST_ROWS];
        let greatest = &mut greatest[..sums.len()];
        for (row, greatest) in scores.chunks_exact(width).zip(&mut *greatest) {
            *greatest = greatest_number(&row[keys.clone()]);
        }
        let rows = scores.chunks_exact_mut(width).zip(&*greatest);
        for ((row, &greatest), sum) in rows.zip(&mut *sums) {
            let row = &mut row[keys.clone()];
            *sum = T::ZERO;
            if greatest == T::LOWEST && !row.iter().any(|&v| T::nan(v)) {
                row.fill(self.share());
                *sum = T::HIGHEST;
                continue;
            }
            row.iter_mut().for_each(|v| *v = Float::exp(*v - greatest));
        }
        let seeing = |sum: T| sum != T::HIGHEST;
        for (row, sum) in scores.chunks_exact(width).zip(&mut *sums) {
            if seeing(*sum) {
                *sum = Sum.all(&row[keys.clone()]);
            }
        }
        for (row, &sum) in scores.chunks_exact_mut(width).zip(&*sums) {
            if seeing(sum) {
                let scale = T::ONE / sum;
                row[keys.clone()].iter_mut().for_each(|v| *v *= scale);
            }
        }
        if logarithms {
            for (sum, &greatest) in sums.iter_mut().zip(&*greatest) {
                let logarithm = greatest + Float::ln(*sum);
                *sum = select(seeing(*sum), logarithm, T::HIGHEST);
            }
        }
    }

    /// The same softmax once more, from that logarithm.
    #[inline(always)]
    pub(super) fn softmax_again<T: Float>(&self, row: &mut [T], log_sum: T) {
        match log_sum == T::HIGHEST {
            true => row.fill(self.share()),
            false => row.iter_mut().for_each(|v| *v = Float::exp(*v - log_sum)),
        }
    }

    /// Leaves out what dropout does of the weights of a query for `keys`.
    #[inline(always)]
    pub(super) fn drop_out<T: Float>(
        &self,
        row: &mut [T],
        [b, h, q]: [usize; 3],
        keys: Range<usize>,
    ) {
        if let Some(dropout) = self.dropout {
            let scale = T::from_f64(dropout.scale);
            let first = (((b * self.heads + h) * self.queries + q) * self.keys + keys.start) as u64;
            for (i, v) in row.iter_mut().enumerate() {
                let kept = random::bits(dropout.key, first + i as u64) >> 11 < dropout.limit;
                *v = if kept { *v * scale } else { T::ZERO };
            }
        }
    }
}
