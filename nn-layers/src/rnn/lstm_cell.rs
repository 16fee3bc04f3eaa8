//! One step of an LSTM.

use crate::Activation;
use crate::core::seed::Seed;
use crate::rnn::cell::{self, Cell, CellStep};
use crate::rnn::gates::{Gates, gates};
use nn_core::ops::RecurrentCell;
use nn_core::{Initializer, Param, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// One step of an [`LSTM`](crate::LSTM), as a layer of its own and as the cell of an [`RNN`](crate::RNN): from an input and the states before it to the output,
/// the new h, and the new states h and c. The formula is at [`LSTM`](crate::LSTM).
///
/// Shapes: `[batch, features]` and 2 states `[batch, units]` → `[batch, units]` and as many states. Parameters: `kernel` `[features, 4 · units]`,
/// `recurrent_kernel` `[units, 4 · units]`, `bias` `[4 · units]`.
///
/// Called by itself in training it drops anew each time; in an `RNN` the same at all steps.
///
/// Source: Keras's `LSTMCell`.
///
/// ```
/// use nn::{LSTMCell, Layer, Tensor};
/// let cell = LSTMCell::new(16);
/// let (y, states) = cell.forward((Tensor::ones([2, 8]), vec![Tensor::zeros([2, 16]), Tensor::zeros([2, 16])]));
/// assert_eq!((y.shape(), states.len()), ([2, 16].into(), 2));
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(implementation = 2))]
#[must_use]
pub struct LSTMCell {
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
    /// The share of the input's features that is dropped in training, from 0 to below 1.
    #[config(default = 0.0)]
    dropout: f64,
    /// The share of the state that is dropped in training, from 0 to below 1.
    #[config(default = 0.0)]
    recurrent_dropout: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    #[param(initializer = Initializer::Orthogonal { gain: 1.0 }, keys = recurrent)]
    recurrent_kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias, adjusted(unit_forget_bias = super::lstm::with_unit_forget_bias))]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl LSTMCell {
    /// `units` outputs, with a bias; the kernel starts Glorot uniform, the recurrent kernel orthogonal, the bias at 0 but for the forget
    /// gate, which starts at 1 (Jozefowicz et al. 2015).
    pub const fn new(units: usize) -> LSTMCell {
        LSTMCell::with_defaults(units)
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> LSTMCell {
        self.seed.set(seed);
        self
    }

    fn gates(&self) -> Gates<'_> {
        gates!(
            self,
            "LSTMCell",
            RecurrentCell::Lstm,
            self.recurrent_activation
        )
    }

    fn build(&self, (input, _): &(Shape, Vec<Shape>)) -> Result<()> {
        cell::check("LSTMCell", self.units, input)?;
        self.gates().build(input)
    }

    fn call(&self, x: Tensor, states: Vec<Tensor>, training: bool) -> (Tensor, Vec<Tensor>) {
        let gates = self.gates();
        let dropped = gates.drop(&x.expand_dims(1), training);
        gates.step(&x, &states, &dropped)
    }
}

impl Cell for LSTMCell {
    fn state_size(&self) -> Vec<usize> {
        vec![self.units; 2]
    }

    fn over_sequence(&self, training: bool) -> CellStep<'_> {
        self.gates().over_sequence(self, training)
    }
}

crate::register_cell!(LSTMCell);
