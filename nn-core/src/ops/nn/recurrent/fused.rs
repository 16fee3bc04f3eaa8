//! The op: all steps at once, and its gradient likewise.

use super::composed::plain;
use super::{RecurrentCell, RecurrentOptions};
use crate::autodiff::tape;
use crate::graph::op::{Backward, Keeps, Op, apply, common_float};
use crate::ops::composite::gradient_of;
use crate::{DType, Element, Error, Result, Shape, Tensor, is_known, with_float};
use nn_kernels::gemm::Gemm;
use nn_kernels::recurrent::{Gradients, Kept, Recurrence, Trail, Weights, backward, forward};
use std::cell::OnceCell;
use std::rc::Rc;

/// What the pass forward keeps for the pass back, if a tape records.
type Memory = Rc<OnceCell<[Tensor; 2]>>;

/// Of x, kernel, recurrent kernel, bias, and the states; the states after the steps, `[batch, outputs, units]`, with the last c behind
/// them if `carry`.
pub struct Recurrent {
    options: RecurrentOptions,
    carry: bool,
    memory: Memory,
}

/// One of the gradients of [`Recurrent`], of its inputs and the upstream gradient. One pass computes all that are needed, whichever is
/// asked for first.
struct RecurrentGradient {
    which: usize,
    options: RecurrentOptions,
    carry: bool,
    memory: Memory,
    all: Rc<OnceCell<Vec<Tensor>>>,
    needs: Rc<[bool]>,
}

fn sizes(options: &RecurrentOptions, carry: bool, inputs: &[Tensor]) -> Recurrence {
    let (x, square) = (inputs[0].raw_shape(), inputs[2].raw_shape());
    Recurrence {
        cell: options.cell,
        batch: x[0],
        time: x[1],
        features: x[2],
        units: square[0],
        go_backwards: options.go_backwards,
        sequences: options.return_sequences,
        carry,
    }
}

fn weights<T: Element>(inputs: &[Tensor]) -> Weights<'_, T> {
    Weights {
        kernel: inputs[1].data(),
        recurrent: inputs[2].data(),
        bias: inputs[3].data(),
    }
}

/// The first state c, empty if there is none.
fn carried<T: Element>(inputs: &[Tensor], cell: RecurrentCell) -> &[T] {
    match cell {
        RecurrentCell::Lstm => inputs[5].data(),
        _ => &[],
    }
}

impl Recurrent {
    #[track_caller]
    pub fn apply(options: RecurrentOptions, carry: bool, inputs: &[Tensor]) -> Tensor {
        let op = Recurrent {
            options,
            carry,
            memory: Memory::default(),
        };
        apply(op, inputs)
    }

    fn run<T: Gemm + Element>(&self, inputs: &[Tensor], shape: Shape) -> Tensor {
        let r = sizes(&self.options, self.carry, inputs);
        let [inputs_len, gates_len, _] = r.kept_len();
        let mut memory = tape::is_recording()
            .then(|| [inputs_len, gates_len].map(|len| Tensor::build::<T>([len], |_| {})));
        if let Some(failed) = memory.iter().flatten().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let out = Tensor::build(shape, |out: &mut [T]| {
            let kept = memory.as_mut().map(|[inputs, gates]| Kept {
                inputs: inputs.data_mut().expect("just made"),
                gates: gates.data_mut().expect("just made"),
            });
            let states = [inputs[4].data(), carried(inputs, r.cell)];
            forward(&r, inputs[0].data(), &weights(inputs), states, out, kept);
        });
        if let Some(memory) = memory {
            self.memory.get_or_init(|| memory);
        }
        out
    }
}

impl Op for Recurrent {
    fn name(&self) -> &'static str {
        "recurrent"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let dtype = common_float("recurrent", inputs)?;
        let (x, cell) = (inputs[0].raw_shape(), self.options.cell);
        let (batch, time, features) = (x[0], x[1], x[2]);
        if time == 0 {
            return Err(Error::shape(format!(
                "recurrent needs at least one step of time, found {x}"
            )));
        }
        let units = inputs[2].raw_shape()[0];
        let columns = units.saturating_mul(cell.gates());
        let bias = match cell {
            RecurrentCell::Gru => Shape::from([2, columns]),
            _ => Shape::from([columns]),
        };
        let state = Shape::from([batch, units]);
        let expected = [
            ("kernel", Shape::from([features, columns])),
            ("recurrent kernel", Shape::from([units, columns])),
            ("bias", bias),
            ("first state h", state),
            ("first state c", state),
        ];
        for ((name, expected), found) in expected.iter().zip(&inputs[1..]) {
            let found = found.raw_shape();
            let fits = |(a, b): (&usize, &usize)| a == b || !is_known(*a) || !is_known(*b);
            if found.rank() != expected.rank() || !found.iter().zip(expected.iter()).all(fits) {
                return Err(Error::shape(format!(
                    "recurrent of {x} with {units} units ({cell:?}) takes a {name} of shape {expected}, found {found}"
                )));
            }
        }
        let steps = match (self.options.return_sequences, is_known(time)) {
            (true, true) => time + usize::from(self.carry),
            (true, false) => time,
            (false, _) => 1 + usize::from(self.carry),
        };
        Ok((Shape::from([batch, steps, units]), dtype))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        Ok(with_float!(dtype, T => self.run::<T>(inputs, shape)))
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let all = Rc::new(OnceCell::new());
        let needs: Rc<[bool]> = (0..at.inputs.len()).map(|i| at.needs(i)).collect();
        let mut inputs = at.inputs.to_vec();
        inputs.push(at.upstream.clone());
        let of = |which| {
            let op = RecurrentGradient {
                which,
                options: self.options,
                carry: self.carry,
                memory: self.memory.clone(),
                all: all.clone(),
                needs: needs.clone(),
            };
            at.when(which, || apply(op, &inputs))
        };
        Ok((0..at.inputs.len()).map(of).collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

impl RecurrentGradient {
    /// The gradients with respect to all inputs; empty tensors for those that are not needed.
    fn run<T: Gemm + Element>(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        let r = sizes(&self.options, self.carry, inputs);
        let [kept_inputs, kept_gates] = self.memory.get().expect("kept while a tape recorded");
        let made = |shape: Shape| Tensor::build::<T>(shape, |_| {});
        let wanted = |is_wanted: bool, shape: Shape| is_wanted.then(|| made(shape));
        let (kernel, state) = (inputs[1].raw_shape(), inputs[4].raw_shape());
        let rows = Shape::from([r.weight_rows(), kernel[1]]);
        let mut dx = wanted(self.needs[0], *inputs[0].raw_shape());
        let mut d_weights = wanted(self.needs[1..4].contains(&true), rows);
        let mut deltas = made(Shape::from([r.kept_len()[2]]));
        let mut dh = made(*state);
        let mut dc = made(match r.cell {
            RecurrentCell::Lstm => *state,
            _ => Shape::from([0]),
        });
        let mut all = [&deltas, &dh, &dc].into_iter().chain(&dx).chain(&d_weights);
        if let Some(failed) = all.find(|t| t.error().is_some()).cloned() {
            return vec![failed; inputs.len()];
        }
        drop(all);
        fn slice<T: Element>(t: &mut Tensor) -> &mut [T] {
            t.data_mut().expect("just made")
        }
        backward(
            &r,
            &weights::<T>(inputs),
            Trail {
                inputs: kept_inputs.data(),
                gates: kept_gates.data(),
                carry: carried(inputs, r.cell),
            },
            inputs[inputs.len() - 1].data(),
            Gradients {
                deltas: slice(&mut deltas),
                x: dx.as_mut().map(slice),
                states: [slice(&mut dh), slice(&mut dc)],
                weights: d_weights.as_mut().map(slice),
            },
        );
        let nothing = || Tensor::build::<T>([0], |_| {});
        let mut all = vec![dx.unwrap_or_else(nothing)];
        let starts = [0, r.features + r.cell.biases(), r.features];
        for (i, start) in starts.into_iter().enumerate() {
            let shape = *inputs[i + 1].raw_shape();
            let part = d_weights
                .as_ref()
                .map(|all| all.view(shape, start * kernel[1]));
            all.push(part.unwrap_or_else(nothing));
        }
        all.extend([dh, dc]);
        all
    }
}

impl Op for RecurrentGradient {
    fn name(&self) -> &'static str {
        "recurrent_gradient"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let like = &inputs[self.which];
        Ok((*like.raw_shape(), like.dtype()))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, dtype: DType) -> Result<Tensor> {
        let all = self
            .all
            .get_or_init(|| with_float!(dtype, T => self.run::<T>(inputs)));
        Ok(all[self.which].view(shape, 0))
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        gradient_of(
            |inputs| self.plain(inputs),
            at.inputs,
            |i| at.needs(i),
            at.upstream,
        )
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }
}

impl RecurrentGradient {
    /// The same gradient through the steps one by one.
    fn plain(&self, inputs: &[Tensor]) -> Tensor {
        let (upstream, inputs) = inputs.split_last().expect("the upstream gradient");
        let found = gradient_of(
            |inputs| plain(self.options, self.carry, inputs),
            inputs,
            |i| i == self.which,
            upstream,
        );
        match found {
            Ok(mut all) => all[self.which].take().expect("the one asked for"),
            Err(error) => Tensor::failed(error),
        }
    }
}
