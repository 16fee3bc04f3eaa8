//! The gated recurrent unit.

use crate::core::range;
use crate::core::seed::Seed;
use crate::rnn::States;
use crate::rnn::frame::{self, Recurrence, frame};
use crate::rnn::gates::{Gated, gates};
use crate::{Activation, ShapeError};
use nn_core::ops::RecurrentCell;
use nn_core::{Initializer, IntoInput, Param, Regularizer, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// A recurrent layer that, number by number, keeps its state or replaces it by a candidate (gated recurrent unit).
///
/// With the gates z, r and h side by side in `kernel` W, `recurrent_kernel` U and `bias` b, x the input of a step and h the state:
/// `z = σ(x·W_z + b_z + h·U_z)`, `r` likewise, `h' = z·h + (1 - z)·tanh(x·W_h + b_h + r·(h·U_h + b'_h))`. Without
/// [`GRU::reset_after`] the last product is `(r·h)·U_h`.
///
/// Shapes: `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with [`GRU::return_sequences`]. Parameters: `kernel`
/// `[features, 3 · units]`, `recurrent_kernel` `[units, 3 · units]`, `bias` `[2, 3 · units]` (that of the input, that of the state; without
/// `reset_after` `[3 · units]`). The first state is zero, or given to [`GRU::call_with_state`].
///
/// Where the input has a mask ([`Tensor::mask`]) that leaves a step out, the state stays as it is and the output is that of the step before,
/// at first zeros ([`GRU::zero_output_for_mask`]: zeros always).
///
/// With other activations than tanh and sigmoid, or dropout of the state, steps run one by one, which is slower.
///
/// Source: Cho et al. 2014; Keras's `GRU`.
///
/// ```
/// use nn::{GRU, Layer, Module, Tensor};
/// let gru = GRU::new(16);
/// assert_eq!(gru.forward(Tensor::ones([2, 10, 8])).shape(), [2, 16]);
/// assert_eq!(gru.count_params(), (8 + 16 + 2) * 3 * 16);
/// ```
#[derive(Clone, Layer)]
#[model(
    crate = nn_core,
    debug,
    absent(use_cudnn = "auto", implementation = 2)
)]
#[must_use]
pub struct GRU {
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
    /// Whether the reset gate comes after the product with the recurrent kernel (the default), or before it.
    #[config(default = true)]
    reset_after: bool,
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
impl GRU {
    /// `units` outputs, with biases, the reset after the product; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the
    /// biases at 0.
    pub const fn new(units: usize) -> GRU {
        GRU::with_defaults(units)
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> GRU {
        self.seed.set(seed);
        self
    }

    /// The shape of the output: `[batch, units]`, or `[batch, time, units]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, features]` with at least one step, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match range::rates("GRU", self.dropout, self.recurrent_dropout) {
            Ok(()) => frame::output_shape("GRU", self.units, self.return_sequences, input),
            Err(error) => Err(error),
        }
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    fn layer(&self) -> Gated<'_> {
        let cell = match self.reset_after {
            true => RecurrentCell::Gru,
            false => RecurrentCell::GruResetBefore,
        };
        Gated {
            gates: gates!(self, "GRU", cell, self.recurrent_activation),
            frame: frame!(self, "GRU", self.activity_regularizer),
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
    /// Source: the arguments `return_state` and `initial_state` of Keras's `GRU`.
    ///
    /// ```
    /// use nn::{GRU, Tensor};
    /// let gru = GRU::new(4).return_sequences(true);
    /// let (y, h) = gru.call_with_state(Tensor::ones([2, 5, 3]), None);
    /// assert_eq!((y.shape(), h.shape()), ([2, 5, 4].into(), [2, 4].into()));
    /// // Where the first five steps ended, three more begin.
    /// let (y, _) = gru.call_with_state(Tensor::ones([2, 3, 3]), Some(h));
    /// assert_eq!(y.shape(), [2, 3, 4]);
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
