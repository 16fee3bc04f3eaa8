//! The simple recurrent layer.

use crate::core::range;
use crate::core::seed::Seed;
use crate::rnn::States;
use crate::rnn::frame::{self, Recurrence, frame};
use crate::rnn::gates::{Gated, gates};
use crate::{Activation, ShapeError};
use nn_core::ops::RecurrentCell;
use nn_core::{Initializer, IntoInput, Param, Regularizer, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// A recurrent layer whose output is its state: `h' = tanh(x·kernel + h·recurrent_kernel + bias)`, step by step.
///
/// Shapes: `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with [`SimpleRNN::return_sequences`]. Parameters: `kernel`
/// `[features, units]`, `recurrent_kernel` `[units, units]`, `bias` `[units]`. The first state is zero, or given to
/// [`SimpleRNN::call_with_state`].
///
/// Where the input has a mask ([`Tensor::mask`]) that leaves a step out, the state stays as it is and the output is that of the step before,
/// at first zeros ([`SimpleRNN::zero_output_for_mask`]: zeros always).
///
/// With another activation than tanh, or dropout of the state, steps run one by one, which is slower.
///
/// Source: Elman 1990; Keras's `SimpleRNN`.
///
/// ```
/// use nn::{Layer, SimpleRNN, Tensor};
/// let rnn = SimpleRNN::new(16);
/// assert_eq!(rnn.forward(Tensor::ones([2, 10, 8])).shape(), [2, 16]);
/// let rnn = SimpleRNN::new(16).return_sequences(true);
/// assert_eq!(rnn.forward(Tensor::ones([2, 10, 8])).shape(), [2, 10, 16]);
/// ```
#[derive(Clone, Layer)]
#[model(
    crate = nn_core,
    debug,
    absent(use_cudnn = "auto", implementation = 2)
)]
#[must_use]
pub struct SimpleRNN {
    #[config]
    units: usize,
    /// The function applied to the new state.
    #[config(default = Activation::Tanh)]
    activation: Activation,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
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
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
    #[param(States::new())]
    states: States,
}

#[model(crate = nn_core)]
impl SimpleRNN {
    /// `units` outputs, with a bias; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the bias at 0.
    pub const fn new(units: usize) -> SimpleRNN {
        SimpleRNN::with_defaults(units)
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> SimpleRNN {
        self.seed.set(seed);
        self
    }

    /// The shape of the output: `[batch, units]`, or `[batch, time, units]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, features]` with at least one step, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match range::rates("SimpleRNN", self.dropout, self.recurrent_dropout) {
            Ok(()) => frame::output_shape("SimpleRNN", self.units, self.return_sequences, input),
            Err(error) => Err(error),
        }
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    fn layer(&self) -> Gated<'_> {
        Gated {
            gates: gates!(self, "SimpleRNN", RecurrentCell::Simple, Activation::Linear),
            frame: frame!(self, "SimpleRNN", self.activity_regularizer),
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

    /// The output and the state h after the last step, from `initial_state`, h before the first step `[batch, units]`
    /// (`None`: zeros, or of a stateful layer those of the call before). In training as the `call` that this stands in.
    ///
    /// Source: the arguments `return_state` and `initial_state` of Keras's `SimpleRNN`.
    ///
    /// ```
    /// use nn::{SimpleRNN, Tensor};
    /// let rnn = SimpleRNN::new(4);
    /// let (y, h) = rnn.call_with_state(Tensor::ones([2, 5, 3]), None);
    /// assert_eq!(y.to_vec::<f32>()?, h.to_vec::<f32>()?);
    /// let (y, _) = rnn.call_with_state(Tensor::ones([2, 1, 3]), Some(h));
    /// assert_eq!(y.shape(), [2, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn call_with_state(
        &self,
        x: impl IntoInput<Tensor>,
        initial_state: Option<Tensor>,
    ) -> (Tensor, Tensor) {
        let (layer, states) = (self.layer(), initial_state.into_iter().collect());
        frame::call_with_state(
            self,
            layer,
            x.into_input(),
            states,
            training(),
            |mut states| states.remove(0),
        )
    }
}
