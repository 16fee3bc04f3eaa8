//! What SimpleRNN, LSTM and GRU have in common.

use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::layer::call_as;
use nn_core::ops::{
    RecurrentCell, RecurrentMasks, RecurrentOptions, RecurrentSteps, RecurrentWeights, recurrent,
    recurrent_output,
};
use nn_core::{Error, Layer, Param, Regularizer, Result, Shape, Tensor, Tensors, random};

/// A recurrent layer with its settings, ready to run.
pub(crate) struct Recurrent<'a> {
    pub name: &'static str,
    pub cell: RecurrentCell,
    pub kernel: &'a Param,
    pub recurrent_kernel: &'a Param,
    pub bias: Option<&'a Param>,
    pub activation: Activation,
    /// Of the gates, if there are any.
    pub recurrent_activation: Activation,
    pub dropout: f64,
    pub recurrent_dropout: f64,
    pub go_backwards: bool,
    pub return_sequences: bool,
    pub activity_regularizer: Option<Regularizer>,
}

/// `[batch, units]`, or `[batch, time, units]` with `sequences`.
pub(crate) const fn output_shape(
    layer: &str,
    units: usize,
    sequences: bool,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if input.rank() != 3 {
        let hint = "a step of time is a row: give each sequence as [time, features]";
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
    recurrent: Recurrent<'_>,
    inputs: Vec<Tensor>,
    return_state: bool,
    training: bool,
) -> Vec<Tensor> {
    let count = match recurrent.cell {
        RecurrentCell::Lstm => 2,
        _ => 1,
    };
    let mut inputs = inputs.into_iter();
    let (x, states) = (inputs.next(), inputs.collect::<Vec<_>>());
    let x = match x {
        Some(x) if states.is_empty() || states.len() == count => x,
        x => {
            let given = states.len() + usize::from(x.is_some());
            let error = Error::value(format!(
                "{} takes one tensor, or {} with its first states, found {given}",
                recurrent.name,
                1 + count
            ));
            return vec![Tensor::failed(error)];
        }
    };
    if states.is_empty() && !return_state {
        return vec![layer.call(x, training)];
    }
    let (output, mut last) = call_with_state(layer, recurrent, x, states, training, |last| last);
    if !return_state {
        last.clear();
    }
    last.insert(0, output);
    last
}

/// Runs a layer from the given first states (from zeros if there are none): the output, and the last states as `last` arranges them.
pub(crate) fn call_with_state<L: Layer<Input = Tensor>, S: Tensors>(
    layer: &L,
    recurrent: Recurrent<'_>,
    x: Tensor,
    states: Vec<Tensor>,
    training: bool,
    last: impl Fn(Vec<Tensor>) -> S,
) -> (Tensor, S) {
    let build = |(input, _): &(Shape, Vec<Shape>)| layer.build_parameters(input);
    call_as(layer, (x, states), training, build, |(x, states)| {
        let (output, states) = recurrent.output_and_states(&x, &states, training);
        (output, last(states))
    })
}

impl Recurrent<'_> {
    /// Makes the parameters for an input of a shape that the layer takes.
    pub fn build(&self, units: usize, input: &Shape) -> Result<()> {
        let features = input[2];
        if let Some(built) = self.kernel.built_dim(0)
            && built != features
        {
            return Err(Error::shape(format!(
                "expected {built} features, found {}: {} keeps the features of its first call; use another one for this input",
                ShapeError::new("").dim(features).text(" in ").shape(input),
                self.name,
            )));
        }
        for (what, rate) in [
            ("dropout", self.dropout),
            ("recurrent_dropout", self.recurrent_dropout),
        ] {
            if !(0.0..1.0).contains(&rate) {
                return Err(Error::value(format!(
                    "{what} of {} is a probability from 0 to below 1, found {rate}; 0.2 drops a fifth",
                    self.name
                )));
            }
        }
        let columns = units.saturating_mul(self.cell.gates());
        self.kernel.build([input.dim(2)?, columns])?;
        self.recurrent_kernel.build([units, columns])?;
        match (self.bias, self.cell) {
            (None, _) => Ok(()),
            (Some(bias), RecurrentCell::Gru) => bias.build([2, columns]),
            (Some(bias), _) => bias.build([columns]),
        }
    }

    /// The output.
    pub fn output(&self, x: &Tensor, training: bool) -> Tensor {
        let (x, masks) = self.drop(x, training);
        let output = match self.is_fused(&masks) {
            true => recurrent_output(&x, &self.weights(), None, self.options()),
            false => self.steps(masks, |steps| {
                steps.run(&x, &self.weights(), None, self.options()).0
            }),
        };
        activity::penalize(self.activity_regularizer, output)
    }

    /// The output and the last states, from the given ones; from zeros if none are given.
    pub fn output_and_states(
        &self,
        x: &Tensor,
        states: &[Tensor],
        training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        let states = (!states.is_empty()).then_some(states);
        let (x, masks) = self.drop(x, training);
        let (output, states) = match self.is_fused(&masks) {
            true => recurrent(&x, &self.weights(), states, self.options()),
            false => self.steps(masks, |steps| {
                steps.run(&x, &self.weights(), states, self.options())
            }),
        };
        (
            activity::penalize(self.activity_regularizer, output),
            states,
        )
    }

    fn weights(&self) -> RecurrentWeights {
        RecurrentWeights {
            kernel: self.kernel.value(),
            recurrent_kernel: self.recurrent_kernel.value(),
            bias: self.bias.map(Param::value),
        }
    }

    fn options(&self) -> RecurrentOptions {
        RecurrentOptions {
            cell: self.cell,
            go_backwards: self.go_backwards,
            return_sequences: self.return_sequences,
        }
    }

    /// Whether all steps can run as one.
    fn is_fused(&self, masks: &Option<RecurrentMasks>) -> bool {
        self.activation == Activation::Tanh
            && (self.recurrent_activation == Activation::Sigmoid || self.cell.gates() == 1)
            && masks.is_none()
    }

    fn steps<R>(
        &self,
        masks: Option<RecurrentMasks>,
        f: impl FnOnce(&RecurrentSteps<'_>) -> R,
    ) -> R {
        f(&RecurrentSteps {
            activation: &|x| self.activation.apply(x),
            recurrent_activation: &|x| self.recurrent_activation.apply(x),
            masks,
        })
    }

    /// The input without what this call drops of it, the same at all steps. As in Keras, with dropout of the state each gate has masks of
    /// its own for both.
    fn drop(&self, x: &Tensor, training: bool) -> (Tensor, Option<RecurrentMasks>) {
        let drops = self.dropout > 0.0 || self.recurrent_dropout > 0.0;
        if !training || !drops {
            return (x.clone(), None);
        }
        let (shape, units) = (x.shape(), self.recurrent_kernel.shape()[0]);
        let mask = |shape: Shape, rate: f64| {
            random::bernoulli(shape, 1.0 - rate).cast(x.dtype()) * (1.0 / (1.0 - rate))
        };
        let of_input = || mask(Shape::from([shape[0], 1, shape[2]]), self.dropout);
        if self.recurrent_dropout == 0.0 {
            return (x * of_input(), None);
        }
        let of_state = || mask(Shape::from([shape[0], units]), self.recurrent_dropout);
        let gates = self.cell.gates();
        let masks = RecurrentMasks {
            inputs: (self.dropout > 0.0).then(|| (0..gates).map(|_| of_input()).collect()),
            states: Some((0..gates).map(|_| of_state()).collect()),
        };
        (x.clone(), Some(masks))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Activation, GRU, LSTM, SimpleRNN};
    use nn_core::ops::concatenate;
    use nn_core::testing::assert_close;
    use nn_core::{Initializer, Layer, Shape, Tensor, UNKNOWN, random};

    #[test]
    fn the_compiler_follows_shapes() {
        const SHAPE: Shape = {
            let gru = GRU::new(8)
                .return_sequences(true)
                .bias_initializer(Initializer::Ones);
            let input = Shape::new(&[UNKNOWN, UNKNOWN, 28]);
            let shape = match gru.output_shape(&input) {
                Ok(shape) => shape,
                Err(_) => panic!(),
            };
            std::mem::forget(gru);
            shape
        };
        assert_eq!(SHAPE, [UNKNOWN, UNKNOWN, 8]);
        static LSTM_LAYER: LSTM = LSTM::new(16);
        let shape = LSTM_LAYER.output_shape(&Shape::from([UNKNOWN, 5, 28]));
        assert_eq!(shape.unwrap(), [UNKNOWN, 16]);
    }

    #[test]
    fn the_forget_gate_starts_at_one() {
        let bias = |lstm: LSTM| {
            lstm.build([3, 5]).unwrap();
            let bias = lstm.bias().as_ref().expect("a bias").value();
            bias.to_vec::<f32>().unwrap()
        };
        assert_eq!(bias(LSTM::new(2)), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(bias(LSTM::new(1).unit_forget_bias(false)), [0.0; 4]);
    }

    #[test]
    fn a_sequence_in_two_parts_is_the_whole() {
        let x = Tensor::random_normal([3, 7, 4]);
        let (head, tail) = (x.slice_axis(1, 0..3), x.slice_axis(1, 3..7));
        for activation in [Activation::Tanh, Activation::Softsign] {
            let lstm = LSTM::new(5).return_sequences(true).activation(activation);
            let (first, state) = lstm.call_with_state(&head, None);
            let (second, _) = lstm.call_with_state(&tail, Some(state));
            // Two orders of the same f32 sums, some steps deep.
            assert_close(&concatenate([first, second], 1), &lstm.forward(&x), 1e-5);
            let gru = GRU::new(5).activation(activation);
            let (_, state) = gru.call_with_state(&head, None);
            let (y, h) = gru.call_with_state(&tail, Some(state));
            assert_close(&y, &gru.forward(&x), 1e-5);
            assert_close(&y, &h, 0.0);
        }
    }

    #[test]
    fn dropout_acts_in_training_and_follows_the_seed() {
        let x = Tensor::ones([4, 6, 8]);
        for layer in [
            SimpleRNN::new(8).dropout(0.5),
            SimpleRNN::new(8).recurrent_dropout(0.5),
        ] {
            let run = |training: bool| {
                random::set_seed(9);
                layer.call(&x, training).to_vec::<f32>().unwrap()
            };
            run(false);
            let calm = run(false);
            assert_eq!(calm, layer.forward(&x).to_vec::<f32>().unwrap());
            assert_ne!(calm, run(true));
            assert_eq!(run(true), run(true));
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_way_out() {
        let x = Tensor::ones([2, 5, 3]);
        let message = |y: Tensor| y.ok().unwrap_err().to_string();
        let e = message(GRU::new(4).forward(Tensor::ones([2, 784])));
        assert!(
            e.contains("GRU expects rank 3 [batch, time, features], found rank 2 [2, 784]"),
            "{e}"
        );
        let e = message(LSTM::new(0).forward(&x));
        assert!(
            e.contains("at least one unit and one step of time, found 0 units"),
            "{e}"
        );
        for rate in [-0.1, 1.0, f64::NAN] {
            let e = message(LSTM::new(4).recurrent_dropout(rate).forward(&x));
            assert!(
                e.contains("recurrent_dropout of LSTM is a probability from 0 to below 1"),
                "{e}"
            );
        }
        let lstm = LSTM::new(4);
        lstm.build([5, 3]).unwrap();
        let e = message(lstm.forward(Tensor::ones([2, 5, 6])));
        assert!(
            e.contains("expected 3 features, found 6 in [2, 5, 6]: LSTM keeps"),
            "{e}"
        );
        let state = [Tensor::zeros([2, 4]), Tensor::zeros([3, 4])];
        let e = message(lstm.call_with_state(&x, Some(state)).0);
        assert!(
            e.contains("LSTM") && e.contains("first state c of shape [2, 4], found [3, 4]"),
            "{e}"
        );
    }
}
