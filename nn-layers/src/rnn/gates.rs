//! What SimpleRNN, LSTM and GRU have in common with their cells: weights, and what a step computes of them.

use super::cell::CellStep;
use super::frame::{Frame, Recurrence};
use crate::core::range;
use crate::core::seed::Seed;
use crate::{Activation, ShapeError};
use nn_core::layer::call_as;
use nn_core::ops::{
    RecurrentCell, RecurrentDropout, RecurrentOptions, RecurrentSteps, RecurrentWeights, recurrent,
    recurrent_output, where_,
};
use nn_core::{DType, Error, Layer, Param, Result, Shape, Tensor, random};

/// Weights and functions of a step.
pub(crate) struct Gates<'a> {
    pub name: &'static str,
    pub cell: RecurrentCell,
    pub units: usize,
    pub kernel: &'a Param,
    pub recurrent_kernel: &'a Param,
    pub bias: Option<&'a Param>,
    pub activation: Activation,
    /// Of the gates, if there are any.
    pub recurrent_activation: Activation,
    pub dropout: f64,
    pub recurrent_dropout: f64,
    pub seed: &'a Seed,
}

/// The gates of a layer or cell that has their fields.
macro_rules! gates {
    ($layer:expr, $name:expr, $cell:expr, $recurrent_activation:expr) => {
        $crate::rnn::gates::Gates {
            name: $name,
            cell: $cell,
            units: $layer.units,
            kernel: &$layer.kernel,
            recurrent_kernel: &$layer.recurrent_kernel,
            bias: $layer.bias.as_ref(),
            activation: $layer.activation,
            recurrent_activation: $recurrent_activation,
            dropout: $layer.dropout,
            recurrent_dropout: $layer.recurrent_dropout,
            seed: &$layer.seed,
        }
    };
}
pub(crate) use gates;

/// What is dropped at all steps of a sequence: factors, 0 where something is.
#[derive(Default)]
pub(crate) struct Dropped {
    /// Of the input, `[batch, 1, features]`.
    input: Option<Tensor>,
    /// For each gate, where the state drops something too.
    gates: Option<RecurrentDropout>,
}

impl Gates<'_> {
    /// How many states go from step to step.
    pub fn state_count(&self) -> usize {
        match self.cell {
            RecurrentCell::Lstm => 2,
            _ => 1,
        }
    }

    /// Makes the parameters for an input of a shape that the layer takes.
    pub fn build(&self, input: &Shape) -> Result<()> {
        let features = input.dim(-1)?;
        if let Some(built) = self.kernel.built_dim(0)
            && built != features
        {
            return Err(Error::shape(format!(
                "expected {built} features, found {}: {} keeps the features of its first call; use another one for this input",
                ShapeError::new("").dim(features).text(" in ").shape(input),
                self.name,
            )));
        }
        range::rates(self.name, self.dropout, self.recurrent_dropout)?;
        let columns = self.units.saturating_mul(self.cell.gates());
        self.kernel.build([features, columns])?;
        self.recurrent_kernel.build([self.units, columns])?;
        match (self.bias, self.cell) {
            (None, _) => Ok(()),
            (Some(bias), RecurrentCell::Gru) => bias.build([2, columns]),
            (Some(bias), _) => bias.build([columns]),
        }
    }

    /// What a call on sequences drops. As in Keras, with dropout of the state each gate has factors of its own for both.
    pub fn drop(&self, x: &Tensor, training: bool) -> Dropped {
        let drops = self.dropout > 0.0 || self.recurrent_dropout > 0.0;
        if !training || !drops {
            return Dropped::default();
        }
        let shape = x.shape();
        let factors = |shape: Shape, rate: f64| {
            random::bernoulli(shape, 1.0 - rate).cast(x.dtype()) * (1.0 / (1.0 - rate))
        };
        let of_input = || factors(Shape::from([shape[0], 1, shape[2]]), self.dropout);
        let of_state = || factors(Shape::from([shape[0], self.units]), self.recurrent_dropout);
        let gates = self.cell.gates();
        let draw = || match self.recurrent_dropout == 0.0 {
            true => Dropped {
                input: Some(of_input()),
                gates: None,
            },
            false => Dropped {
                input: None,
                gates: Some(RecurrentDropout {
                    inputs: (self.dropout > 0.0).then(|| (0..gates).map(|_| of_input()).collect()),
                    states: Some((0..gates).map(|_| of_state()).collect()),
                }),
            },
        };
        self.seed.run(draw)
    }

    /// The output over `[batch, time, features]` and, if they are asked for, the last states.
    fn run(
        &self,
        x: &Tensor,
        states: &[Tensor],
        dropped: &Dropped,
        over: Over,
    ) -> (Tensor, Vec<Tensor>) {
        let x = &match &dropped.input {
            Some(factors) => x * factors,
            None => x.clone(),
        };
        let weights = RecurrentWeights {
            kernel: self.kernel.value(),
            recurrent_kernel: self.recurrent_kernel.value(),
            bias: self.bias.map(Param::value),
        };
        let options = RecurrentOptions {
            cell: self.cell,
            go_backwards: over.go_backwards,
            return_sequences: over.return_sequences,
        };
        let states = (!states.is_empty()).then_some(states);
        let is_fused = self.activation == Activation::Tanh
            && (self.recurrent_activation == Activation::Sigmoid || self.cell.gates() == 1)
            && dropped.gates.is_none();
        // All steps at once leave no c but the last one.
        let loses_c = over.with_states && self.cell == RecurrentCell::Lstm;
        match &over.mask {
            None if is_fused && over.with_states => recurrent(x, &weights, states, options),
            None if is_fused => (recurrent_output(x, &weights, states, options), Vec::new()),
            Some(mask) if is_fused && !loses_c => {
                kept_steps(x, mask, &weights, states, options, &over)
            }
            _ => RecurrentSteps {
                activation: &|x| self.activation.apply(x),
                recurrent_activation: &|x| self.recurrent_activation.apply(x),
                dropped: dropped.gates.clone(),
                mask: over.mask,
                zero_output_for_mask: over.zero_output_for_mask,
            }
            .run(x, &weights, states, options),
        }
    }
}

/// How a call goes over time.
struct Over {
    go_backwards: bool,
    return_sequences: bool,
    mask: Option<Tensor>,
    zero_output_for_mask: bool,
    with_states: bool,
}

/// All steps that a mask keeps, at once: they are brought to the front of their sequences, and each output is fetched from the last step
/// that was kept up to it. The only state, if it is asked for, is h.
fn kept_steps(
    x: &Tensor,
    mask: &Tensor,
    weights: &RecurrentWeights,
    states: Option<&[Tensor]>,
    options: RecurrentOptions,
    over: &Over,
) -> (Tensor, Vec<Tensor>) {
    let (x, mask) = match options.go_backwards {
        true => (x.flip(1), mask.flip(1)),
        false => (x.clone(), mask.clone()),
    };
    // Rows are numbered through all sequences, which are as many as come.
    let ones = mask.ones_like().cast(DType::I64);
    let first = (ones.slice_axis(1, 0..1).cumsum(0) - 1) * ones.sum_axis(1).expand_dims(1);
    let rows = |x: &Tensor, row: &Tensor| {
        let columns = x.shape()[2] as isize;
        x.reshape([-1, columns]).take(&(row + &first), 0)
    };
    let kept = mask.cumsum(1);
    let order = mask.logical_not().argsort_axis(1);
    let all = RecurrentOptions {
        go_backwards: false,
        return_sequences: true,
        ..options
    };
    let outputs = recurrent_output(&rows(&x, &order), weights, states, all);
    if outputs.error().is_some() {
        return (outputs.clone(), vec![outputs]);
    }
    let last = kept.slice_axis(1, -1..);
    let fetch = |kept: &Tensor| rows(&outputs, &(kept - 1).maximum(0));
    let h = over.with_states.then(|| {
        let first = || outputs.index_axis(1, 0).zeros_like();
        let first = states.map_or_else(first, |states| states[0].clone());
        where_(last.greater(0), fetch(&last).index_axis(1, 0), first)
    });
    let (kept, is_there) = match (options.return_sequences, over.zero_output_for_mask) {
        (true, true) => (kept, mask),
        (true, false) => (kept.clone(), kept.greater(0)),
        (false, true) => (last, mask.slice_axis(1, -1..)),
        (false, false) => (last.clone(), last.greater(0)),
    };
    let output = where_(is_there.expand_dims(2), fetch(&kept), 0.0);
    let output = match options.return_sequences {
        true => output,
        false => output.index_axis(1, 0),
    };
    (output, h.into_iter().collect())
}

/// SimpleRNN, LSTM or GRU, ready to run.
pub(crate) struct Gated<'a> {
    pub gates: Gates<'a>,
    pub frame: Frame<'a>,
}

impl Recurrence for Gated<'_> {
    fn frame(&self) -> &Frame<'_> {
        &self.frame
    }

    fn state_count(&self) -> usize {
        self.gates.state_count()
    }

    fn first_states(&self, _: &Tensor) -> Vec<Tensor> {
        // The op's own zeros.
        Vec::new()
    }

    fn over_time(
        &self,
        x: &Tensor,
        mask: Option<Tensor>,
        states: Vec<Tensor>,
        with_states: bool,
        training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        let dropped = self.gates.drop(x, training);
        let over = Over {
            go_backwards: self.frame.go_backwards,
            return_sequences: self.frame.return_sequences,
            mask,
            zero_output_for_mask: self.frame.zero_output_for_mask,
            with_states,
        };
        self.gates.run(x, &states, &dropped, over)
    }
}

/// One step: a sequence of one.
impl Gates<'_> {
    /// The output, which is the new h, and the new states.
    pub fn step(&self, x: &Tensor, states: &[Tensor], dropped: &Dropped) -> (Tensor, Vec<Tensor>) {
        let over = Over {
            go_backwards: false,
            return_sequences: false,
            mask: None,
            zero_output_for_mask: false,
            with_states: true,
        };
        self.run(&x.expand_dims(1), states, dropped, over)
    }

    /// The steps of `cell`, which has these gates, with one draw of what is dropped.
    #[track_caller]
    pub fn over_sequence<'a, C>(self, cell: &'a C, training: bool) -> CellStep<'a>
    where
        C: Layer<Input = (Tensor, Vec<Tensor>), Output = (Tensor, Vec<Tensor>)>,
        Self: 'a,
    {
        let mut dropped = None;
        Box::new(move |x, states| {
            let build = |shapes: &(Shape, Vec<Shape>)| cell.build_parameters(shapes);
            call_as(cell, (x, states), training, build, |(x, states)| {
                let drop = || self.drop(&x.expand_dims(1), training);
                let dropped = dropped.get_or_insert_with(drop);
                self.step(&x, &states, dropped)
            })
        })
    }
}
