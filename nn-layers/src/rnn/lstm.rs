//! Long short-term memory.

use crate::core::weights::weight;
use crate::rnn::recurrent::{self, Recurrent, recurrent_builders};
use crate::{Activation, ShapeError};
use nn_core::ops::RecurrentCell;
use nn_core::{
    Constraint, Initializer, IntoInput, Param, Regularizer, Result, Shape, Tensor, concatenate,
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
/// With other activations than tanh and sigmoid, or dropout of the state, steps run one by one, which is slower.
///
/// Source: Hochreiter and Schmidhuber 1997; Keras's `LSTM` (without `stateful` and masks).
///
/// ```
/// use nn_core::{Layer, Module, Tensor};
/// use nn_layers::LSTM;
/// let lstm = LSTM::new(16).return_sequences(true);
/// assert_eq!(lstm.forward(Tensor::ones([2, 10, 8])).shape(), [2, 10, 16]);
/// assert_eq!(lstm.count_params(), (8 + 16 + 1) * 4 * 16);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
pub struct LSTM {
    #[config]
    units: usize,
    #[config]
    activation: Activation,
    #[config]
    recurrent_activation: Activation,
    #[config]
    use_bias: bool,
    #[config]
    kernel_initializer: Initializer,
    #[config]
    recurrent_initializer: Initializer,
    #[config]
    bias_initializer: Initializer,
    #[config]
    unit_forget_bias: bool,
    #[config]
    kernel_regularizer: Option<Regularizer>,
    #[config]
    recurrent_regularizer: Option<Regularizer>,
    #[config]
    bias_regularizer: Option<Regularizer>,
    #[config]
    activity_regularizer: Option<Regularizer>,
    #[config]
    kernel_constraint: Option<Constraint>,
    #[config]
    recurrent_constraint: Option<Constraint>,
    #[config]
    bias_constraint: Option<Constraint>,
    #[config]
    dropout: f64,
    #[config]
    recurrent_dropout: f64,
    #[config]
    return_sequences: bool,
    #[config]
    go_backwards: bool,
    #[param(weight(kernel_initializer, kernel_regularizer, kernel_constraint))]
    kernel: Param,
    #[param(weight(recurrent_initializer, recurrent_regularizer, recurrent_constraint))]
    recurrent_kernel: Param,
    /// `None` without a bias.
    #[param(with_forget_gate(
        use_bias,
        unit_forget_bias,
        bias_initializer,
        bias_regularizer,
        bias_constraint
    ))]
    bias: Option<Param>,
}

/// The bias, whose forget gate starts at 1 with `unit_forget_bias`.
const fn with_forget_gate(
    use_bias: bool,
    unit_forget_bias: bool,
    initializer: Initializer,
    regularizer: Option<Regularizer>,
    constraint: Option<Constraint>,
) -> Option<Param> {
    if !use_bias {
        return None;
    }
    let bias = weight(initializer, regularizer, constraint);
    Some(if unit_forget_bias {
        bias.adjusted(with_unit_forget_bias)
    } else {
        bias
    })
}

/// The bias drawn, with ones for its second gate.
fn with_unit_forget_bias(drawn: Tensor) -> Tensor {
    let mut gates = drawn.split(4, 0);
    gates[1] = gates[1].ones_like();
    concatenate(&gates, 0)
}

#[model(crate = nn_core)]
impl LSTM {
    /// `units` outputs, with a bias; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the bias at 0 but for the forget
    /// gate, which starts at 1 (Jozefowicz et al. 2015).
    pub const fn new(units: usize) -> LSTM {
        LSTM {
            units,
            activation: Activation::Tanh,
            recurrent_activation: Activation::Sigmoid,
            use_bias: true,
            kernel_initializer: Initializer::GlorotUniform,
            recurrent_initializer: Initializer::Orthogonal { gain: 1.0 },
            bias_initializer: Initializer::Zeros,
            unit_forget_bias: true,
            kernel_regularizer: None,
            recurrent_regularizer: None,
            bias_regularizer: None,
            activity_regularizer: None,
            kernel_constraint: None,
            recurrent_constraint: None,
            bias_constraint: None,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            return_sequences: false,
            go_backwards: false,
            kernel: Param::new(Initializer::Zeros),
            recurrent_kernel: Param::new(Initializer::Zeros),
            bias: None,
        }
        .with_weights()
    }

    /// The function of the gates.
    #[must_use]
    pub const fn recurrent_activation(mut self, activation: Activation) -> LSTM {
        self.recurrent_activation = activation;
        self
    }

    /// Whether the bias of the forget gate starts at 1, whatever its initializer.
    #[must_use]
    pub const fn unit_forget_bias(mut self, unit_forget_bias: bool) -> LSTM {
        self.unit_forget_bias = unit_forget_bias;
        self.with_weights()
    }

    recurrent_builders!(bias: with_forget_gate(use_bias, unit_forget_bias, bias_initializer, bias_regularizer, bias_constraint));

    /// The shape of the output: `[batch, units]`, or `[batch, time, units]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, features]` with at least one step, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        recurrent::output_shape("LSTM", self.units, self.return_sequences, input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    fn layer(&self) -> Recurrent<'_> {
        Recurrent {
            name: "LSTM",
            cell: RecurrentCell::Lstm,
            kernel: &self.kernel,
            recurrent_kernel: &self.recurrent_kernel,
            bias: self.bias.as_ref(),
            activation: self.activation,
            recurrent_activation: self.recurrent_activation,
            dropout: self.dropout,
            recurrent_dropout: self.recurrent_dropout,
            go_backwards: self.go_backwards,
            return_sequences: self.return_sequences,
            activity_regularizer: self.activity_regularizer,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        self.layer().build(self.units, input)
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        self.layer().output(&x, training)
    }

    /// The output and the states h and c after the last step, from `initial_state`, h and c before the first step, each `[batch, units]`
    /// (`None`: zeros). In training as the `call` that this stands in.
    ///
    /// Source: the arguments `return_state` and `initial_state` of Keras's `LSTM`.
    ///
    /// ```
    /// use nn_core::Tensor;
    /// use nn_layers::LSTM;
    /// let (encoder, decoder) = (LSTM::new(4), LSTM::new(4).return_sequences(true));
    /// let (_, states) = encoder.call_with_state(Tensor::ones([2, 9, 3]), None);
    /// let (y, [h, c]) = decoder.call_with_state(Tensor::ones([2, 5, 7]), Some(states));
    /// assert_eq!((y.shape(), h.shape(), c.shape()), ([2, 5, 4].into(), [2, 4].into(), [2, 4].into()));
    /// ```
    pub fn call_with_state(
        &self,
        x: impl IntoInput<Tensor>,
        initial_state: Option<[Tensor; 2]>,
    ) -> (Tensor, [Tensor; 2]) {
        let states = initial_state.into_iter().flatten().collect();
        recurrent::call_with_state(self, self.layer(), x.into_input(), states, |states| {
            <[Tensor; 2]>::try_from(states).unwrap_or_else(|_| unreachable!("h and c"))
        })
    }
}
