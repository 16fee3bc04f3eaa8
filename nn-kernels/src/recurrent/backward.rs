//! The pass back through time.

use super::{Cell, Recurrence, Weights, gates, parts, parts_mut, pieces, pieces_mut};
use crate::gemm::{Gemm, Mat, Packed, scratch};
use crate::parallel;
use crate::simd::{self, Level};

/// What the pass forward left.
#[derive(Clone, Copy)]
pub struct Trail<'a, T> {
    /// [`super::Kept::inputs`].
    pub inputs: &'a [T],
    /// [`super::Kept::gates`].
    pub gates: &'a [T],
    /// The state c at the start, `[batch, units]`; of an LSTM only.
    pub carry: &'a [T],
}

/// Where the gradients go.
pub struct Gradients<'a, T> {
    /// Working memory, of the length that [`Recurrence::kept_len`] says last.
    pub deltas: &'a mut [T],
    /// Of x, where it is needed.
    pub x: Option<&'a mut [T]>,
    /// Of the states at the start.
    pub states: [&'a mut [T]; 2],
    /// Of the weights below each other, where they are needed: kernel, bias (its rows), recurrent kernel; `gates · units` columns.
    pub weights: Option<&'a mut [T]>,
}

/// The packed weights, transposed.
struct Products<'a, T: 'static> {
    /// From the gradients of the gates, as far as they lie together, to that of the state.
    state: Packed<'a, T>,
    /// For a GRU with its reset before: from the gradient of g to that of `r·h`.
    reset: Option<Packed<'a, T>>,
    /// From the gradients of the gates to that of x, and the place of the first of them.
    x: Vec<(usize, Packed<'a, T>)>,
}

/// Some rows on their way back.
struct Rows<'a, T> {
    trail: Trail<'a, T>,
    d_out: &'a [T],
    deltas: &'a mut [T],
    dx: &'a mut [T],
    dh: &'a mut [T],
    dc: &'a mut [T],
}

/// The gradients of `forward`, from that of its output.
///
/// # Panics
/// When a slice does not have the length that `r` says.
pub fn backward<T: Gemm>(
    r: &Recurrence,
    weights: &Weights<T>,
    trail: Trail<T>,
    d_out: &[T],
    to: Gradients<T>,
) {
    weights.check(r);
    let state_len = r.batch * r.units;
    let [dh, dc] = to.states;
    assert!(
        [trail.inputs.len(), trail.gates.len(), to.deltas.len()] == r.kept_len()
            && d_out.len() == state_len * r.outputs()
            && dh.len() == state_len
            && [trail.carry.len(), dc.len()] == [(r.cell.states() - 1) * state_len; 2],
        "recurrent: what was kept and the gradients do not have the sizes of {r:?}"
    );
    let wants_x = to.x.is_some();
    let dx = to.x.unwrap_or_default();
    assert!(!wants_x || dx.len() == r.batch * r.time * r.features);
    let deltas = to.deltas;
    if state_len > 0 {
        let level = simd::level();
        let rows = r.task_rows();
        let tasks = r.batch.div_ceil(rows);
        let per_step = r.kept_len().map(|len| len / r.batch);
        let mut all: Vec<Rows<T>> = pieces(trail.inputs, rows, per_step[0], tasks)
            .into_iter()
            .zip(pieces(trail.gates, rows, per_step[1], tasks))
            .zip(pieces(trail.carry, rows, r.units, tasks))
            .zip(pieces(d_out, rows, r.outputs() * r.units, tasks))
            .zip(pieces_mut(deltas, rows, per_step[2], tasks))
            .zip(pieces_mut(dx, rows, r.time * r.features, tasks))
            .zip(pieces_mut(dh, rows, r.units, tasks))
            .zip(pieces_mut(dc, rows, r.units, tasks))
            .map(
                |(((((((inputs, gates), carry), d_out), deltas), dx), dh), dc)| Rows {
                    trail: Trail {
                        inputs,
                        gates,
                        carry,
                    },
                    d_out,
                    deltas,
                    dx,
                    dh,
                    dc,
                },
            )
            .collect();
        with_products(level, r, weights, wants_x, |products| {
            parallel::for_each_chunk(&mut all, 1, |_, rows| {
                run(level, r, products, &mut rows[0]);
            });
        });
    }
    if let Some(d_weights) = to.weights {
        weight_gradients(r, trail.inputs, deltas, d_weights);
    }
}

/// Packs the transposed weights.
fn with_products<T: Gemm>(
    level: Level,
    r: &Recurrence,
    weights: &Weights<T>,
    wants_x: bool,
    f: impl FnOnce(&Products<T>),
) {
    let (units, columns) = (r.units, r.columns());
    // Columns from..to of a kernel, transposed.
    let part = |kernel, [from, to]: [usize; 2], n: usize| {
        let data: &[T] = kernel;
        let data = data.get(from..).unwrap_or_default();
        let b = Mat {
            data,
            row_stride: 1,
            col_stride: columns,
        };
        (b, to - from, n)
    };
    let (u, f_len) = (units, r.features);
    let state = match r.cell {
        Cell::GruResetBefore => [0, 2 * u],
        _ => [0, columns],
    };
    let mut matrices = vec![part(weights.recurrent, state, u)];
    let has_reset = r.cell == Cell::GruResetBefore;
    if has_reset {
        matrices.push(part(weights.recurrent, [2 * u, columns], u));
    }
    let mut places = Vec::new();
    if wants_x && f_len > 0 {
        // Between the gradients of r and g of a GRU lies that of g's recurrent part.
        let parts: &[(usize, [usize; 2])] = match r.cell {
            Cell::Gru => &[(0, [0, 2 * u]), (3 * u, [2 * u, columns])],
            _ => &[(0, [0, columns])],
        };
        for &(place, columns) in parts {
            places.push(place);
            matrices.push(part(weights.kernel, columns, f_len));
        }
    }
    let len = |&(_, k, n): &(Mat<T>, usize, usize)| Packed::<T>::len(level, k, n);
    scratch::with(matrices.iter().map(len).sum(), |memory| {
        let mut rest = memory;
        let mut packed = matrices.iter().map(|matrix| {
            let (piece, behind) = std::mem::take(&mut rest).split_at_mut(len(matrix));
            rest = behind;
            let &(b, k, n) = matrix;
            Packed::new(level, b, k, n, piece)
        });
        let state = packed.next().expect("the first");
        let reset = has_reset.then(|| packed.next().expect("the second"));
        let x = places.into_iter().zip(packed).collect();
        f(&Products { state, reset, x });
    });
}

/// Takes some rows back through all steps.
fn run<T: Gemm>(level: Level, r: &Recurrence, products: &Products<T>, rows: &mut Rows<T>) {
    let (u, width) = (r.units, r.width());
    let n = rows.dh.len() / u;
    let (gate_width, stride) = (r.cell.kept() * u, r.delta_stride());
    let outputs = r.outputs();
    rows.dh.fill(T::ZERO);
    if r.carry {
        for (dc, d_out) in rows
            .dc
            .chunks_exact_mut(u)
            .zip(rows.d_out.chunks_exact(outputs * u))
        {
            dc.copy_from_slice(&d_out[(outputs - 1) * u..]);
        }
    } else {
        rows.dc.fill(T::ZERO);
    }
    let add_upstream = |dh: &mut [T], d_out: &[T], index: usize| {
        for (dh, d_out) in dh.chunks_exact_mut(u).zip(d_out.chunks_exact(outputs * u)) {
            let d_out = &d_out[index * u..(index + 1) * u];
            dh.iter_mut().zip(d_out).for_each(|(dh, &d)| *dh += d);
        }
    };
    if !r.sequences {
        add_upstream(rows.dh, rows.d_out, 0);
    }
    scratch::with(n * u, |d_reset: &mut [T]| {
        for step in (0..r.time).rev() {
            if r.sequences {
                add_upstream(rows.dh, rows.d_out, step);
            }
            let inputs = &rows.trail.inputs[step * n * width..(step + 1) * n * width];
            let gates = &rows.trail.gates[step * n * gate_width..(step + 1) * n * gate_width];
            let deltas = &mut rows.deltas[step * n * stride..(step + 1) * n * stride];
            let carry = match (r.cell, step) {
                (Cell::Lstm, 0) => (rows.trail.carry, u),
                (Cell::Lstm, _) => {
                    let before = (step - 1) * n * gate_width;
                    (
                        &rows.trail.gates[before + 4 * u..before + n * gate_width],
                        gate_width,
                    )
                }
                _ => (rows.trail.carry, u),
            };
            one_step(
                level,
                r,
                products,
                [inputs, gates],
                carry,
                deltas,
                [rows.dh, rows.dc, d_reset],
            );
            let place = r.place(step) * r.features;
            for (i, (from, product)) in products.x.iter().enumerate() {
                let dx = &mut rows.dx[place..];
                product.multiply(n, &deltas[*from..], stride, dx, r.time * r.features, i > 0);
            }
        }
    });
}

/// One step: `dh` becomes the gradient of the state before, and `dc` likewise.
fn one_step<T: Gemm>(
    level: Level,
    r: &Recurrence,
    products: &Products<T>,
    [inputs, gates]: [&[T]; 2],
    (carry, carry_stride): (&[T], usize),
    deltas: &mut [T],
    [dh, dc, d_reset]: [&mut [T]; 3],
) {
    let (u, width) = (r.units, r.width());
    let (n, gate_width, stride) = (dh.len() / u, r.cell.kept() * u, r.delta_stride());
    let kept = gates.chunks_exact(gate_width);
    let before = inputs.chunks_exact(width).map(|row| &row[width - u..]);
    let adds = match r.cell {
        Cell::Simple => {
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let rows = kept
                        .zip(dh.chunks_exact(u))
                        .zip(deltas.chunks_exact_mut(stride));
                    for ((h, dh), deltas) in rows {
                        let [da] = parts_mut(deltas, u);
                        gates::simple_back(h, dh, da);
                    }
                },
            );
            false
        }
        Cell::Lstm => {
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let states = dh.chunks_exact(u).zip(dc.chunks_exact_mut(u));
                    let before = carry.chunks(carry_stride).map(|row| &row[..u]);
                    let rows = kept
                        .zip(before)
                        .zip(states)
                        .zip(deltas.chunks_exact_mut(stride));
                    for (((kept, before), (dh, dc)), deltas) in rows {
                        gates::lstm_back(parts(kept, u), before, dh, dc, parts_mut(deltas, u));
                    }
                },
            );
            false
        }
        Cell::Gru => {
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let rows = kept.zip(before).zip(dh.chunks_exact_mut(u));
                    for (((kept, before), dh), deltas) in rows.zip(deltas.chunks_exact_mut(stride))
                    {
                        gates::gru_back(parts(kept, u), before, dh, parts_mut(deltas, u));
                    }
                },
            );
            true
        }
        Cell::GruResetBefore => {
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let rows = kept.clone().zip(before.clone()).zip(dh.chunks_exact_mut(u));
                    for (((kept, before), dh), deltas) in rows.zip(deltas.chunks_exact_mut(stride))
                    {
                        let [dz, _, dg, reset] = parts_mut(deltas, u);
                        gates::update_back(parts(kept, u), before, dh, [dz, dg, reset]);
                    }
                },
            );
            let product = products.reset.as_ref().expect("packed for this cell");
            product.multiply(n, &deltas[2 * u..], stride, d_reset, u, false);
            simd::run_for::<T, _>(
                level,
                #[inline(always)]
                || {
                    let rows = kept
                        .zip(before)
                        .zip(dh.chunks_exact_mut(u).zip(d_reset.chunks_exact(u)));
                    for (((kept, before), (dh, d_reset)), deltas) in
                        rows.zip(deltas.chunks_exact_mut(stride))
                    {
                        let [_, reset_gate] = parts(kept, u);
                        let [_, dr] = parts_mut(deltas, u);
                        gates::reset_back(reset_gate, before, d_reset, dh, dr);
                    }
                },
            );
            true
        }
    };
    products.state.multiply(n, deltas, stride, dh, u, adds);
}

/// The gradients of the weights: products over all rows and steps.
fn weight_gradients<T: Gemm>(r: &Recurrence, inputs: &[T], deltas: &[T], out: &mut [T]) {
    let (u, features, columns) = (r.units, r.features, r.columns());
    assert!(out.len() == r.weight_rows() * columns);
    let steps = r.batch * r.time;
    if steps == 0 || columns == 0 {
        out.fill(T::ZERO);
        return;
    }
    let (width, stride) = (r.width(), r.delta_stride());
    // Rows `to.0..` and columns `to.1..` of the result, `size` of them: the transpose of what lies at `a`, times what lies at `b`.
    let mut product = |to: [usize; 2], size: [usize; 2], (a, a_stride): (&[T], usize), b: usize| {
        let a = Mat {
            data: a,
            row_stride: 1,
            col_stride: a_stride,
        };
        let b = Mat {
            data: &deltas[b..],
            row_stride: stride,
            col_stride: 1,
        };
        let c = &mut out[to[0] * columns + to[1]..];
        T::gemm(size[0], size[1], steps, a, b, c, columns, false);
    };
    let (with_input, with_state) = ((inputs, width), (&inputs[features..], width));
    match r.cell {
        Cell::Simple | Cell::Lstm => product([0, 0], [width, columns], with_input, 0),
        Cell::Gru => {
            product([0, 0], [features + 1, 2 * u], with_input, 0);
            product([0, 2 * u], [features + 1, u], with_input, 3 * u);
            product([features + 1, 0], [1 + u, columns], with_state, 0);
        }
        Cell::GruResetBefore => {
            product([0, 0], [features + 1, columns], with_input, 0);
            let state = (&inputs[features + 1..], width);
            product([features + 1, 0], [u, 2 * u], state, 0);
            product(
                [features + 1, 2 * u],
                [u, u],
                (&deltas[3 * u..], stride),
                2 * u,
            );
        }
    }
}
