//! Long short-term memory.

use crate::core::range;
use crate::core::seed::Seed;
use crate::rnn::States;
use crate::rnn::frame::{self, Recurrence, frame};
use crate::rnn::gates::{Gated, gates};
use crate::{Activation, ShapeError};
use nn_core::ops::RecurrentCell;
use nn_core::{
    Initializer, IntoInput, Param, Regularizer, Result, Shape, Tensor, concatenate, training,
};
use nn_derive::{Layer, model};

/// A recurrent layer with a second state that gates write to and read from (long short-term memory).
///
/// With the gates i, f, c and o side by side in `kernel` W, `recurrent_kernel` U and `bias` b, x the input of a step, h and c the states:
/// `i, f, g, o = x·W + h·U + b`, `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')`. The output is h.
///
/// Shapes: `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with [`LSTM::return_sequences`]. Parameters: `kernel`
/// `[features, 4 · units]`, `recurrent_kernel` `[units, 4 · units]`, `bias` `[4 · units]`. The first states are zero, or given to
/// [`LSTM::call_with_state`].
///
/// Where the input has a mask ([`Tensor::mask`]) that leaves a step out, the states stay as they are and the output is that of the step before,
/// at first zeros ([`LSTM::zero_output_for_mask`]: zeros always).
///
/// With other activations than tanh and sigmoid, or dropout of the state, steps run one by one, which is slower; so they do under a mask where
/// the last states are asked for.
///
/// Source: Hochreiter and Schmidhuber 1997; Keras's `LSTM`.
///
/// ```
/// use nn::{LSTM, Layer, Module, Tensor};
/// let lstm = LSTM::new(16).return_sequences(true);
/// assert_eq!(lstm.forward(Tensor::ones([2, 10, 8])).shape(), [2, 10, 16]);
/// assert_eq!(lstm.count_params(), (8 + 16 + 1) * 4 * 16);
/// ```
#[derive(Clone, Layer)]
#[model(
    crate = nn_core,
    debug,
    absent(use_cudnn = "auto", implementation = 2)
)]
#[must_use]
pub struct LSTM {
    #[config]
    units: usize,
    /// The function applied to the new state.
    #[config(default = Activation::Tanh)]
    activation: Activation,
    /// The function of the gates.
    #[config(default = Activation::Sigmoid)]
    recurrent_activation: Activation,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
    /// Whether the bias of the forget gate starts at 1, whatever its initializer.
    #[config(default = true)]
    unit_forget_bias: bool,
    /// A penalty on the output, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    /// The share of the input's features that is dropped in training, from 0 to below 1.
    #[config(default = 0.0)]
    dropout: f64,
    /// The share of the state that is dropped in training, from 0 to below 1; steps then run one by one.
    #[config(default = 0.0)]
    recurrent_dropout: f64,
    /// Whether the output is the state after every step, or after the last one.
    #[config(default = false)]
    return_sequences: bool,
    /// Whether [`Layer::call_any`](nn_core::Layer::call_any) gives the last states after the output.
    #[config(default = false)]
    return_state: bool,
    /// Whether the steps run from the last to the first; the output is then in that order.
    #[config(default = false)]
    go_backwards: bool,
    /// Whether a call begins with the states in which the one before ended, for batches of one size; see [`States`].
    #[config(default = false)]
    stateful: bool,
    /// Whether Keras's graph has the steps one by one: here the result and the speed are the same.
    #[config(default = false)]
    unroll: bool,
    /// Whether the output of a step that the input's mask leaves out is zeros, not that of the step before.
    #[config(default = false)]
    zero_output_for_mask: bool,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    #[param(initializer = Initializer::Orthogonal { gain: 1.0 }, keys = recurrent)]
    recurrent_kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias, adjusted(unit_forget_bias = with_unit_forget_bias))]
    bias: Option<Param>,
    #[param(States::new())]
    states: States,
}

/// The bias drawn, with ones for its second gate.
pub(crate) fn with_unit_forget_bias(drawn: Tensor) -> Tensor {
    let mut gates = drawn.split(4, 0);
    gates[1] = gates[1].ones_like();
    concatenate(&gates, 0)
}

#[model(crate = nn_core)]
impl LSTM {
    /// `units` outputs, with a bias; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the bias at 0 but for the forget
    /// gate, which starts at 1 (Jozefowicz et al. 2015).
    pub const fn new(units: usize) -> LSTM {
        LSTM::with_defaults(units)
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> LSTM {
        self.seed.set(seed);
        self
    }

    /// The shape of the output: `[batch, units]`, or `[batch, time, units]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, features]` with at least one step, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match range::rates("LSTM", self.dropout, self.recurrent_dropout) {
            Ok(()) => frame::output_shape("LSTM", self.units, self.return_sequences, input),
            Err(error) => Err(error),
        }
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    fn layer(&self) -> Gated<'_> {
        Gated {
            gates: gates!(self, "LSTM", RecurrentCell::Lstm, self.recurrent_activation),
            frame: frame!(self, "LSTM", self.activity_regularizer),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.layer().gates.build(input)
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        self.layer().run(&x, Vec::new(), false, training).0
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        frame::call_any(self, self.layer(), inputs, training)
    }

    /// The output and the states h and c after the last step, from `initial_state`, h and c before the first step, each `[batch, units]`
    /// (`None`: zeros, or of a stateful layer those of the call before). In training as the `call` that this stands in.
    ///
    /// Source: the arguments `return_state` and `initial_state` of Keras's `LSTM`.
    ///
    /// ```
    /// use nn::{LSTM, Tensor};
    /// let (encoder, decoder) = (LSTM::new(4), LSTM::new(4).return_sequences(true));
    /// let (_, states) = encoder.call_with_state(Tensor::ones([2, 9, 3]), None);
    /// let (y, [h, c]) = decoder.call_with_state(Tensor::ones([2, 5, 7]), Some(states));
    /// assert_eq!((y.shape(), h.shape(), c.shape()), ([2, 5, 4].into(), [2, 4].into(), [2, 4].into()));
    /// ```
    #[track_caller]
    pub fn call_with_state(
        &self,
        x: impl IntoInput<Tensor>,
        initial_state: Option<[Tensor; 2]>,
    ) -> (Tensor, [Tensor; 2]) {
        let states = initial_state.into_iter().flatten().collect();
        frame::call_with_state(
            self,
            self.layer(),
            x.into_input(),
            states,
            training(),
            |states| <[Tensor; 2]>::try_from(states).unwrap_or_else(|_| unreachable!("h and c")),
        )
    }
}
