use super::*;
use crate::Element;
use crate::gemm::Gemm;
use crate::gemm::tests::{Numbers, on_threads};
use crate::simd::tests::{levels, with_level};

const CELLS: [Cell; 4] = [Cell::Simple, Cell::Lstm, Cell::Gru, Cell::GruResetBefore];

/// Everything that goes in: x, kernel, recurrent kernel, bias, h, c, gradient of the output.
fn inputs(r: &Recurrence, seed: u64) -> [Vec<f32>; 7] {
    let mut numbers = Numbers(seed);
    let (u, columns) = (r.units, r.columns());
    [
        r.batch * r.time * r.features,
        r.features * columns,
        u * columns,
        r.cell.biases() * columns,
        r.batch * u,
        (r.cell.states() - 1) * r.batch * u,
        r.batch * r.outputs() * u,
    ]
    .map(|len| numbers.vec(len))
}

/// Everything that comes out: the output, and the gradients of x, h, c and the weights.
fn run<T: Gemm>(r: &Recurrence, inputs: &[Vec<f32>; 7]) -> [Vec<f64>; 5] {
    let convert = |v: &Vec<f32>| -> Vec<T> { v.iter().map(|&v| T::from_f64(v.into())).collect() };
    let [x, kernel, recurrent, bias, h, c, d_out] = inputs.each_ref().map(convert);
    let weights = Weights {
        kernel: &kernel,
        recurrent: &recurrent,
        bias: &bias,
    };
    // What is there before must not matter.
    let made = |len: usize| vec![T::from_f64(f64::NAN); len];
    let mut out = made(d_out.len());
    let [mut kept_inputs, mut kept_gates, mut deltas] = r.kept_len().map(made);
    let kept = Kept {
        inputs: &mut kept_inputs,
        gates: &mut kept_gates,
    };
    forward(r, &x, &weights, [&h, &c], &mut out, Some(kept));
    let mut without = made(d_out.len());
    forward(r, &x, &weights, [&h, &c], &mut without, None);
    assert!(out == without, "keeping changes the output");

    let (mut dx, mut dh, mut dc) = (made(x.len()), made(h.len()), made(c.len()));
    let mut d_weights = made(r.weight_rows() * r.columns());
    backward(
        r,
        &weights,
        Trail {
            inputs: &kept_inputs,
            gates: &kept_gates,
            carry: &c,
        },
        &d_out,
        Gradients {
            deltas: &mut deltas,
            x: Some(&mut dx),
            states: [&mut dh, &mut dc],
            weights: Some(&mut d_weights),
        },
    );
    [out, dx, dh, dc, d_weights].map(|v| v.into_iter().map(Element::to_f64).collect())
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The output, from the formulas at [`Cell`].
fn reference(r: &Recurrence, inputs: &[Vec<f32>; 7]) -> Vec<f64> {
    let [x, kernel, recurrent, bias, h, c, _] = inputs
        .each_ref()
        .map(|v| v.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>());
    let (u, columns) = (r.units, r.columns());
    let product = |v: &[f64], matrix: &[f64], column: usize| -> f64 {
        v.iter()
            .enumerate()
            .map(|(k, v)| v * matrix[k * columns + column])
            .sum()
    };
    let mut out = Vec::new();
    for row in 0..r.batch {
        let mut h = h[row * u..(row + 1) * u].to_vec();
        let mut c = c.get(row * u..(row + 1) * u).unwrap_or_default().to_vec();
        for step in 0..r.time {
            let at = (row * r.time + r.place(step)) * r.features;
            let x = &x[at..at + r.features];
            let from_x =
                |gate: usize, j: usize| product(x, &kernel, gate * u + j) + bias[gate * u + j];
            let from_h = |h: &[f64], gate: usize, j: usize| product(h, &recurrent, gate * u + j);
            let sum = |gate: usize, j: usize| from_x(gate, j) + from_h(&h, gate, j);
            let own_bias = |gate: usize, j: usize| match r.cell {
                Cell::Gru => bias[columns + gate * u + j],
                _ => 0.0,
            };
            let reset: Vec<f64> = match r.cell {
                Cell::GruResetBefore => (0..u).map(|j| sigmoid(sum(1, j)) * h[j]).collect(),
                _ => Vec::new(),
            };
            let mut next_c = c.clone();
            let next: Vec<f64> = (0..u)
                .map(|j| match r.cell {
                    Cell::Simple => sum(0, j).tanh(),
                    Cell::Lstm => {
                        next_c[j] =
                            sigmoid(sum(1, j)) * c[j] + sigmoid(sum(0, j)) * sum(2, j).tanh();
                        sigmoid(sum(3, j)) * next_c[j].tanh()
                    }
                    Cell::Gru | Cell::GruResetBefore => {
                        let z = sigmoid(sum(0, j) + own_bias(0, j));
                        let state = match r.cell {
                            Cell::Gru => {
                                let gate = sigmoid(sum(1, j) + own_bias(1, j));
                                gate * (from_h(&h, 2, j) + own_bias(2, j))
                            }
                            _ => from_h(&reset, 2, j),
                        };
                        z * h[j] + (1.0 - z) * (from_x(2, j) + state).tanh()
                    }
                })
                .collect();
            (h, c) = (next, next_c);
            if r.sequences {
                out.extend(&h);
            }
        }
        if !r.sequences {
            out.extend(&h);
        }
        if r.carry {
            out.extend(&c);
        }
    }
    out
}

fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= tolerance * (1.0 + expected.abs()),
            "{what}[{i}] is {found}, expected {expected}"
        );
    }
}

fn recurrences() -> impl Iterator<Item = Recurrence> {
    let mut numbers = Numbers(3);
    (0..120).map(move |round| {
        let cell = CELLS[round % 4];
        // Now and then the smallest of everything, and enough rows for several tasks.
        let most = [
            [1, 1, 1, 1],
            [4, 5, 7, 9],
            [40, 6, 3, 35],
            [37, 3, 40, 20],
            [3, 2, 5, 300],
        ][round / 4 % 5];
        let size = most.map(|n| 1 + numbers.below(n));
        Recurrence {
            cell,
            batch: if round % 11 == 0 { 0 } else { size[0] },
            time: size[1],
            features: if round % 13 == 0 { 0 } else { size[2] },
            units: size[3],
            go_backwards: numbers.below(2) == 0,
            sequences: numbers.below(2) == 0,
            carry: cell == Cell::Lstm && numbers.below(2) == 0,
        }
    })
}

#[test]
fn agrees_with_the_formulas_and_with_double_precision() {
    for (seed, r) in recurrences().enumerate() {
        let inputs = inputs(&r, seed as u64);
        let exact = run::<f64>(&r, &inputs);
        // Sums of up to 340 products of f64 numbers below 1, five steps deep.
        assert_close(
            &format!("{r:?}: output"),
            &exact[0],
            &reference(&r, &inputs),
            1e-11,
        );
        for level in levels() {
            let found = with_level(level, || run::<f32>(&r, &inputs));
            for (k, what) in ["output", "dx", "dh", "dc", "d_weights"].iter().enumerate() {
                // The same sums in f32, which rounds by 6e-8: relative to the largest, since terms of both signs cancel.
                let size = exact[k].iter().fold(1.0, |size: f64, v| size.max(v.abs()));
                assert_close(
                    &format!("{level:?} {r:?}: {what}"),
                    &found[k],
                    &exact[k],
                    5e-5 * size,
                );
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    for cell in CELLS {
        let r = Recurrence {
            cell,
            batch: 70,
            time: 9,
            features: 20,
            units: 70,
            go_backwards: false,
            sequences: true,
            carry: cell == Cell::Lstm,
        };
        assert!(r.task_rows() < r.batch, "several tasks");
        let inputs = inputs(&r, 5);
        on_threads(|| run::<f32>(&r, &inputs));
    }
}
