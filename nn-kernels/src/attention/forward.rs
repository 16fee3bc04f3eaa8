//! From queries, keys and values to the result.

use super::{Attention, Columns, Head, MOST_ROWS, Operands};
use crate::gemm::{Gemm, Mat, Start, multiply, scratch};
use crate::parallel::{self, Parts};
use crate::simd::{self, Level};
use std::ops::Range;

/// Queries of a head in a task.
const TASK_QUERIES: usize = 128;

/// The result of an attention, and for each `[batch, heads, queries]` the logarithm of the sum of its exponentials, which the gradient asks for
/// (none, if the slice is empty).
///
/// # Panics
/// When a slice does not have the length that `attention` says.
pub fn forward<T: Gemm>(
    attention: &Attention,
    operands: &Operands<T>,
    out: &mut [T],
    log_sums: &mut [T],
) {
    let &Attention {
        batch,
        queries,
        heads,
        kv_heads,
        value_dim,
        ..
    } = attention;
    attention.check(operands);
    let rows = batch * queries * heads;
    assert!(
        Some(out.len()) == rows.checked_mul(value_dim)
            && (log_sums.is_empty() || log_sums.len() == rows),
        "attention: the result does not have the sizes of {attention:?}"
    );
    if out.is_empty() {
        return;
    }
    if attention.keys == 0 {
        out.fill(T::default());
        return log_sums.fill(T::HIGHEST);
    }
    let level = simd::level();
    let pieces = queries.div_ceil(TASK_QUERIES);
    let keeps = !log_sums.is_empty();
    let to = [Parts::of(out), Parts::of(log_sums)];
    parallel::for_each_range(batch * kv_heads * pieces, 1, |tasks| {
        for task in tasks {
            let (pair, first) = (task / pieces, task % pieces * TASK_QUERIES);
            let (b, kv) = (pair / kv_heads, pair % kv_heads);
            let some = first..(first + TASK_QUERIES).min(queries);
            // SAFETY: the rows of the result are those of these queries, of heads that no other task has.
            unsafe { run(level, attention, operands, [b, kv], some, to, keeps) }
        }
    });
}

/// Some queries of the heads that share head `kv` of the keys of sequence `b`.
///
/// # Safety
/// `to` are the result and the logarithms as [`forward`] has them; nobody else uses what belongs to these queries.
unsafe fn run<T: Gemm>(
    level: Level,
    a: &Attention,
    operands: &Operands<T>,
    [b, kv]: [usize; 2],
    queries: Range<usize>,
    [out, log_sums]: [Parts<T>; 2],
    keeps: bool,
) {
    let key = Head::of(operands.key, [b, a.keys, kv, a.kv_heads, a.dim]);
    let value = Head::of(operands.value, [b, a.keys, kv, a.kv_heads, a.value_dim]);
    let (block, width) = (a.rows(), a.keys);
    let packed = Columns::<T>::memory(level, a.keys, a.dim);
    scratch::with(
        packed + block * (width + a.value_dim),
        |memory: &mut [T]| {
            let (packed, memory) = memory.split_at_mut(packed);
            let (scores, found) = memory.split_at_mut(block * width);
            let columns = Columns::new(level, key, a.keys, packed);
            let mut sums = [T::ZERO; MOST_ROWS];
            for h in kv * a.group()..(kv + 1) * a.group() {
                let query = Head::of(operands.query, [b, a.queries, h, a.heads, a.dim]);
                for first in queries.clone().step_by(block) {
                    let count = block.min(queries.end - first);
                    let keys = a.computed(first..first + count, !operands.masks.is_empty());
                    if !keys.is_empty() {
                        columns.multiply(query, first, count, keys.clone(), scores, width);
                    }
                    simd::run_for::<T, _>(
                        level,
                        #[inline(always)]
                        || {
                            let scores = &mut scores[..count * width];
                            for (i, row) in scores.chunks_exact_mut(width).enumerate() {
                                let row = &mut row[keys.clone()];
                                a.limit(row, operands.masks, [b, h, first + i], keys.clone());
                            }
                            a.softmax(scores, width, keys.clone(), &mut sums[..count], keeps);
                            if a.dropout.is_some() {
                                for (i, row) in scores.chunks_exact_mut(width).enumerate() {
                                    let row = &mut row[keys.clone()];
                                    a.drop_out(row, [b, h, first + i], keys.clone());
                                }
                            }
                        },
                    );
                    if keeps {
                        let place = (b * a.heads + h) * a.queries + first;
                        // SAFETY: the places of these queries, by the caller's promise.
                        unsafe { log_sums.part(place..place + count) }
                            .copy_from_slice(&sums[..count]);
                    }
                    let weights = Mat {
                        data: &scores[keys.start..],
                        row_stride: width,
                        col_stride: 1,
                    };
                    let values = match keys.is_empty() {
                        true => Mat {
                            data: &[][..],
                            row_stride: 1,
                            col_stride: 1,
                        },
                        false => value.rows(keys.start),
                    };
                    multiply(
                        level,
                        [count, a.value_dim, keys.len()],
                        weights,
                        values,
                        found,
                        a.value_dim,
                        Start::Zero,
                    );
                    for (i, row) in found.chunks_exact(a.value_dim).take(count).enumerate() {
                        let place = ((b * a.queries + first + i) * a.heads + h) * a.value_dim;
                        // SAFETY: the row of this query, by the caller's promise.
                        unsafe { out.part(place..place + a.value_dim) }.copy_from_slice(row);
                    }
                }
            }
        },
    );
}
