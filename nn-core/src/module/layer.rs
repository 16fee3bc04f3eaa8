//! The layer: inputs to outputs, by a `call` that the user writes.

use crate::graph::observer::{self, Observer};
use crate::graph::trace;
use crate::module::context::{self, Frame, Scope};
use crate::module::tree::{self, Module};
use crate::{DType, Error, InputShapes, IntoInput, Result, Tensor, Tensors};
use std::panic::Location;

pub use crate::module::context::catch_unanswered;

/// A part of a model that turns tensors into tensors.
///
/// `#[model] impl` makes this from a `call`; a layer is then used through [`Layer::call`], [`Layer::forward`], or, as a field of a
/// model, by its name: `self.dense(x)`.
///
/// Its parameters are [`Module::parameters`], and Keras's `layer.get_weights()` and `layer.set_weights(..)` are `nn::keras::get_weights(&layer)` and
/// `nn::keras::set_weights(&layer, &weights)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `call`",
    label = "not a layer",
    note = "a struct has it by `#[model] impl {Self} {{ fn call(&self, x: Tensor) -> Tensor {{ ... }} }}`, without `#[model]` a `call` is a method like any other; a type parameter has it by its bound, `{Self}: Layer<Input = Tensor, Output = Tensor>`"
)]
pub trait Layer: Module + Sized {
    /// What goes in.
    type Input: Tensors;
    /// What comes out.
    type Output: Tensors;

    /// The forward pass as its author wrote it; use [`Layer::call`] or [`Layer::forward`] instead, which build the layer first.
    fn run(&self, input: Self::Input, training: bool) -> Self::Output;

    /// Makes the parameters once the shapes of the input are known (batch included, which may be unknown). It runs before every
    /// forward pass; [`crate::Param::build`] does nothing the second time but check the shape.
    ///
    /// # Errors
    /// When the layer does not take such an input.
    fn build_parameters(&self, input: &<Self::Input as Tensors>::Shapes) -> Result<()> {
        let _ = input;
        Ok(())
    }

    /// Whether floats that come in are cast to the type that the layer computes in, that of its parameters or [`crate::floatx`]. A layer that
    /// looks at numbers as they are, as `Embedding` does at indices, overrides it in its `#[model] impl`. A model casts what it gets before its
    /// layers see it.
    ///
    /// Source: Keras's `autocast`.
    fn autocast(&self) -> bool {
        true
    }

    /// The names of the inputs, in order, where the layer itself knows them and not the structure of its input, as a Functional model does.
    #[doc(hidden)]
    fn names_of_inputs(&self) -> Vec<String> {
        Vec::new()
    }

    /// Runs the layer with tensors in a list, in the order in which they stand in its arguments, and lists what comes out. A layer that can
    /// be called in more than one way (with states, with or without a key) overrides it in its `#[model] impl`.
    #[track_caller]
    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        let output = match Self::Input::from_leaves(inputs) {
            Ok(input) => enter(self, input, training),
            Err(error) => Self::Output::failed(error),
        };
        output.leaves().into_iter().cloned().collect()
    }

    /// Runs the layer, training or not as given; layers called inside inherit the flag.
    #[track_caller]
    fn call(&self, input: impl IntoInput<Self::Input>, training: bool) -> Self::Output {
        enter(self, input.into_input(), training)
    }

    /// Runs the layer with the training flag of the `call` this stands in; outside of one, in inference.
    #[track_caller]
    fn forward(&self, input: impl IntoInput<Self::Input>) -> Self::Output {
        enter(self, input.into_input(), context::training())
    }

    /// Makes all parameters for inputs of the given shapes (without the batch: `[784]`, `([5], [8])`), by tracing `call` without
    /// data.
    ///
    /// # Errors
    /// Whatever is wrong with the shapes, with the path of the layer.
    fn build(&self, input: impl InputShapes) -> Result<()> {
        trace::trace(self, input).map(|_| ())
    }
}

/// Layers that may run inside of each other at a time: the stack of any thread has room for so many.
pub const DEEPEST: usize = 500;

/// The error of layers that are nested deeper than [`DEEPEST`].
#[doc(hidden)]
pub fn nested_too_deep() -> Error {
    Error::value(format!(
        "layers are nested more than {DEEPEST} levels deep; put them beside each other, in a `Vec` or one `Sequential`, instead of inside \
         each other"
    ))
}

/// Runs a layer on an input of the very type that its `call` takes: what [`Layer::call`] does once it has converted its argument.
#[track_caller]
pub fn call<L: Layer>(layer: &L, input: L::Input, training: bool) -> L::Output {
    enter(layer, input, training)
}

/// The path of the first layer, innermost first, whose result holds NaN or an infinity; `None` if none does.
///
/// It runs the model once more: moving statistics are updated as in any training call.
pub fn first_not_finite<L: Layer>(model: &L, input: L::Input, training: bool) -> Option<String> {
    let (_, watch) = observer::observe(Watch::default(), || enter(model, input, training));
    let frame = watch.first?;
    let path = tree::path_of(model, frame)?;
    Some(match path.is_empty() {
        true => frame.class_name.to_string(),
        false => format!("{path} ({})", frame.class_name),
    })
}

/// Looks at every layer's result for NaN and infinities.
#[derive(Default)]
struct Watch {
    first: Option<Frame>,
}

impl Observer for Watch {
    fn leave(&mut self, layer: Frame, outputs: &[&Tensor]) {
        if self.first.is_none() && outputs.iter().any(|t| !t.is_finite_everywhere()) {
            self.first = Some(layer);
        }
    }
}

/// Runs a layer: builds it, keeps track of it, and gives errors their place.
#[track_caller]
fn enter<L: Layer>(layer: &L, input: L::Input, training: bool) -> L::Output {
    run_layer(
        layer,
        input,
        training,
        layer.autocast(),
        &mut |shapes| layer.build_parameters(shapes),
        &mut |input| layer.run(input, training),
    )
}

/// Runs a layer in a way of its own, with other inputs or outputs than its `call` has, as [`Layer::call`] runs that: `build` makes the
/// parameters, `run` is the forward pass, and errors and traces name the layer. For methods such as `LSTM::call_with_state`.
#[track_caller]
pub fn call_as<L: Module, I: Tensors, O: Tensors>(
    layer: &L,
    input: I,
    training: bool,
    build: impl FnOnce(&I::Shapes) -> Result<()>,
    run: impl FnOnce(I) -> O,
) -> O {
    let (mut build, mut run) = (Some(build), Some(run));
    run_layer(
        layer,
        input,
        training,
        true,
        &mut |shapes| build.take().expect("called once")(shapes),
        &mut |input| run.take().expect("called once")(input),
    )
}

/// [`call_as`], compiled once for all layers of the same inputs and outputs, which nearly all are.
#[track_caller]
fn run_layer<I: Tensors, O: Tensors>(
    layer: &dyn Module,
    input: I,
    training: bool,
    autocast: bool,
    build: &mut dyn FnMut(&I::Shapes) -> Result<()>,
    run: &mut dyn FnMut(I) -> O,
) -> O {
    if let Some(error) = input.error() {
        return O::failed(error.clone());
    }
    let caller = Location::caller();
    let frame = tree::frame(layer);
    // A container hands on what it gets to layers that cast it.
    let input = match autocast && frame.is_some() {
        true => cast_to_own_type(layer, input),
        false => input,
    };
    let scope = Scope::enter(frame, training);
    if scope.depth() > DEEPEST {
        return O::failed(nested_too_deep().at_call(caller));
    }
    let observed = frame.filter(|_| observer::is_observed());
    if let Some(frame) = observed {
        observer::enter(frame, &input.leaves());
    }
    // What the layer says of its settings itself comes first: it knows more about them.
    let mut input = Some(input);
    // Behind a pointer: its code is there once for both ways below.
    let forward: &mut dyn FnMut() -> O = &mut || {
        let input = input.take().expect("called once");
        match build(&input.shapes()).and_then(|()| layer.check_settings()) {
            Ok(()) => run(input),
            Err(error) => O::failed(error.at_call(caller)),
        }
    };
    let outermost = scope.is_outermost();
    let mut output = match outermost {
        true => catch_unanswered(forward).unwrap_or_else(O::failed),
        false => forward(),
    };
    let failed = output.error().is_some();
    if failed {
        output = in_layer(output, caller);
    }
    if let Some(frame) = observed {
        observer::leave(frame, &output.leaves());
    }
    if failed && outermost {
        output = locate(layer, output);
    }
    output
}

/// What failed in a layer that was called at a line.
#[cold]
fn in_layer<O: Tensors>(mut output: O, caller: &'static Location<'static>) -> O {
    // A line of the library says nothing to its user: the one that called the layer does.
    if let Some(error) = output.error().filter(|e| e.arose_inside(caller)) {
        output = O::failed(error.clone().moved_to(caller));
    }
    // What failed without an operation, a tensor that no memory holds for example, failed in this layer.
    if let Some(error) = output.error().filter(|e| !e.has_frames()) {
        output = O::failed(error.clone().in_layers());
    }
    output
}

/// Floats in the type that a layer computes in: that of its parameters, or the default. Whole numbers stay what they are.
///
/// Source: Keras's autocast.
fn cast_to_own_type<I: Tensors>(layer: &dyn Module, input: I) -> I {
    let default = context::floatx();
    let mut others = false;
    input.for_each(&mut |t| others |= t.dtype().is_float() && t.dtype() != default);
    match others {
        true => cast_to_type_of(layer, input, default),
        false => input,
    }
}

/// Floats in the type of the layer's parameters.
#[cold]
fn cast_to_type_of<I: Tensors>(layer: &dyn Module, input: I, default: DType) -> I {
    let parameters = tree::parameters(layer);
    let own = parameters
        .iter()
        .find(|p| p.is_built() && p.dtype().is_float());
    let own = own.map_or(default, |p| p.dtype());
    input.map(&mut |t| match t.dtype().is_float() && t.dtype() != own {
        true => t.cast(own),
        false => t,
    })
}

/// Turns the running layers that an error noted into a path below `root`.
#[cold]
fn locate<O: Tensors>(root: &dyn Module, output: O) -> O {
    match output.error().filter(|e| e.has_frames()) {
        None => output,
        Some(error) => {
            let mut error = error.clone();
            let frames = error.take_frames();
            O::failed(with_path(error, root, &frames))
        }
    }
}

fn with_path(error: Error, root: &dyn Module, frames: &[Frame]) -> Error {
    // The innermost layer that belongs to the tree: one made on the fly inside `call` has no path.
    let place = frames
        .iter()
        .rev()
        .find_map(|frame| Some((tree::path_of(root, *frame)?, frame.class_name)));
    match place {
        Some((path, class_name)) if path.is_empty() => error.at_path(class_name),
        Some((path, class_name)) => error.at_path(format!("{path} ({class_name})")),
        None => error,
    }
}

/// What a field of a model can be called with by its name, `self.dense(x)`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this field cannot be called with `{I}`",
    label = "`{Self}` is not a layer that takes `{I}`"
)]
pub trait Callable<I> {
    type Output;
    #[track_caller]
    fn call_field(&self, input: I) -> Self::Output;
}

impl<L: Layer, I: IntoInput<L::Input>> Callable<I> for L {
    type Output = L::Output;
    #[track_caller]
    fn call_field(&self, input: I) -> L::Output {
        self.forward(input)
    }
}

/// What goes into a layer, as an editor shows it.
#[doc(hidden)]
pub type InputOf<L> = <L as Layer>::Input;

/// What comes out of a layer, as an editor shows it.
#[doc(hidden)]
pub type OutputOf<L> = <L as Layer>::Output;

/// A `Vec` of layers applies them in order.
impl<T: Tensors, L: Layer<Input = T, Output = T>> Layer for Vec<L> {
    type Input = T;
    type Output = T;
    fn run(&self, input: T, training: bool) -> T {
        in_order(self, input, training)
    }
}

/// Applies layers in order.
pub(crate) fn in_order<T: Tensors, L: Layer<Input = T, Output = T>>(
    layers: &[L],
    input: T,
    training: bool,
) -> T {
    layers
        .iter()
        .fold(input, |x, layer| enter(layer, x, training))
}

/// A boxed list of layers applies them in order.
impl<T: Tensors, L: Layer<Input = T, Output = T>> Layer for Box<[L]> {
    type Input = T;
    type Output = T;
    fn run(&self, input: T, training: bool) -> T {
        in_order(self, input, training)
    }
}

/// An array of layers applies them in order.
impl<T: Tensors, L: Layer<Input = T, Output = T>, const N: usize> Layer for [L; N] {
    type Input = T;
    type Output = T;
    fn run(&self, input: T, training: bool) -> T {
        in_order(self, input, training)
    }
}

/// An optional layer that is absent passes its input on.
impl<T: Tensors, L: Layer<Input = T, Output = T>> Layer for Option<L> {
    type Input = T;
    type Output = T;
    fn run(&self, input: T, training: bool) -> T {
        match self {
            Some(layer) => enter(layer, input, training),
            None => input,
        }
    }
}

/// A boxed layer is the layer.
impl<L: Layer> Layer for Box<L> {
    type Input = L::Input;
    type Output = L::Output;
    fn run(&self, input: L::Input, training: bool) -> L::Output {
        enter(&**self, input, training)
    }
}
