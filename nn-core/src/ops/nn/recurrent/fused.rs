//! The op: all steps at once, and its gradient likewise.

use super::composed::plain;
use super::{RecurrentCell, RecurrentOptions};
use crate::graph::apply::{apply, apply_wanted};
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, Wanted, common_float};
use crate::ops::composite::gradient_of;
use crate::{Element, Error, Result, Shape, Tensor, UNKNOWN, is_known, with_float};
use nn_kernels::gemm::Gemm;
use nn_kernels::recurrent::{Gradients, Kept, Recurrence, Trail, Weights, backward, forward};

/// Inputs: x, kernel, recurrent kernel, bias, and the states before the first step. Outputs: the states after the steps, `[batch, steps,
/// units]`, with the last c behind them if `carry`; and what the pass forward keeps for the pass back.
pub(crate) struct Recurrent {
    pub(crate) options: RecurrentOptions,
    pub(crate) carry: bool,
}

/// Inputs: those of [`Recurrent`], the upstream gradient, and the two residuals. Outputs: the gradient of each of the former.
struct RecurrentGradient {
    options: RecurrentOptions,
    carry: bool,
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
        apply(Recurrent { options, carry }, inputs)
    }

    fn run<T: Gemm + Element>(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Vec<Tensor> {
        let r = sizes(&self.options, self.carry, inputs);
        let [inputs_len, gates_len, _] = r.kept_len();
        let mut memory = expected
            .wants(1)
            .then(|| [inputs_len, gates_len].map(|len| Tensor::build::<T>([len], |_| {})));
        if let Some(failed) = memory.iter().flatten().find(|t| t.error().is_some()) {
            return vec![failed.clone()];
        }
        let out = Tensor::build(expected[0].shape, |out: &mut [T]| {
            let kept = memory.as_mut().map(|[inputs, gates]| Kept {
                inputs: inputs.data_mut().expect("just made"),
                gates: gates.data_mut().expect("just made"),
            });
            let states = [inputs[4].data(), carried(inputs, r.cell)];
            forward(&r, inputs[0].data(), &weights(inputs), states, out, kept);
        });
        let [kept_inputs, kept_gates] =
            memory.unwrap_or_else(|| [1, 2].map(|i| expected.nothing(i)));
        vec![out, kept_inputs, kept_gates]
    }
}

impl Op for Recurrent {
    fn name(&self) -> &'static str {
        "recurrent"
    }

    fn attributes(&self) -> Attributes {
        self.options.attributes().with("carry", &self.carry)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
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
        let kept = match inputs.iter().all(|t| t.raw_shape().is_known()) {
            true => {
                let [inputs_len, gates_len, _] =
                    sizes(&self.options, self.carry, inputs).kept_len();
                [inputs_len, gates_len]
            }
            false => [UNKNOWN; 2],
        };
        let shapes = [
            Shape::from([batch, steps, units]),
            Shape::from([kept[0]]),
            Shape::from([kept[1]]),
        ];
        Ok(shapes.map(|shape| Spec { shape, dtype }).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(with_float!(expected[0].dtype, T => self.run::<T>(inputs, expected)).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = RecurrentGradient {
            options: self.options,
            carry: self.carry,
        };
        let count = at.inputs.len();
        let mut inputs = at.inputs.to_vec();
        inputs.push(at.upstream().clone());
        inputs.extend(at.outputs[1..].iter().cloned());
        let wanted = Wanted::of((0..count).map(|i| at.needs(i)));
        let all = apply_wanted(op, &inputs, wanted).into_vec();
        let gradients = all.into_iter().enumerate();
        Ok(gradients
            .map(|(i, gradient)| at.needs(i).then_some(gradient))
            .collect())
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: u32::MAX,
            outputs: 0b110,
        }
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        3
    }

    fn residuals(&self) -> usize {
        2
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    match RecurrentOptions::from_attributes(a)?.cell {
        RecurrentCell::Lstm => by_name::several::<6>(a, inputs)?,
        _ => by_name::several::<5>(a, inputs)?,
    }
    let [x, recurrent] = [0, 2].map(|i| inputs[i].raw_shape());
    match (x.rank(), recurrent.rank()) {
        (3, 2) => Ok(()),
        _ => Err(Error::shape(format!(
            "recurrent takes [batch, time, features] and a recurrent kernel of two axes, found {x} and {recurrent}"
        ))),
    }
}

by_name!("recurrent", fits, |a| Recurrent {
    options: RecurrentOptions::from_attributes(a)?,
    carry: a.get("carry")?
});

impl RecurrentGradient {
    fn run<T: Gemm + Element>(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Vec<Tensor> {
        let r = sizes(&self.options, self.carry, inputs);
        let count = expected.len();
        let [upstream, kept_inputs, kept_gates] = [0, 1, 2].map(|i| &inputs[count + i]);
        let made = |shape: Shape| Tensor::build::<T>(shape, |_| {});
        let (kernel, state) = (inputs[1].raw_shape(), inputs[4].raw_shape());
        let rows = Shape::from([r.weight_rows(), kernel[1]]);
        let mut dx = expected.wants(0).then(|| made(*inputs[0].raw_shape()));
        let mut d_weights = (1..4).any(|i| expected.wants(i)).then(|| made(rows));
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
            upstream.data(),
            Gradients {
                deltas: slice(&mut deltas),
                x: dx.as_mut().map(slice),
                states: [slice(&mut dh), slice(&mut dc)],
                weights: d_weights.as_mut().map(slice),
            },
        );
        let mut all = vec![dx.unwrap_or_else(|| expected.nothing(0))];
        let starts = [0, r.features + r.cell.biases(), r.features];
        for (i, start) in starts.into_iter().enumerate() {
            let shape = *inputs[i + 1].raw_shape();
            let part = d_weights
                .as_ref()
                .map(|all| all.sharing(shape, start * kernel[1]));
            all.push(part.unwrap_or_else(|| expected.nothing(i + 1)));
        }
        all.extend([dh, dc]);
        all.truncate(count);
        all
    }
}

impl Op for RecurrentGradient {
    fn name(&self) -> &'static str {
        "recurrent_gradient"
    }

    fn attributes(&self) -> Attributes {
        self.options.attributes().with("carry", &self.carry)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let gradients = inputs[..inputs.len() - 3].iter().map(Spec::of);
        Ok(gradients.collect::<Vec<_>>().into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        Ok(with_float!(expected[0].dtype, T => self.run::<T>(inputs, expected)).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let count = at.outputs.len();
        gradient_of(
            |inputs| self.plain(&inputs[..=count]),
            at.inputs,
            |i| i <= count && at.needs(i),
            at.upstreams,
        )
    }

    fn keeps(&self) -> Keeps {
        Keeps::INPUTS
    }

    fn output_count(&self, inputs: &[Tensor]) -> usize {
        inputs.len() - 3
    }
}

impl RecurrentGradient {
    /// The same gradients through the steps one by one.
    fn plain(&self, inputs: &[Tensor]) -> Vec<Tensor> {
        let (upstream, inputs) = inputs.split_last().expect("the upstream gradient");
        let found = gradient_of(
            |inputs| vec![plain(self.options, self.carry, inputs)],
            inputs,
            |_| true,
            &[Some(upstream.clone())],
        );
        match found {
            Ok(all) => all.into_iter().map(|g| g.expect("all asked for")).collect(),
            Err(error) => vec![Tensor::failed(error); inputs.len()],
        }
    }
}
