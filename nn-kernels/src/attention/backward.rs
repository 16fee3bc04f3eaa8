//! The gradients of queries, keys and values.

use super::{Attention, Columns, Head, Operands};
use crate::gemm::{Gemm, Mat, Start, multiply, scratch};
use crate::parallel::{self, Parts};
use crate::reduce::fold::{Combine, Sum};
use crate::simd::{self, Level};

/// Where the gradients go, of the sizes of what they belong to.
pub struct Gradients<'a, T> {
    /// Of the queries.
    pub query: &'a mut [T],
    /// Of the keys.
    pub key: &'a mut [T],
    /// Of the values.
    pub value: &'a mut [T],
}

/// The gradients of `forward`, from the logarithms that it gave and the gradient of its result.
///
/// # Panics
/// When a slice does not have the length that `attention` says.
pub fn backward<T: Gemm>(
    attention: &Attention,
    operands: &Operands<T>,
    log_sums: &[T],
    d_out: &[T],
    to: Gradients<T>,
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
        log_sums.len() == rows
            && Some(d_out.len()) == rows.checked_mul(value_dim)
            && to.query.len() == operands.query.len()
            && to.key.len() == operands.key.len()
            && to.value.len() == operands.value.len(),
        "attention: the gradients do not have the sizes of {attention:?}"
    );
    if rows == 0 || attention.keys == 0 || value_dim == 0 {
        to.query.fill(T::default());
        to.key.fill(T::default());
        return to.value.fill(T::default());
    }
    let level = simd::level();
    let to = [Parts::of(to.query), Parts::of(to.key), Parts::of(to.value)];
    parallel::for_each_range(batch * kv_heads, 1, |pairs| {
        for pair in pairs {
            // SAFETY: the gradients of this head of keys and of the queries that it serves belong to no other task.
            unsafe {
                run(
                    level,
                    attention,
                    operands,
                    log_sums,
                    d_out,
                    [pair / kv_heads, pair % kv_heads],
                    to,
                )
            }
        }
    });
}

/// Everything of head `kv` of the keys of sequence `b`.
///
/// # Safety
/// `to` are the gradients as [`backward`] has them; nobody else uses what belongs to this head and the queries that it serves.
unsafe fn run<T: Gemm>(
    level: Level,
    a: &Attention,
    operands: &Operands<T>,
    log_sums: &[T],
    d_out: &[T],
    [b, kv]: [usize; 2],
    [d_query, d_key, d_value]: [Parts<T>; 3],
) {
    let key = Head::of(operands.key, [b, a.keys, kv, a.kv_heads, a.dim]);
    let value = Head::of(operands.value, [b, a.keys, kv, a.kv_heads, a.value_dim]);
    let (block, width, dim, value_dim) = (a.rows(), a.keys, a.dim, a.value_dim);
    let packed = [dim, value_dim].map(|dim| Columns::<T>::memory(level, width, dim));
    let dropped = if a.dropout.is_some() {
        block * width
    } else {
        0
    };
    let sizes = [
        packed[0],
        packed[1],
        width * dim,
        width * value_dim,
        block * width,
        block * width,
        dropped,
        block * dim,
    ];
    scratch::with(sizes.iter().sum(), |memory: &mut [T]| {
        let mut rest = memory;
        let [
            packed_keys,
            packed_values,
            dk,
            dv,
            weights,
            slopes,
            dropped,
            dq,
        ] = sizes.map(|size| {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(size);
            rest = others;
            own
        });
        let keys_packed = Columns::new(level, key, width, packed_keys);
        let values_packed = Columns::new(level, value, width, packed_values);
        dk.fill(T::default());
        dv.fill(T::default());
        for h in kv * a.group()..(kv + 1) * a.group() {
            let query = Head::of(operands.query, [b, a.queries, h, a.heads, dim]);
            let d_result = Head::of(d_out, [b, a.queries, h, a.heads, value_dim]);
            for first in (0..a.queries).step_by(block) {
                let count = block.min(a.queries - first);
                let keys = a.computed(first..first + count, !operands.masks.is_empty());
                if keys.is_empty() {
                    for i in first..first + count {
                        let place = ((b * a.queries + i) * a.heads + h) * dim;
                        // SAFETY: the row of this query, by the caller's promise.
                        unsafe { d_query.part(place..place + dim) }.fill(T::default());
                    }
                    continue;
                }
                keys_packed.multiply(query, first, count, keys.clone(), weights, width);
                values_packed.multiply(d_result, first, count, keys.clone(), slopes, width);
                let scale = T::from_f64(a.scale);
                simd::run_for::<T, _>(
                    level,
                    #[inline(always)]
                    || {
                        for i in 0..count {
                            let (at, row) = (
                                [b, h, first + i],
                                i * width + keys.start..i * width + keys.end,
                            );
                            let log_sum = log_sums[(b * a.heads + h) * a.queries + first + i];
                            let (weights, slopes) =
                                (&mut weights[row.clone()], &mut slopes[row.clone()]);
                            a.limit(weights, operands.masks, at, keys.clone());
                            a.softmax_again(weights, log_sum);
                            if a.dropout.is_some() {
                                let dropped = &mut dropped[row];
                                dropped.copy_from_slice(weights);
                                a.drop_out(dropped, at, keys.clone());
                                a.drop_out(slopes, at, keys.clone());
                            }
                            if log_sum == T::HIGHEST {
                                // What does not depend on the scores.
                                slopes.fill(T::ZERO);
                                continue;
                            }
                            let dot = Sum.fold3(
                                weights,
                                slopes,
                                weights,
                                #[inline(always)]
                                |w, s, _| w * s,
                            );
                            slopes
                                .iter_mut()
                                .zip(&*weights)
                                .for_each(|(s, &w)| *s = w * (*s - dot) * scale);
                        }
                    },
                );
                let used = if a.dropout.is_some() {
                    &*dropped
                } else {
                    &*weights
                };
                let [used, slopes] = [used, &*slopes].map(|data| Mat {
                    data: &data[keys.start..],
                    row_stride: width,
                    col_stride: 1,
                });
                let (len, to_values, to_keys) = (
                    keys.len(),
                    &mut dv[keys.start * value_dim..],
                    &mut dk[keys.start * dim..],
                );
                multiply(
                    level,
                    [len, value_dim, count],
                    used.transposed(),
                    d_result.rows(first),
                    to_values,
                    value_dim,
                    Start::Itself,
                );
                multiply(
                    level,
                    [len, dim, count],
                    slopes.transposed(),
                    query.rows(first),
                    to_keys,
                    dim,
                    Start::Itself,
                );
                multiply(
                    level,
                    [count, dim, len],
                    slopes,
                    key.rows(keys.start),
                    dq,
                    dim,
                    Start::Zero,
                );
                for (i, row) in dq.chunks_exact(dim).take(count).enumerate() {
                    let place = ((b * a.queries + first + i) * a.heads + h) * dim;
                    // SAFETY: the row of this query, by the caller's promise.
                    unsafe { d_query.part(place..place + dim) }.copy_from_slice(row);
                }
            }
        }
        for (own, to, dim) in [(&*dk, d_key, dim), (&*dv, d_value, value_dim)] {
            for (j, row) in own.chunks_exact(dim).enumerate() {
                let place = ((b * a.keys + j) * a.kv_heads + kv) * dim;
                // SAFETY: the row of this key, by the caller's promise.
                unsafe { to.part(place..place + dim) }.copy_from_slice(row);
            }
        }
    });
}
