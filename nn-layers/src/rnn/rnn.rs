//! A cell over whole sequences.

use crate::ShapeError;
use crate::rnn::States;
use crate::rnn::cell::{AnyCell, Cell};
use crate::rnn::frame::{self, Frame, Recurrence, frame};
use nn_core::registry::{DynLayer, LayerClass};
use nn_core::{IntoInput, Module, Result, Shape, Tensor, training};
use nn_derive::{Layer, model};

/// A [`Cell`] at every step of a sequence: each step gets the states of the one before.
///
/// Shapes: `[batch, time, …] → [batch, output_size]`, or `[batch, time, output_size]` with [`RNN::return_sequences`]. The first states are
/// the cell's [`Cell::initial_state`], or given to [`RNN::call_with_state`]. Where the input has a mask ([`Tensor::mask`]) that leaves a
/// step out, the states stay as they are and the output is that of the step before, at first zeros.
///
/// `RNN<LSTMCell>` gives what an [`LSTM`](crate::LSTM) gives, which computes all steps at once and is faster.
///
/// Source: Keras's `RNN`.
///
/// ```
/// use nn::{Layer, Module, RNN, SimpleRNNCell, Tensor};
/// let rnn = RNN::new(SimpleRNNCell::new(4)).return_sequences(true);
/// assert_eq!(rnn.forward(Tensor::ones([2, 5, 3])).shape(), [2, 5, 4]);
/// assert_eq!(rnn.parameters()[0].path(), "cell.kernel");
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct RNN<C: Cell = AnyCell> {
    cell: C,
    /// Whether the output is that of every step, or of the last one.
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
    #[param(States::new())]
    states: States,
}

#[model(crate = nn_core)]
impl<C: Cell> RNN<C> {
    /// The cell over sequences, to the output of the last step.
    pub const fn new(cell: C) -> RNN<C> {
        RNN::with_defaults(cell)
    }

    /// The shape of the output: `[batch, output_size]`, or `[batch, time, output_size]` with [`Self::return_sequences`].
    ///
    /// # Errors
    /// When the input is not `[batch, time, …]` with at least one step.
    pub fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if input.rank() < 2 {
            let hint = "give each sequence as [time, features]; a recurrent layer before this one gives all steps with `return_sequences`";
            let layout = "[batch, time, features]";
            return Err(ShapeError::rank("RNN", 3, layout, input, hint));
        }
        let [batch, time, size] = [input[0], input[1], self.cell.output_size()];
        if time == 0 {
            let error = ShapeError::new("RNN expects at least one step of time, found ");
            return Err(error.shape(input));
        }
        Ok(match self.return_sequences {
            true => Shape::new(&[batch, time, size]),
            false => Shape::new(&[batch, size]),
        })
    }

    fn layer(&self) -> OverCell<'_, C> {
        OverCell {
            cell: &self.cell,
            frame: frame!(self, "RNN", None),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        self.layer().run(&x, Vec::new(), false, training).0
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        frame::call_any(self, self.layer(), inputs, training)
    }

    /// The output and the states after the last step, from `initial_state` (`None`: the cell's own, or of a stateful layer those of the call
    /// before). In training as the `call` that this stands in.
    ///
    /// Source: the arguments `return_state` and `initial_state` of Keras's `RNN`.
    ///
    /// ```
    /// use nn::{GRUCell, RNN, Tensor};
    /// let rnn = RNN::new(GRUCell::new(4));
    /// let (y, states) = rnn.call_with_state(Tensor::ones([2, 5, 3]), None);
    /// assert_eq!(y.to_vec::<f32>()?, states[0].to_vec::<f32>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn call_with_state(
        &self,
        x: impl IntoInput<Tensor>,
        initial_state: Option<Vec<Tensor>>,
    ) -> (Tensor, Vec<Tensor>) {
        let states = initial_state.unwrap_or_default();
        let x = x.into_input();
        frame::call_with_state(self, self.layer(), x, states, training(), |states| states)
    }
}

/// A cell over sequences, ready to run.
struct OverCell<'a, C> {
    cell: &'a C,
    frame: Frame<'a>,
}

impl<C: Cell> Recurrence for OverCell<'_, C> {
    fn frame(&self) -> &Frame<'_> {
        &self.frame
    }

    fn state_count(&self) -> usize {
        self.cell.state_size().len()
    }

    fn first_states(&self, x: &Tensor) -> Vec<Tensor> {
        self.cell.initial_state(x.shape()[0])
    }

    fn over_time(
        &self,
        x: &Tensor,
        mask: Option<Tensor>,
        states: Vec<Tensor>,
        _: bool,
        training: bool,
    ) -> (Tensor, Vec<Tensor>) {
        let mut step = self.cell.over_sequence(training);
        let step = |x: &Tensor, states: &[Tensor]| step(x.clone(), states.to_vec());
        self.frame.steps(x, mask, states, step)
    }
}

nn_core::submit! {
    LayerClass = LayerClass {
        class_name: "RNN",
        module: module_path!(),
        layer_type: std::any::TypeId::of::<RNN>(),
        from_config: |config| Some(RNN::<AnyCell>::from_config(config).map(|l| Box::new(l) as Box<dyn DynLayer>)),
    }
}
