//! The same layers step by step, made of other ops: for any activations, for dropout of the state, and for gradients of gradients.

use super::{OverTime, RecurrentCell, RecurrentOptions};
use crate::Tensor;
use crate::ops::{concatenate, stack};
use std::fmt;

/// What [`recurrent`](super::recurrent) fixes and steps one by one leave open.
pub struct RecurrentSteps<'a> {
    /// The function of the candidate and of what an LSTM gives out; tanh as a rule.
    pub activation: &'a dyn Fn(&Tensor) -> Tensor,
    /// The function of the gates; sigmoid as a rule.
    pub recurrent_activation: &'a dyn Fn(&Tensor) -> Tensor,
    /// What is dropped, if anything.
    pub dropped: Option<RecurrentDropout>,
    /// Which steps count, `[batch, time]` of `bool`; all if there is none. See [`OverTime::mask`].
    pub mask: Option<Tensor>,
    /// See [`OverTime::zero_output_for_mask`].
    pub zero_output_for_mask: bool,
}

impl fmt::Debug for RecurrentSteps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecurrentSteps")
            .field("dropped", &self.dropped)
            .field("mask", &self.mask)
            .field("zero_output_for_mask", &self.zero_output_for_mask)
            .finish_non_exhaustive()
    }
}

/// Factors for each gate, the same at all steps: 0 where something is dropped.
#[derive(Clone, Debug)]
pub struct RecurrentDropout {
    /// Of the inputs, `[batch, 1, features]` for each gate.
    pub inputs: Option<Vec<Tensor>>,
    /// Of the states, `[batch, units]` for each gate.
    pub states: Option<Vec<Tensor>>,
}

/// A product with a kernel whose gates may see different things.
struct Projection {
    kernel: Tensor,
    /// Kernel and mask of each gate.
    masked: Option<Vec<(Tensor, Tensor)>>,
}

impl Projection {
    fn new(kernel: &Tensor, gates: usize, masks: Option<&[Tensor]>) -> Projection {
        let masked = masks.map(|masks| {
            let kernels = kernel.split(gates, -1);
            kernels.into_iter().zip(masks.iter().cloned()).collect()
        });
        Projection {
            kernel: kernel.clone(),
            masked,
        }
    }

    fn apply(&self, x: &Tensor) -> Tensor {
        match &self.masked {
            None => x.matmul(&self.kernel),
            Some(gates) => concatenate(
                gates.iter().map(|(kernel, mask)| (x * mask).matmul(kernel)),
                -1,
            ),
        }
    }
}

impl RecurrentSteps<'_> {
    /// The output of every step, and the states after the last.
    pub(super) fn steps(
        &self,
        inputs: &[Tensor],
        options: RecurrentOptions,
    ) -> (Vec<Tensor>, Vec<Tensor>) {
        let [x, kernel, recurrent_kernel, bias] = &inputs[..4] else {
            unreachable!("x and the weights")
        };
        let cell = options.cell;
        let (input_bias, state_bias) = match cell {
            RecurrentCell::Gru => (bias.index_axis(0, 0), Some(bias.index_axis(0, 1))),
            _ => (bias.clone(), None),
        };
        let dropped = self.dropped.as_ref();
        let of_inputs = dropped.and_then(|d| d.inputs.as_deref());
        let of_states = dropped.and_then(|d| d.states.as_deref());
        let projected = Projection::new(kernel, cell.gates(), of_inputs).apply(x) + input_bias;
        let step = Step {
            functions: self,
            cell,
            state: Projection::new(recurrent_kernel, cell.gates(), of_states),
            candidate: (cell == RecurrentCell::GruResetBefore).then(|| {
                let units = recurrent_kernel.raw_shape()[0];
                let gates = recurrent_kernel.columns(0..2 * units);
                let gates = Projection::new(&gates, 2, of_states.map(|masks| &masks[..2]));
                let own = recurrent_kernel.columns(2 * units..);
                (
                    gates,
                    Projection::new(&own, 1, of_states.map(|masks| &masks[2..])),
                )
            }),
            bias: state_bias,
        };
        let over_time = OverTime {
            go_backwards: options.go_backwards,
            mask: self.mask.clone(),
            zero_output_for_mask: self.zero_output_for_mask,
        };
        over_time.run(&projected, inputs[4..].to_vec(), |x, states| {
            let states = step.next(x, states);
            (states[0].clone(), states)
        })
    }
}

/// One step and what all steps share.
struct Step<'a> {
    functions: &'a RecurrentSteps<'a>,
    cell: RecurrentCell,
    state: Projection,
    /// Of a GRU with its reset before the product: the products of z and r, and of the candidate.
    candidate: Option<(Projection, Projection)>,
    bias: Option<Tensor>,
}

impl Step<'_> {
    /// The states after a step from those before it and the projected input.
    fn next(&self, x: &Tensor, states: &[Tensor]) -> Vec<Tensor> {
        let (activation, gate) = (
            self.functions.activation,
            self.functions.recurrent_activation,
        );
        let h = &states[0];
        match (self.cell, &self.candidate) {
            (RecurrentCell::Simple, _) => vec![activation(&(x + self.state.apply(h)))],
            (RecurrentCell::Lstm, _) => {
                let z = (x + self.state.apply(h)).split(4, -1);
                let c = gate(&z[1]) * &states[1] + gate(&z[0]) * activation(&z[2]);
                vec![gate(&z[3]) * activation(&c), c]
            }
            (_, Some((gates, candidate))) => {
                let x = x.split(3, -1);
                let state = gates.apply(h).split(2, -1);
                let (z, r) = (gate(&(&x[0] + &state[0])), gate(&(&x[1] + &state[1])));
                let g = activation(&(&x[2] + candidate.apply(&(r * h))));
                vec![update(&z, h, g)]
            }
            (_, None) => {
                let mut state = self.state.apply(h);
                if let Some(bias) = &self.bias {
                    state += bias;
                }
                let (x, state) = (x.split(3, -1), state.split(3, -1));
                let (z, r) = (gate(&(&x[0] + &state[0])), gate(&(&x[1] + &state[1])));
                let g = activation(&(&x[2] + r * &state[2]));
                vec![update(&z, h, g)]
            }
        }
    }
}

/// `z·h + (1 - z)·g`.
fn update(z: &Tensor, h: &Tensor, g: Tensor) -> Tensor {
    z * h + (1.0 - z) * g
}

/// What the fused op gives, step by step.
pub fn plain(options: RecurrentOptions, carry: bool, inputs: &[Tensor]) -> Tensor {
    let steps = RecurrentSteps {
        activation: &Tensor::tanh,
        recurrent_activation: &Tensor::sigmoid,
        dropped: None,
        mask: None,
        zero_output_for_mask: false,
    };
    let (mut outputs, states) = steps.steps(inputs, options);
    if !options.return_sequences {
        outputs = vec![states[0].clone()];
    }
    if carry {
        outputs.push(states[1].clone());
    }
    stack(&outputs, 1)
}
