//! Long short-term memory of lines.

use crate::core::seed::Seed;
use crate::rnn::States;
use crate::rnn::conv_lstm::conv_lstm;
use crate::rnn::frame::Recurrence;
use crate::{Activation, ShapeError};
use nn_core::{
    Initializer, IntoInput, Padding, Param, Regularizer, Result, Shape, Tensor, training,
};
use nn_derive::{Layer, model};

/// An [`LSTM`](crate::LSTM) over sequences of lines, whose products with the kernels are convolutions: `i, f, g, o = x ∗ kernel + h ∗
/// recurrent_kernel + bias`, `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')`. The output is h.
///
/// Shapes: `[batch, time, length, channels] → [batch, length', filters]`, as a convolution of each step gives it, or
/// `[batch, time, length', filters]` with [`ConvLSTM1D::return_sequences`]. The convolution of the state keeps its size, whatever the
/// padding, the strides and the dilation of the first one. Parameters: `kernel` `[length, channels, 4 · filters]`, `recurrent_kernel`
/// `[length, filters, 4 · filters]`, `bias` `[4 · filters]`, the gates in the order i, f, c, o.
///
/// Source: Shi et al. 2015; Keras's `ConvLSTM1D`, channels last.
///
/// ```
/// use nn::{ConvLSTM1D, Layer, Tensor};
/// let layer = ConvLSTM1D::new(4, 3);
/// assert_eq!(layer.forward(Tensor::ones([2, 5, 8, 3])).shape(), [2, 6, 4]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct ConvLSTM1D {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 1],
    /// Pixels from one window to the next, along the line.
    #[config(default = [1; 1])]
    strides: [usize; 1],
    /// What happens at the border: `Valid` or `Same`.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Pixels from one tap of the kernel to the next, along the line; above 1 only with strides of 1.
    #[config(default = [1; 1])]
    dilation_rate: [usize; 1],
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
    /// The share of the input that is dropped in training, from 0 to below 1.
    #[config(default = 0.0)]
    dropout: f64,
    /// The share of the state that is dropped in training, from 0 to below 1.
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
    #[param(initializer = Initializer::Zeros, when = use_bias, adjusted(unit_forget_bias = super::lstm::with_unit_forget_bias))]
    bias: Option<Param>,
    #[param(States::new())]
    states: States,
}

conv_lstm!(ConvLSTM1D, 1, "[batch, time, length, channels]");
