//! What all layers over sequences do beside their steps: states, masks, and which of their results they give.

use super::States;
use crate::ShapeError;
use crate::core::activity;
use nn_core::layer::call_as;
use nn_core::ops::{OverTime, stack};
use nn_core::{Error, Layer, Regularizer, Shape, Tensor, Tensors, is_known};

/// The settings of a layer over sequences that are not those of its cell.
pub(crate) struct Frame<'a> {
    pub name: &'static str,
    pub return_sequences: bool,
    pub return_state: bool,
    pub go_backwards: bool,
    pub zero_output_for_mask: bool,
    /// Of a stateful layer.
    pub states: Option<&'a States>,
    pub activity_regularizer: Option<Regularizer>,
}

/// The frame of a layer that has its fields.
macro_rules! frame {
    ($layer:expr, $name:expr, $activity_regularizer:expr) => {
        $crate::rnn::frame::Frame {
            name: $name,
            return_sequences: $layer.return_sequences,
            return_state: $layer.return_state,
            go_backwards: $layer.go_backwards,
            zero_output_for_mask: $layer.zero_output_for_mask,
            states: match $layer.stateful {
                true => Some(&$layer.states),
                false => None,
            },
            activity_regularizer: $activity_regularizer,
        }
    };
}
pub(crate) use frame;

/// A layer over sequences, ready to run.
pub(crate) trait Recurrence {
    fn frame(&self) -> &Frame<'_>;

    /// How many states go from step to step.
    fn state_count(&self) -> usize;

    /// The states before the first step, for an input.
    fn first_states(&self, x: &Tensor) -> Vec<Tensor>;

    /// The output and, if they are asked for, the states after the last step.
    fn over_time(
        &self,
        x: &Tensor,
        mask: Option<Tensor>,
        states: Vec<Tensor>,
        with_states: bool,
        training: bool,
    ) -> (Tensor, Vec<Tensor>);

    /// All of a call: from the given states, from those of the call before, or from the first ones.
    fn run(
        &self,
        x: &Tensor,
        states: Vec<Tensor>,
        with_states: bool,
        training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        let frame = self.frame();
        let states = match frame.start(x, states, || self.first_states(x), self.state_count()) {
            Ok(states) => states,
            Err(error) => return self.failed(error),
        };
        let mask = x.mask();
        if let Some(mask) = mask.as_ref().filter(|mask| mask.shape().rank() != 2) {
            return self.failed(Error::shape(format!(
                "a recurrent layer takes a mask of steps, [batch, time], and this input has one of shape {}",
                mask.shape()
            )));
        }
        let (output, states) = self.over_time(
            &x.without_mask(),
            mask.clone(),
            states,
            with_states || frame.states.is_some(),
            training,
        );
        if output.error().is_some() {
            return (output.clone(), vec![output; self.state_count()]);
        }
        if let Some(kept) = frame.states {
            kept.keep(&states);
        }
        let output = activity::penalize(frame.activity_regularizer, output);
        if with_states && frame.return_state {
            // They are outputs of the layer too.
            for state in &states {
                let _ = activity::penalize(frame.activity_regularizer, state.clone());
            }
        }
        (
            output.with_mask(mask.filter(|_| frame.return_sequences)),
            states,
        )
    }

    fn failed(&self, error: Error) -> (Tensor, Vec<Tensor>) {
        let failed = Tensor::failed(error);
        (failed.clone(), vec![failed; self.state_count()])
    }
}

impl Frame<'_> {
    /// The states with which a call begins.
    fn start(
        &self,
        x: &Tensor,
        given: Vec<Tensor>,
        first: impl FnOnce() -> Vec<Tensor>,
        count: usize,
    ) -> Result<Vec<Tensor>, Error> {
        if !given.is_empty() {
            return match given.len() == count {
                true => Ok(given),
                false => Err(Error::value(format!(
                    "{} begins with {count} states, found {}",
                    self.name,
                    given.len()
                ))),
            };
        }
        // A trace has no values: it begins anew.
        let kept = self
            .states
            .filter(|_| x.is_concrete())
            .and_then(States::get);
        let Some(kept) = kept else {
            return Ok(first());
        };
        let found = x.shape()[0];
        let batch = kept
            .first()
            .and_then(|state| state.shape().first().copied());
        let batch = batch.unwrap_or(found);
        let fresh = first();
        let same = |(a, b): (&Tensor, &Tensor)| a.shape() == b.shape() && a.dtype() == b.dtype();
        match batch == found {
            true if kept.len() != count || !kept.iter().zip(&fresh).all(same) => {
                Err(Error::shape(format!(
                    "the states that {} carries on are not its own: call `reset_state`",
                    self.name
                )))
            }
            true => Ok(kept),
            false => Err(Error::shape(format!(
                "{} is stateful and goes on where a batch of {batch} ended, found one of {found}: give it batches of one size, or call \
                 `reset_state` before another one",
                self.name
            ))),
        }
    }

    /// Runs a step over a sequence, one by one.
    pub fn steps(
        &self,
        x: &Tensor,
        mask: Option<Tensor>,
        states: Vec<Tensor>,
        mut step: impl FnMut(&Tensor, &[Tensor]) -> (Tensor, Vec<Tensor>),
    ) -> (Tensor, Vec<Tensor>) {
        let count = states.len();
        let mut step = |x: &Tensor, states: &[Tensor]| {
            let (output, states) = step(x, states);
            match states.len() == count {
                _ if output.error().is_some() => (output, states),
                true => (output, states),
                false => {
                    let error = Error::value(format!(
                        "the cell of {} went into a step with {count} states and came out with {}",
                        self.name,
                        states.len()
                    ));
                    (Tensor::failed(error), states)
                }
            }
        };
        let time = x.shape()[1];
        if !is_known(time) {
            // Shapes alone. How many steps there are must be known to go through them one by one, so that a graph of an open number of
            // steps cannot run again.
            let x = Tensor::abstract_of(x.shape().without(1), x.dtype());
            let (output, states) = step(&x, &states);
            if !self.return_sequences || output.error().is_some() {
                return (output, states);
            }
            let shape = output.shape().insert(1, time);
            let shape = shape.map(|shape| Tensor::abstract_of(shape, output.dtype()));
            return (shape.unwrap_or_else(Tensor::failed), states);
        }
        let over_time = OverTime {
            go_backwards: self.go_backwards,
            mask,
            zero_output_for_mask: self.zero_output_for_mask,
        };
        let (mut outputs, states) = over_time.run(x, states, step);
        if let Some(failed) = outputs.iter().find(|output| output.error().is_some()) {
            return (failed.clone(), states);
        }
        let output = match self.return_sequences {
            true => stack(&outputs, 1),
            false => outputs.pop().unwrap_or_else(|| {
                let error = format!("{} needs at least one step of time", self.name);
                Tensor::failed(Error::shape(error))
            }),
        };
        (output, states)
    }
}

/// The batch and the time as one axis.
pub(crate) fn merge_time(x: &Tensor) -> Tensor {
    let shape = x.shape();
    match is_known(shape[0]) && is_known(shape[1]) {
        true => x.reshape(shape.without(0).with(0, shape[0].saturating_mul(shape[1]))),
        false => {
            let rest = shape.iter().skip(2).map(|&dim| dim as isize);
            x.reshape([-1].into_iter().chain(rest).collect::<Vec<_>>())
        }
    }
}

/// The batch and the time of an input apart again, in what was made of it with both as one axis.
pub(crate) fn split_time(y: Tensor, input: &Shape) -> Tensor {
    if y.error().is_some() {
        return y;
    }
    let [batch, time] = [input[0], input[1]];
    match y.shape().with(0, batch).insert(1, time) {
        Ok(shape) if is_known(time) => y.reshape(shape),
        // Whatever it is, it is not the size of the batch.
        Ok(shape) => {
            let mut dims: Vec<isize> = shape.iter().map(|&dim| dim as isize).collect();
            dims[1] = -1;
            y.reshape(dims)
        }
        Err(error) => Tensor::failed(error),
    }
}

/// `[batch, units]`, or `[batch, time, units]` with `sequences`.
pub(crate) const fn output_shape(
    layer: &str,
    units: usize,
    sequences: bool,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if input.rank() != 3 {
        let hint = "a step of time is a row: give each sequence as [time, features]; a recurrent layer before this one gives all steps with \
                    `return_sequences`";
        return Err(ShapeError::rank(
            layer,
            3,
            "[batch, time, features]",
            input,
            hint,
        ));
    }
    let [batch, time] = [input.dims()[0], input.dims()[1]];
    if units == 0 || time == 0 {
        let error = ShapeError::new(layer)
            .text(" expects at least one unit and one step of time, found ")
            .number(units)
            .text(" units on ");
        return Err(error.shape(input));
    }
    Ok(if sequences {
        Shape::new(&[batch, time, units])
    } else {
        Shape::new(&[batch, units])
    })
}

/// Runs a layer on an input and, if they are given, its first states, and lists the output and with `return_state` the last states.
pub(crate) fn call_any<L: Layer<Input = Tensor, Output = Tensor>>(
    layer: &L,
    recurrence: impl Recurrence,
    inputs: Vec<Tensor>,
    training: bool,
) -> Vec<Tensor> {
    let (count, return_state) = (recurrence.state_count(), recurrence.frame().return_state);
    let mut inputs = inputs.into_iter();
    let (x, states) = (inputs.next(), inputs.collect::<Vec<_>>());
    let x = match x {
        Some(x) if states.is_empty() || states.len() == count => x,
        x => {
            let given = states.len() + usize::from(x.is_some());
            let error = Error::value(format!(
                "{} takes one tensor, or {} with its first states, found {given}",
                recurrence.frame().name,
                1 + count
            ));
            return vec![Tensor::failed(error)];
        }
    };
    if states.is_empty() && !return_state {
        return vec![layer.call(x, training)];
    }
    let (output, mut last) = call_with_state(layer, recurrence, x, states, training, |last| last);
    if !return_state {
        last.clear();
    }
    last.insert(0, output);
    last
}

/// Runs a layer from the given first states (from its own if there are none): the output, and the last states as `last` arranges them.
pub(crate) fn call_with_state<L: Layer<Input = Tensor>, S: Tensors>(
    layer: &L,
    recurrence: impl Recurrence,
    x: Tensor,
    states: Vec<Tensor>,
    training: bool,
    last: impl Fn(Vec<Tensor>) -> S,
) -> (Tensor, S) {
    let build = |(input, _): &(Shape, Vec<Shape>)| layer.build_parameters(input);
    call_as(layer, (x, states), training, build, |(x, states)| {
        let (output, states) = recurrence.run(&x, states, true, training);
        (output, last(states))
    })
}
