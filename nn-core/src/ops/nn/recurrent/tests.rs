use super::*;
use crate::DType;
use crate::testing::{assert_close, check_gradient};
use crate::{GradientTape, UNKNOWN};

const CELLS: [RecurrentCell; 4] = [
    RecurrentCell::Simple,
    RecurrentCell::Lstm,
    RecurrentCell::Gru,
    RecurrentCell::GruResetBefore,
];

/// x, kernel, recurrent kernel, bias, h and c.
fn shapes(cell: RecurrentCell, [batch, time, features, units]: [usize; 4]) -> Vec<Vec<usize>> {
    let columns = cell.gates() * units;
    let bias = match cell {
        RecurrentCell::Gru => vec![2, columns],
        _ => vec![columns],
    };
    let mut all = vec![
        vec![batch, time, features],
        vec![features, columns],
        vec![units, columns],
        bias,
    ];
    all.extend(vec![vec![batch, units]; cell.states()]);
    all
}

fn weights(x: &[Tensor]) -> RecurrentWeights {
    RecurrentWeights {
        kernel: x[1].clone(),
        recurrent_kernel: x[2].clone(),
        bias: Some(x[3].clone()),
    }
}

fn numbers(shape: &[usize]) -> Tensor {
    let n: usize = shape.iter().product();
    (Tensor::arange(n).cast(DType::F64) * 1.7 + n as f64)
        .sin()
        .reshape(shape)
}

/// Output and states in one tensor.
fn joined((output, states): (Tensor, Vec<Tensor>)) -> Tensor {
    let flat = |t: &Tensor| t.reshape([t.num_elements()]);
    let all: Vec<Tensor> = [&output].into_iter().chain(&states).map(flat).collect();
    crate::concatenate(&all, 0)
}

#[test]
fn gradient() {
    for cell in CELLS {
        let shapes = shapes(cell, [2, 3, 2, 2]);
        let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let mut options = RecurrentOptions::new(cell);
        check_gradient(
            |x| joined(recurrent(&x[0], &weights(x), Some(&x[4..]), options)),
            &shapes,
        );
        (options.return_sequences, options.go_backwards) = (true, true);
        check_gradient(
            |x| recurrent_output(&x[0], &weights(x), Some(&x[4..]), options),
            &shapes,
        );
    }
}

#[test]
fn steps_one_by_one_give_the_same() {
    let steps = RecurrentSteps {
        activation: &Tensor::tanh,
        recurrent_activation: &Tensor::sigmoid,
        dropped: None,
        mask: None,
        zero_output_for_mask: false,
    };
    for cell in CELLS {
        for round in 0..4 {
            let options = RecurrentOptions {
                cell,
                go_backwards: round % 2 == 0,
                return_sequences: round >= 2,
            };
            let x: Vec<Tensor> = shapes(cell, [5, 4, 3, 7])
                .iter()
                .map(|s| numbers(s))
                .collect();
            let runs: [&dyn Fn() -> (Tensor, Vec<Tensor>); 2] = [
                &|| recurrent(&x[0], &weights(&x), Some(&x[4..]), options),
                &|| steps.run(&x[0], &weights(&x), Some(&x[4..]), options),
            ];
            let results = runs.map(|f| {
                let tape = GradientTape::new();
                x.iter().for_each(|x| tape.watch(x));
                let y = joined(f());
                (
                    tape.gradient(&(&y * numbers(&y.shape())).sum(), &x)
                        .unwrap(),
                    y,
                )
            });
            let [(fused, y), (plain, expected)] = &results;
            // The same sums in f64, in another order.
            assert_close(y, expected, 1e-12);
            fused
                .iter()
                .zip(plain)
                .for_each(|(a, b)| assert_close(a, b, 1e-12));
        }
    }
}

#[test]
fn masks_of_ones_change_nothing_and_zeros_cut_off() {
    for cell in CELLS {
        let x: Vec<Tensor> = shapes(cell, [3, 4, 2, 5])
            .iter()
            .map(|s| numbers(s))
            .collect();
        let run = |value: f64| {
            let mask =
                |shape: &[usize]| vec![Tensor::full_of(shape, value, DType::F64); cell.gates()];
            let steps = RecurrentSteps {
                activation: &Tensor::tanh,
                recurrent_activation: &Tensor::sigmoid,
                dropped: Some(RecurrentDropout {
                    inputs: Some(mask(&[3, 1, 2])),
                    states: Some(mask(&[3, 5])),
                }),
                mask: None,
                zero_output_for_mask: false,
            };
            steps
                .run(
                    &x[0],
                    &weights(&x),
                    Some(&x[4..]),
                    RecurrentOptions::new(cell),
                )
                .0
        };
        let expected = recurrent_output(
            &x[0],
            &weights(&x),
            Some(&x[4..]),
            RecurrentOptions::new(cell),
        );
        assert_close(&run(1.0), &expected, 1e-12);
        let cut = RecurrentWeights {
            kernel: x[1].zeros_like(),
            recurrent_kernel: x[2].zeros_like(),
            bias: Some(x[3].clone()),
        };
        let expected = recurrent_output(&x[0], &cut, Some(&x[4..]), RecurrentOptions::new(cell));
        assert_close(&run(0.0), &expected, 1e-12);
    }
}

#[test]
fn without_bias_and_states_they_are_zeros() {
    for cell in CELLS {
        let mut x: Vec<Tensor> = shapes(cell, [2, 3, 4, 5])
            .iter()
            .map(|s| numbers(s))
            .collect();
        x[3..].iter_mut().for_each(|t| *t = t.zeros_like());
        let bare = RecurrentWeights {
            bias: None,
            ..weights(&x)
        };
        let options = RecurrentOptions::new(cell);
        let (found, expected) = (
            recurrent(&x[0], &bare, None, options),
            recurrent(&x[0], &weights(&x), Some(&x[4..]), options),
        );
        assert_close(&joined(found), &joined(expected), 0.0);
    }
}

#[test]
fn unknown_batches_and_times() {
    for cell in CELLS {
        let mut x: Vec<Tensor> = shapes(cell, [2, 3, 4, 5])
            .iter()
            .map(|s| numbers(s))
            .collect();
        let mut options = RecurrentOptions::new(cell);
        x[0] = Tensor::abstract_of([UNKNOWN, UNKNOWN, 4], DType::F64);
        let (y, states) = recurrent(&x[0], &weights(&x), None, options);
        assert_eq!(y.shape().to_string(), "[_, 5]");
        assert!(states.iter().all(|s| s.shape().to_string() == "[_, 5]"));
        options.return_sequences = true;
        let (y, states) = recurrent(&x[0], &weights(&x), None, options);
        assert_eq!(y.shape().to_string(), "[_, _, 5]");
        assert!(states.iter().all(|s| s.shape().to_string() == "[_, 5]"));
        x[0] = Tensor::abstract_of([UNKNOWN, 3, 4], DType::F64);
        let (y, _) = recurrent(&x[0], &weights(&x), None, options);
        assert_eq!(y.shape().to_string(), "[_, 3, 5]");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let cell = RecurrentCell::Lstm;
    let x: Vec<Tensor> = shapes(cell, [2, 3, 4, 5])
        .iter()
        .map(|s| numbers(s))
        .collect();
    let options = RecurrentOptions::new(cell);
    let message = |x: &Tensor, weights: &RecurrentWeights, states: Option<&[Tensor]>| {
        let (y, states) = recurrent(x, weights, states, options);
        assert!(states.len() == 2 && states.iter().all(|s| s.error().is_some()));
        y.into_result().unwrap_err().to_string()
    };
    let e = message(&numbers(&[2, 3, 6]), &weights(&x), None);
    assert!(
        e.contains("takes a kernel of shape [6, 20], found [4, 20]"),
        "{e}"
    );
    let e = message(&numbers(&[2, 4]), &weights(&x), None);
    assert!(e.contains("[batch, time, features]"), "{e}");
    let e = message(&numbers(&[2, 0, 4]), &weights(&x), None);
    assert!(e.contains("at least one step of time"), "{e}");
    let e = message(&x[0], &weights(&x), Some(&x[4..5]));
    assert!(
        e.contains("two tensors, h and c, of [batch, units] as the first state, found 1"),
        "{e}"
    );
    let wrong = [numbers(&[2, 5]), numbers(&[3, 5])];
    let e = message(&x[0], &weights(&x), Some(&wrong));
    assert!(
        e.contains("first state c of shape [2, 5], found [3, 5]"),
        "{e}"
    );
    let steps = RecurrentSteps {
        activation: &Tensor::relu,
        recurrent_activation: &Tensor::sigmoid,
        dropped: None,
        mask: None,
        zero_output_for_mask: false,
    };
    let (y, _) = steps.run(&x[0], &weights(&x), Some(&wrong), options);
    assert!(
        y.into_result()
            .unwrap_err()
            .to_string()
            .contains("first state c")
    );
}
