//! What an RNN runs at every step.

use crate::ShapeError;
use nn_core::layer::call;
use nn_core::registry::DynLayer;
use nn_core::{Error, Layer, Module, Regularizer, Result, Shape, Tensor, activity, floatx};
use serde_json::Value;
use std::fmt;

/// The steps of one sequence: from an input and states to an output and states.
pub type CellStep<'a> = Box<dyn FnMut(Tensor, Vec<Tensor>) -> (Tensor, Vec<Tensor>) + 'a>;

/// A layer that an [`RNN`](crate::RNN) can run at every step of a sequence: its `call` takes the step's input and the states, and gives the
/// output and the new states.
///
/// A cell of your own says in addition how large its states are. [`register_cell!`](crate::register_cell) lets an `RNN` of it be loaded by
/// name, inside a `Sequential` for example.
///
/// Source: Keras's `RNN`, its argument `cell`.
///
/// ```
/// use nn::{model, Cell, Layer, Param, RNN, Shape, Tensor};
///
/// /// `h' = x·kernel + h·recurrent_kernel`.
/// #[derive(Layer, Clone)]
/// struct MinimalCell {
///     #[config]
///     units: usize,
///     #[param(Param::default())]
///     kernel: Param,
///     #[param(Param::default())]
///     recurrent_kernel: Param,
/// }
///
/// #[model]
/// impl MinimalCell {
///     fn build(&self, (x, _): &(Shape, Vec<Shape>)) -> nn::Result<()> {
///         self.kernel.build([x[1], self.units])?;
///         self.recurrent_kernel.build([self.units, self.units])
///     }
///
///     fn call(&self, x: Tensor, states: Vec<Tensor>) -> (Tensor, Vec<Tensor>) {
///         let h = x.matmul(&self.kernel) + states[0].matmul(&self.recurrent_kernel);
///         (h.clone(), vec![h])
///     }
/// }
///
/// impl Cell for MinimalCell {
///     fn state_size(&self) -> Vec<usize> {
///         vec![self.units]
///     }
/// }
///
/// let cell = MinimalCell { units: 4, kernel: Param::default(), recurrent_kernel: Param::default() };
/// let rnn = RNN::new(cell).return_sequences(true);
/// assert_eq!(rnn.forward(Tensor::ones([2, 5, 3])).shape(), [2, 5, 4]);
/// ```
pub trait Cell: Layer<Input = (Tensor, Vec<Tensor>), Output = (Tensor, Vec<Tensor>)> {
    /// How many numbers each state has, for one sample.
    fn state_size(&self) -> Vec<usize>;

    /// How many numbers the output has, for one sample: as many as the first state, unless the cell says otherwise.
    fn output_size(&self) -> usize {
        self.state_size().first().copied().unwrap_or_default()
    }

    /// The states before the first step: zeros, unless the cell says otherwise.
    fn initial_state(&self, batch_size: usize) -> Vec<Tensor> {
        let zeros = |size| Tensor::full_of([batch_size, size], 0.0, floatx());
        self.state_size().into_iter().map(zeros).collect()
    }

    /// The steps of one sequence: `call`, unless something is the same at all of them, such as what dropout leaves out.
    fn over_sequence(&self, training: bool) -> CellStep<'_> {
        Box::new(move |x, states| call(self, (x, states), training))
    }
}

/// Checks the input of a step.
pub(crate) fn check(cell: &str, units: usize, input: &Shape) -> Result<()> {
    if input.rank() != 2 {
        let hint = "a cell takes one step of time, an RNN whole sequences";
        let error = ShapeError::rank(cell, 2, "[batch, features]", input, hint);
        return Err(error.into());
    }
    match units {
        0 => Err(Error::value(format!(
            "{cell} needs at least one unit, found 0"
        ))),
        _ => Ok(()),
    }
}

/// [`Cell`] without knowing its type.
trait DynCell: DynLayer {
    fn state_size_dyn(&self) -> Vec<usize>;
    fn output_size_dyn(&self) -> usize;
    fn initial_state_dyn(&self, batch_size: usize) -> Vec<Tensor>;
    fn over_sequence_dyn(&self, training: bool) -> CellStep<'_>;
    fn copy(&self) -> AnyCell;
}

impl<C: Cell> DynCell for C {
    fn state_size_dyn(&self) -> Vec<usize> {
        self.state_size()
    }
    fn output_size_dyn(&self) -> usize {
        self.output_size()
    }
    fn initial_state_dyn(&self, batch_size: usize) -> Vec<Tensor> {
        self.initial_state(batch_size)
    }
    fn over_sequence_dyn(&self, training: bool) -> CellStep<'_> {
        self.over_sequence(training)
    }
    fn copy(&self) -> AnyCell {
        AnyCell::new(self.clone_model())
    }
}

/// A cell whose type is not known until the program runs: what a [`StackedRNNCells`](crate::StackedRNNCells) holds, and an
/// [`RNN`](crate::RNN) that was loaded by name.
///
/// ```
/// use nn::{AnyCell, Cell, GRUCell, LSTMCell};
/// let cells = [AnyCell::new(LSTMCell::new(4)), AnyCell::new(GRUCell::new(3))];
/// assert_eq!(cells.map(|cell| cell.state_size()), [vec![4, 4], vec![3]]);
/// ```
pub struct AnyCell {
    cell: Box<dyn DynCell>,
    /// A penalty on what each step gives, its output and its states, that its class does not have among its settings.
    activity_regularizer: Option<Regularizer>,
}

impl AnyCell {
    /// A cell of any type.
    pub fn new<C: Cell>(cell: C) -> AnyCell {
        AnyCell {
            cell: Box::new(cell),
            activity_regularizer: None,
        }
    }
}

impl Clone for AnyCell {
    fn clone(&self) -> AnyCell {
        AnyCell {
            activity_regularizer: self.activity_regularizer,
            ..self.cell.copy()
        }
    }
}

impl fmt::Debug for AnyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cell.class_name().unwrap_or("a cell"))
    }
}

impl Module for AnyCell {
    fn as_module(&self) -> &dyn Module {
        &*self.cell
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&str, &'a dyn Module)) {
        self.cell.visit(visit);
    }

    fn shared(&self) -> Option<(*const (), &dyn Module)> {
        self.cell.shared()
    }

    fn config(&self) -> Value {
        let config = self.cell.config();
        match self.activity_regularizer {
            None => config,
            Some(regularizer) => activity::write(config, regularizer),
        }
    }

    fn from_config(config: &Value) -> Result<AnyCell> {
        let (cell, activity_regularizer) = activity::read(config, of_class, AnyCell::config)?;
        Ok(AnyCell {
            activity_regularizer,
            ..cell
        })
    }
}

/// The cell that the class of a configuration makes of it.
fn of_class(config: &Value) -> Result<AnyCell> {
    let Some(name) = config.get("class_name").and_then(Value::as_str) else {
        return Err(Error::format("a cell's configuration has no `class_name`"));
    };
    let mut classes = nn_core::__private::registered::<CellClass>();
    match classes.find(|class| class.class_name == name) {
        Some(class) => (class.from_config)(config),
        None => Err(Error::format(format!(
            "no cell is called {name}: write `register_cell!({name});` beside its struct in this program"
        ))),
    }
}

impl Layer for AnyCell {
    type Input = (Tensor, Vec<Tensor>);
    type Output = (Tensor, Vec<Tensor>);

    fn run(&self, (x, states): Self::Input, training: bool) -> Self::Output {
        self.over_sequence(training)(x, states)
    }
}

impl Cell for AnyCell {
    fn state_size(&self) -> Vec<usize> {
        self.cell.state_size_dyn()
    }

    fn output_size(&self) -> usize {
        self.cell.output_size_dyn()
    }

    fn initial_state(&self, batch_size: usize) -> Vec<Tensor> {
        self.cell.initial_state_dyn(batch_size)
    }

    fn over_sequence(&self, training: bool) -> CellStep<'_> {
        let mut step = self.cell.over_sequence_dyn(training);
        let Some(regularizer) = self.activity_regularizer else {
            return step;
        };
        Box::new(move |x, states| {
            let (output, states) = step(x, states);
            for given in [&output].into_iter().chain(&states) {
                let _ = activity::penalize(Some(regularizer), given.clone());
            }
            (output, states)
        })
    }
}

/// A class that an `RNN` finds by its name.
#[derive(Debug)]
#[doc(hidden)]
pub struct CellClass {
    pub class_name: &'static str,
    pub from_config: fn(&Value) -> Result<AnyCell>,
}

nn_core::collect!(CellClass);

/// Makes a [`Cell`] of your own known by its name, so that an [`RNN`](crate::RNN) of it can be loaded from a file and stand in a
/// `Sequential`.
///
/// ```
/// # use nn::{model, Cell, Layer, Param, RNN, Sequential, Tensor};
/// #[derive(Layer, Clone)]
/// struct Sum {}
///
/// #[model]
/// impl Sum {
///     fn call(&self, x: Tensor, states: Vec<Tensor>) -> (Tensor, Vec<Tensor>) {
///         let sum = x + &states[0];
///         (sum.clone(), vec![sum])
///     }
/// }
///
/// impl Cell for Sum {
///     fn state_size(&self) -> Vec<usize> {
///         vec![3]
///     }
/// }
///
/// nn::register_cell!(Sum);
///
/// # use nn::Module;
/// let model = Sequential::new().add(RNN::new(Sum {}));
/// assert_eq!(model.clone_model().forward(Tensor::ones([1, 5, 3])).to_vec::<f32>()?, [5.0; 3]);
/// # Ok::<(), nn::Error>(())
/// ```
#[macro_export]
macro_rules! register_cell {
    ($cell:ident) => {
        $crate::__private::submit! {
            $crate::__private::CellClass = $crate::__private::CellClass {
                class_name: ::core::stringify!($cell),
                from_config: |config| {
                    <$cell as $crate::__private::Module>::from_config(config).map($crate::AnyCell::new)
                },
            }
        }
    };
}
