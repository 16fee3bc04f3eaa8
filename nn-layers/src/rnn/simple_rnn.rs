//! The simple recurrent layer.

use crate::core::weights::{optional, weight};
use crate::rnn::recurrent::{self, Recurrent, recurrent_builders};
use crate::{Activation, ShapeError};
use nn_core::ops::RecurrentCell;
use nn_core::{Constraint, Initializer, IntoInput, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// A recurrent layer whose output is its state: `h' = tanh(x·kernel + h·recurrent_kernel + bias)`, step by step.
///
/// Shapes: `[batch, time, features] → [batch, units]`, or `[batch, time, units]` with [`SimpleRNN::return_sequences`]. Parameters: `kernel`
/// `[features, units]`, `recurrent_kernel` `[units, units]`, `bias` `[units]`. The first state is zero, or given to
/// [`SimpleRNN::call_with_state`].
///
/// With another activation than tanh, or dropout of the state, steps run one by one, which is slower.
///
/// Source: Elman 1990; Keras's `SimpleRNN` (without `stateful` and masks).
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::SimpleRNN;
/// let rnn = SimpleRNN::new(16);
/// assert_eq!(rnn.forward(Tensor::ones([2, 10, 8])).shape(), [2, 16]);
/// let rnn = SimpleRNN::new(16).return_sequences(true);
/// assert_eq!(rnn.forward(Tensor::ones([2, 10, 8])).shape(), [2, 10, 16]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
pub struct SimpleRNN {
    #[config]
    units: usize,
    #[config]
    activation: Activation,
    #[config]
    use_bias: bool,
    #[config]
    kernel_initializer: Initializer,
    #[config]
    recurrent_initializer: Initializer,
    #[config]
    bias_initializer: Initializer,
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
    #[param(optional(use_bias, bias_initializer, bias_regularizer, bias_constraint))]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl SimpleRNN {
    /// `units` outputs, with a bias; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the bias at 0.
    pub const fn new(units: usize) -> SimpleRNN {
        SimpleRNN {
            units,
            activation: Activation::Tanh,
            use_bias: true,
            kernel_initializer: Initializer::GlorotUniform,
            recurrent_initializer: Initializer::Orthogonal { gain: 1.0 },
            bias_initializer: Initializer::Zeros,
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

    recurrent_builders!(bias: optional(use_bias, bias_initializer, bias_regularizer, bias_constraint));

    /// The shape of the output: `[batch, units]`, or `[batch, time, units]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, features]` with at least one step, or there is no unit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        recurrent::output_shape("SimpleRNN", self.units, self.return_sequences, input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    fn layer(&self) -> Recurrent<'_> {
        Recurrent {
            name: "SimpleRNN",
            cell: RecurrentCell::Simple,
            kernel: &self.kernel,
            recurrent_kernel: &self.recurrent_kernel,
            bias: self.bias.as_ref(),
            activation: self.activation,
            recurrent_activation: Activation::Linear,
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

    /// The output and the state h after the last step, from `initial_state`, h before the first step `[batch, units]`
    /// (`None`: zeros). In training as the `call` that this stands in.
    ///
    /// Source: the arguments `return_state` and `initial_state` of Keras's `SimpleRNN`.
    ///
    /// ```
    /// use nn_core::Tensor;
    /// use nn_layers::SimpleRNN;
    /// let rnn = SimpleRNN::new(4);
    /// let (y, h) = rnn.call_with_state(Tensor::ones([2, 5, 3]), None);
    /// assert_eq!(y.to_vec::<f32>()?, h.to_vec::<f32>()?);
    /// let (y, _) = rnn.call_with_state(Tensor::ones([2, 1, 3]), Some(h));
    /// assert_eq!(y.shape(), [2, 4]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    pub fn call_with_state(
        &self,
        x: impl IntoInput<Tensor>,
        initial_state: Option<Tensor>,
    ) -> (Tensor, Tensor) {
        let (layer, states) = (self.layer(), initial_state.into_iter().collect());
        recurrent::call_with_state(self, layer, x.into_input(), states, |mut states| {
            states.remove(0)
        })
    }
}
