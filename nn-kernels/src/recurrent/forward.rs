//! The pass through time.

use super::{Cell, Recurrence, Weights, gates, parts_mut, pieces, pieces_mut};
use crate::gemm::{Gemm, Packed, scratch};
use crate::memory;
use crate::parallel;
use crate::simd::{self, Level};
use std::ops::Range;

/// What `backward` needs of the pass; in an order of its own, sizes in [`Recurrence::kept_len`].
pub struct Kept<'a, T> {
    /// `[input | 1 | state]` of every step.
    pub inputs: &'a mut [T],
    /// The gates of every step after their functions.
    pub gates: &'a mut [T],
}

/// The packed weights.
struct Products<'a, T: 'static> {
    /// Kernel, bias and recurrent kernel on each other; for a GRU those of z and r.
    whole: Packed<'a, T>,
    /// For a GRU those of g: kernel and bias, and the recurrent kernel, below its bias if it has one of its own.
    candidate: Option<[Packed<'a, T>; 2]>,
}

/// Some rows on their way through time.
struct Rows<'a, T> {
    x: &'a [T],
    states: [&'a [T]; 2],
    out: &'a mut [T],
    inputs: &'a mut [T],
    gates: &'a mut [T],
}

/// All steps of [`Cell`]: `x` is `[batch, time, features]`, the states h and (of an LSTM) c at the start `[batch, units]`, and `out`
/// `[batch, outputs, units]`.
///
/// # Panics
/// When a slice does not have the length that `r` says.
pub fn forward<T: Gemm>(
    r: &Recurrence,
    x: &[T],
    weights: &Weights<T>,
    states: [&[T]; 2],
    out: &mut [T],
    kept: Option<Kept<T>>,
) {
    weights.check(r);
    let state_len = r.batch * r.units;
    assert!(
        x.len() == r.batch * r.time * r.features
            && out.len() == state_len * r.outputs()
            && states[0].len() == state_len
            && states[1].len() == (r.cell.states() - 1) * state_len,
        "recurrent: x, states and output do not have the sizes of {r:?}"
    );
    if out.is_empty() {
        return;
    }
    let keeps = kept.is_some();
    let (inputs, gates): (&mut [T], &mut [T]) = match kept {
        Some(kept) => (kept.inputs, kept.gates),
        None => (&mut [], &mut []),
    };
    if keeps {
        assert!([inputs.len(), gates.len()] == r.kept_len()[..2]);
    }
    let level = simd::level();
    let rows = r.task_rows();
    let tasks = r.batch.div_ceil(rows);
    let mut all: Vec<Rows<T>> = pieces(x, rows, r.time * r.features, tasks)
        .into_iter()
        .zip(pieces(states[0], rows, r.units, tasks))
        .zip(pieces(states[1], rows, r.units, tasks))
        .zip(pieces_mut(out, rows, r.outputs() * r.units, tasks))
        .zip(pieces_mut(inputs, rows, r.time * r.width(), tasks))
        .zip(pieces_mut(
            gates,
            rows,
            r.time * r.cell.kept() * r.units,
            tasks,
        ))
        .map(|(((((x, h), c), out), inputs), gates)| Rows {
            x,
            states: [h, c],
            out,
            inputs,
            gates,
        })
        .collect();
    with_products(level, r, weights, |products| {
        parallel::for_each_chunk(&mut all, 1, |_, rows| {
            run(level, r, products, &mut rows[0], keeps);
        });
    });
}

/// Packs the weights.
fn with_products<T: Gemm>(
    level: Level,
    r: &Recurrence,
    weights: &Weights<T>,
    f: impl FnOnce(&Products<T>),
) {
    let (units, columns) = (r.units, r.columns());
    let has_candidate = matches!(r.cell, Cell::Gru | Cell::GruResetBefore);
    let (gates, candidate) = match has_candidate {
        true => (0..2 * units, 2 * units..columns),
        false => (0..columns, columns..columns),
    };
    let kernel = |part: Range<usize>| {
        let rows = weights.kernel.chunks_exact(columns);
        rows.map(move |row| &row[part.clone()])
    };
    let recurrent = |part: Range<usize>| {
        let rows = weights.recurrent.chunks_exact(columns);
        rows.map(move |row| &row[part.clone()])
    };
    // The biases of z and r are added up, whatever their number.
    let mut sum = memory::collected(weights.bias[..columns].iter().copied());
    weights.bias[columns..]
        .iter()
        .zip(&mut sum)
        .for_each(|(&b, sum)| *sum += b);
    let whole: Vec<&[T]> = kernel(gates.clone())
        .chain([&sum[gates.clone()]])
        .chain(recurrent(gates.clone()))
        .collect();
    let input: Vec<&[T]> = kernel(candidate.clone())
        .chain([&weights.bias[candidate.clone()]])
        .collect();
    let own_bias = weights
        .bias
        .get(columns + candidate.start..columns + candidate.end);
    let state: Vec<&[T]> = own_bias
        .into_iter()
        .chain(recurrent(candidate.clone()))
        .collect();
    let lens = [
        Packed::<T>::len(level, whole.len(), gates.len()),
        Packed::<T>::len(level, input.len(), candidate.len()),
        Packed::<T>::len(level, state.len(), candidate.len()),
    ];
    scratch::with(lens.iter().sum(), |memory| {
        let (first, rest) = memory.split_at_mut(lens[0]);
        let (second, third) = rest.split_at_mut(lens[1]);
        f(&Products {
            whole: Packed::of_rows(level, &whole, gates.len(), first),
            candidate: has_candidate.then(|| {
                [
                    Packed::of_rows(level, &input, candidate.len(), second),
                    Packed::of_rows(level, &state, candidate.len(), third),
                ]
            }),
        });
    });
}

/// Takes some rows through all steps.
fn run<T: Gemm>(
    level: Level,
    r: &Recurrence,
    products: &Products<T>,
    rows: &mut Rows<T>,
    keeps: bool,
) {
    let (units, width, features) = (r.units, r.width(), r.features);
    let n = rows.states[0].len() / units;
    let gate_width = r.cell.kept() * units;
    // Without anybody to keep them, all steps share the memory of one.
    let own = if keeps { 0 } else { n };
    scratch::with(2 * n * units + own * (width + gate_width), |memory| {
        let (h, memory) = memory.split_at_mut(n * units);
        let (other, memory) = memory.split_at_mut(n * units);
        let (own_inputs, own_gates) = memory.split_at_mut(own * width);
        let (inputs, gates, slots) = match keeps {
            true => (&mut *rows.inputs, &mut *rows.gates, r.time),
            false => (own_inputs, own_gates, 1),
        };
        h.copy_from_slice(rows.states[0]);
        if r.cell == Cell::Lstm {
            other.copy_from_slice(rows.states[1]);
        }
        for step in 0..r.time {
            let slot = step % slots;
            let inputs = &mut inputs[slot * n * width..(slot + 1) * n * width];
            let gates = &mut gates[slot * n * gate_width..(slot + 1) * n * gate_width];
            let place = r.place(step) * features;
            for (row, (input, h)) in inputs
                .chunks_exact_mut(width)
                .zip(h.chunks_exact(units))
                .enumerate()
            {
                let x = &rows.x[row * r.time * features + place..][..features];
                input[..features].copy_from_slice(x);
                input[features] = T::ONE;
                input[features + 1..].copy_from_slice(h);
            }
            one_step(level, r, products, inputs, gates, h, other);
            if r.sequences {
                store(r, rows.out, step, h);
            }
        }
        if !r.sequences {
            store(r, rows.out, 0, h);
        }
        if r.carry {
            store(r, rows.out, r.outputs() - 1, other);
        }
    });
}

/// Writes the states of all rows as output number `index`.
fn store<T: Copy>(r: &Recurrence, out: &mut [T], index: usize, state: &[T]) {
    let out = out.chunks_exact_mut(r.outputs() * r.units);
    for (out, state) in out.zip(state.chunks_exact(r.units)) {
        out[index * r.units..(index + 1) * r.units].copy_from_slice(state);
    }
}

/// One step: `h` becomes the new state, and `other` the new c of an LSTM.
fn one_step<T: Gemm>(
    level: Level,
    r: &Recurrence,
    products: &Products<T>,
    inputs: &[T],
    gates: &mut [T],
    h: &mut [T],
    other: &mut [T],
) {
    let (u, width, features) = (r.units, r.width(), r.features);
    let (n, stride) = (h.len() / u, r.cell.kept() * u);
    products
        .whole
        .multiply(n, inputs, width, gates, stride, false);
    let states = h.chunks_exact_mut(u).zip(other.chunks_exact_mut(u));
    match (r.cell, &products.candidate) {
        (Cell::Simple, _) => simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || gates::simple(gates, h),
        ),
        (Cell::Lstm, _) => simd::run_for::<T, _>(
            level,
            #[inline(always)]
            || {
                for (gates, (h, c)) in gates.chunks_exact_mut(stride).zip(states) {
                    let [i, f, g, o, kept] = parts_mut(gates, u);
                    gates::lstm([i, f, g, o], kept, c, h);
                }
            },
        ),
        (_, None) => unreachable!("a GRU has a candidate"),
        (Cell::Gru, Some([input, state])) => {
            state.multiply(
                n,
                &inputs[features..],
                width,
                &mut gates[2 * u..],
                stride,
                false,
            );
            input.multiply(n, inputs, width, &mut gates[3 * u..], stride, false);
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    for (gates, (h, _)) in gates.chunks_exact_mut(stride).zip(states) {
                        gates::gru(parts_mut(gates, u), h);
                    }
                },
            );
        }
        (Cell::GruResetBefore, Some([input, state])) => {
            input.multiply(n, inputs, width, &mut gates[2 * u..], stride, false);
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    for (gates, (h, reset)) in gates.chunks_exact_mut(stride).zip(states) {
                        let [z, r, _] = parts_mut(gates, u);
                        gates::reset([z, r], h, reset);
                    }
                },
            );
            state.multiply(n, other, u, &mut gates[2 * u..], stride, true);
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    for (gates, h) in gates.chunks_exact_mut(stride).zip(h.chunks_exact_mut(u)) {
                        let [z, _, g] = parts_mut(gates, u);
                        gates::update(z, g, h);
                    }
                },
            );
        }
    }
}
