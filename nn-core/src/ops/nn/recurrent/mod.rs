//! Recurrent layers: SimpleRNN, LSTM and GRU over whole sequences.

mod composed;
pub(crate) mod fused;
mod over_time;
mod steps;
#[cfg(test)]
mod tests;

pub use composed::{RecurrentDropout, RecurrentSteps};
pub use nn_kernels::recurrent::Cell as RecurrentCell;
pub use over_time::OverTime;

use crate::graph::attributes::Attributes;
use crate::{Error, Shape, Tensor, is_known};
use fused::Recurrent;

/// The weights of a recurrent layer, with Keras's names and order of gates: i, f, c, o of an LSTM, z, r, h of a GRU.
#[derive(Clone, Debug)]
pub struct RecurrentWeights {
    /// `[features, gates · units]`.
    pub kernel: Tensor,
    /// `[units, gates · units]`.
    pub recurrent_kernel: Tensor,
    /// `[gates · units]`, of [`RecurrentCell::Gru`] `[2, 3 · units]`, the row of the inputs first; zeros if there is none.
    pub bias: Option<Tensor>,
}

/// How a recurrent layer runs over its sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrentOptions {
    /// What a step computes.
    pub cell: RecurrentCell,
    /// From the last step to the first.
    pub go_backwards: bool,
    /// Whether the output is the state after every step, in the order in which they are computed, or after the last.
    pub return_sequences: bool,
}

impl RecurrentOptions {
    /// Forwards, to the state after the last step.
    pub const fn new(cell: RecurrentCell) -> RecurrentOptions {
        RecurrentOptions {
            cell,
            go_backwards: false,
            return_sequences: false,
        }
    }

    pub(crate) fn from_attributes(a: &Attributes) -> crate::Result<RecurrentOptions> {
        let cell: String = a.get("cell")?;
        let cells = [
            RecurrentCell::Simple,
            RecurrentCell::Lstm,
            RecurrentCell::Gru,
            RecurrentCell::GruResetBefore,
        ];
        let found = cells.into_iter().find(|c| format!("{c:?}") == cell);
        Ok(RecurrentOptions {
            cell: found
                .ok_or_else(|| Error::format(format!("no recurrent cell is called {cell}")))?,
            go_backwards: a.get("go_backwards")?,
            return_sequences: a.get("return_sequences")?,
        })
    }

    pub(crate) fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("cell", &format!("{:?}", self.cell))
            .with("go_backwards", &self.go_backwards)
            .with("return_sequences", &self.return_sequences)
    }
}

/// A recurrent layer with the activations tanh and (of the gates) sigmoid: the output, and the states after the last step.
///
/// Shapes: x `[batch, time, features]`, states `[batch, units]`: h, and of an LSTM c. `states` are those before the first step, zeros
/// if there are none. The output is `[batch, units]`, or `[batch, time, units]` with
/// [`return_sequences`](RecurrentOptions::return_sequences). The formulas are at [`RecurrentCell`].
///
/// Sequences without a step are an error, and so are weights or states of other shapes. The gradient is as fast as the layer
/// itself; that of the gradient is that of the steps one by one.
///
/// ```
/// use nn::{Tensor, ops::{RecurrentCell, RecurrentOptions, RecurrentWeights, recurrent}};
/// let weights = RecurrentWeights {
///     kernel: Tensor::ones([3, 4 * 5]),
///     recurrent_kernel: Tensor::zeros([5, 4 * 5]),
///     bias: None,
/// };
/// let options = RecurrentOptions::new(RecurrentCell::Lstm);
/// let (output, states) = recurrent(&Tensor::ones([2, 7, 3]), &weights, None, options);
/// assert_eq!((output.shape(), states.len(), states[1].shape()), ([2, 5].into(), 2, [2, 5].into()));
/// ```
#[track_caller]
pub fn recurrent(
    x: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    options: RecurrentOptions,
) -> (Tensor, Vec<Tensor>) {
    run(x, weights, states, options, true)
}

/// The output of [`recurrent`] alone, which is a little less work.
///
/// ```
/// use nn::{Tensor, ops::{RecurrentCell, RecurrentOptions, RecurrentWeights, recurrent_output}};
/// let weights = RecurrentWeights {
///     kernel: Tensor::ones([1, 1]),
///     recurrent_kernel: Tensor::ones([1, 1]),
///     bias: None,
/// };
/// let options = RecurrentOptions { return_sequences: true, ..RecurrentOptions::new(RecurrentCell::Simple) };
/// let y = recurrent_output(&Tensor::from([[[0.5_f32], [0.0]]]), &weights, None, options);
/// assert_eq!(y.to_vec::<f32>()?, [0.5_f32.tanh(), 0.5_f32.tanh().tanh()]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn recurrent_output(
    x: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    options: RecurrentOptions,
) -> Tensor {
    run(x, weights, states, options, false).0
}

#[track_caller]
fn run(
    x: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    options: RecurrentOptions,
    with_states: bool,
) -> (Tensor, Vec<Tensor>) {
    let cell = options.cell;
    let inputs = match inputs(x, weights, states, cell) {
        Ok(inputs) => inputs,
        Err(error) => {
            let failed = x.fail("recurrent", error);
            return (failed.clone(), vec![failed; cell.states()]);
        }
    };
    let carry = with_states && cell == RecurrentCell::Lstm;
    let all = Recurrent::apply(options, carry, &inputs);
    if all.error().is_some() {
        return (all.clone(), vec![all; cell.states()]);
    }
    let shape = *all.raw_shape();
    let (count, flat) = (shape[1], Shape::from([shape[0], shape[2]]));
    let output = match (options.return_sequences, carry) {
        (true, false) => all.clone(),
        (true, true) if is_known(count) => all.slice_axis(1, 0..count - 1),
        (true, true) => all.slice_axis(1, ..-1),
        (false, false) => all.reshape(flat),
        (false, true) => all.index_axis(1, 0),
    };
    if !with_states {
        return (output, Vec::new());
    }
    let h = match options.return_sequences {
        true => all.index_axis(1, if carry { -2 } else { -1 }),
        false => output.clone(),
    };
    let c = carry.then(|| all.index_axis(1, -1));
    (output, [h].into_iter().chain(c).collect())
}

/// x, kernel, recurrent kernel, bias and states, zeros for what is not given.
fn inputs(
    x: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    cell: RecurrentCell,
) -> crate::Result<Vec<Tensor>> {
    let kernel = &weights.recurrent_kernel;
    let (sequence, square) = (x.raw_shape(), kernel.raw_shape());
    if x.error().is_none() && sequence.rank() != 3 {
        let layout = "[batch, time, features]";
        return Err(Error::rank("recurrent", 3, layout, sequence, ""));
    }
    if kernel.error().is_none() && square.rank() != 2 {
        let layout = "[units, gates · units]";
        return Err(Error::rank("the recurrent kernel", 2, layout, square, ""));
    }
    let mut all = vec![x.clone(), weights.kernel.clone(), kernel.clone()];
    if all.iter().any(|t| t.error().is_some()) {
        return all.into_iter().map(Tensor::into_result).collect();
    }
    all.push(weights.bias.clone().unwrap_or_else(|| {
        let columns = square[1];
        let shape = match cell {
            RecurrentCell::Gru => Shape::from([2, columns]),
            _ => Shape::from([columns]),
        };
        Tensor::full_of(shape, 0.0, x.dtype())
    }));
    match states {
        Some(states) if states.len() == cell.states() => all.extend(states.iter().cloned()),
        Some(states) => {
            return Err(Error::shape(format!(
                "expected {} of [batch, units] as the first state, found {}",
                match cell.states() {
                    1 => "one tensor",
                    _ => "two tensors, h and c,",
                },
                states.len()
            )));
        }
        None => {
            let zeros = Tensor::full_of([sequence[0], square[0]], 0.0, x.dtype());
            all.extend(vec![zeros; cell.states()]);
        }
    }
    all.into_iter().map(Tensor::into_result).collect()
}
