//! The graph: what a trace of `call` leaves behind, which is the program itself.
//!
//! It has every operation in its order, where its inputs come from, the layer call and the user's line that it stands in. It prints as
//! text that a person reads, and runs again: [`Graph::replay`] gives the bits that `call` gives.

use crate::graph::apply::apply_handle;
use crate::graph::op::{Binding, OpHandle, Spec};
use crate::module::context::{self, Scope};
use crate::module::tree::{self, Module};
use crate::tensor::stream::Stream;
use crate::{Error, Result, Shape, Tensor, is_known, no_gradient};
use std::fmt;
use std::panic::Location;

/// The number of a value in a graph.
pub type ValueId = usize;

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The model's input of that index.
    Input(usize),
    /// A parameter or buffer, by its path, with the value that it had when the graph was traced.
    Parameter(String, Tensor),
    /// A number that does not depend on the inputs or parameters. One without a value was made of a size that was open.
    Constant(Tensor),
    /// An output of a node.
    Node {
        /// Which node.
        node: usize,
        /// Which of its outputs.
        output: usize,
    },
}

/// A value: something that nodes read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Value {
    /// Its shape and element type.
    pub spec: Spec,
    /// Where it comes from.
    pub source: Source,
}

/// An operation, as it was traced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Node {
    /// The operation with its settings.
    pub op: OpHandle,
    /// What it reads.
    pub inputs: Vec<ValueId>,
    /// What it gives.
    pub outputs: Vec<ValueId>,
    /// The layer call that it ran in, as an index into [`Graph::calls`].
    pub call: Option<usize>,
    /// The line that it stands on.
    pub location: &'static Location<'static>,
    /// Position among operations and calls, for their common order.
    pub order: usize,
    /// Whether it ran where no gradient flows: in `no_gradient`.
    pub detached: bool,
    /// Of an op that draws random numbers: the how-manieth draw of the run it is.
    pub draw: Option<u64>,
}

/// One call of a layer, as it was traced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LayerCall {
    /// Path of the layer below the traced model; empty for the model itself.
    pub path: String,
    /// Its class.
    pub class_name: &'static str,
    /// Index of the call it was made in; `None` for the model itself.
    pub parent: Option<usize>,
    /// What went in.
    pub inputs: Vec<ValueId>,
    /// What came out.
    pub outputs: Vec<ValueId>,
    /// Position among operations and calls, for their common order.
    pub order: usize,
}

/// The program that `call` is, as it ran on inputs of some shapes.
#[derive(Clone, Default)]
#[must_use]
pub struct Graph {
    pub(crate) values: Vec<Value>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) calls: Vec<LayerCall>,
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) outputs: Vec<ValueId>,
    /// Which inputs came with a mask; the masks are inputs of the graph too, behind the others.
    pub(crate) masked_inputs: Vec<usize>,
    /// The mask that each output carries.
    pub(crate) masks: Vec<Option<ValueId>>,
    pub(crate) updates: Vec<(String, ValueId)>,
    pub(crate) losses: Vec<ValueId>,
    pub(crate) training: bool,
    /// The names of the outputs, empty where their structure gives none.
    pub(crate) names: Vec<String>,
    /// The names of the inputs, likewise.
    pub(crate) input_names: Vec<String>,
}

/// What a run of a graph gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Replay {
    /// The model's outputs, in order.
    pub outputs: Vec<Tensor>,
    /// New values of buffers, by path, which the run itself does not write.
    pub updates: Vec<(String, Tensor)>,
    /// The losses that layers added.
    pub losses: Vec<Tensor>,
}

impl Graph {
    /// All values, by their numbers.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// All operations, each behind those whose results it reads.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Layer calls in order; the first is the model itself.
    pub fn calls(&self) -> &[LayerCall] {
        &self.calls
    }

    /// The model's inputs; behind them the masks of those that were traced with one, in the same order.
    pub fn inputs(&self) -> &[ValueId] {
        &self.inputs
    }

    /// The model's outputs.
    pub fn outputs(&self) -> &[ValueId] {
        &self.outputs
    }

    /// The mask that each output carries ([`Tensor::mask`]).
    pub fn masks(&self) -> &[Option<ValueId>] {
        &self.masks
    }

    /// What the run writes into buffers, by their paths: moving statistics in training.
    pub fn updates(&self) -> &[(String, ValueId)] {
        &self.updates
    }

    /// Whether it was traced in training.
    pub fn is_training(&self) -> bool {
        self.training
    }

    /// The shape of a value.
    pub fn shape(&self, value: ValueId) -> Shape {
        self.values[value].spec.shape
    }

    /// Where a node stands, for messages: the layer's path, or the model's class.
    fn place(&self, node: &Node) -> String {
        match node.call.map(|call| &self.calls[call]) {
            Some(call) if call.path.is_empty() => call.class_name.to_string(),
            Some(call) => format!("{} ({})", call.path, call.class_name),
            None => String::new(),
        }
    }

    /// An error with its place: the operation, the line it stands on, the layer's path. For those who read a graph, such as exporters.
    pub fn error_at(&self, node: &Node, error: Error) -> Error {
        error
            .at_op(node.op.name(), node.location)
            .at_path(self.place(node))
    }

    /// The same program with the values that the parameters of a model have now; those that it does not have stay as they are.
    pub fn with_parameters_of(&self, model: &dyn Module) -> Graph {
        let parameters = tree::parameters(model);
        let mut graph = self.clone();
        for value in &mut graph.values {
            if let Source::Parameter(path, tensor) = &mut value.source
                && let Some(parameter) = parameters.iter().find(|p| p.path() == path)
            {
                *tensor = parameter.value();
            }
        }
        graph
    }

    /// Runs the program on inputs of the traced shapes, where an open batch may have any size, with the parameters' values at the time
    /// of the trace ([`Graph::with_parameters_of`] takes others). It gives the bits that `call` gives, in training with the same random numbers; tapes watch trainable
    /// parameters as ever.
    ///
    /// ```
    /// use nn::{DType, Param, Tensor, UNKNOWN, trace::trace_with};
    /// let kernel = Param::default();
    /// kernel.build([3, 2])?;
    /// let call = |x: Vec<Tensor>| vec![x[0].matmul(&kernel).relu()];
    /// let graph = trace_with(&kernel, vec![Tensor::abstract_of([UNKNOWN, 3], DType::F32)], false, call)?;
    /// let x = vec![Tensor::random_normal([5, 3])];
    /// let again = graph.replay(&x)?.outputs;
    /// assert_eq!(again[0].to_vec::<f32>()?, call(x)[0].to_vec::<f32>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another number of inputs, other shapes or types; what a node cannot do with these values, with the layer's path.
    pub fn replay(&self, inputs: &[Tensor]) -> Result<Replay> {
        let inputs = &self.with_masks(inputs)?[..];
        let batch = self.check(inputs)?;
        let stream = self.begin_draws();
        let mut values: Vec<Option<Tensor>> = vec![None; self.values.len()];
        let _scope = Scope::enter(None, self.training);
        for node in &self.nodes {
            let found: Result<Vec<Tensor>> = node
                .inputs
                .iter()
                .map(|&id| self.read(id, inputs, &values, node))
                .collect();
            let found = found?;
            let binding = Binding {
                batch,
                inputs: &found,
                stream: Stream {
                    draw: stream.draw.wrapping_add(node.draw.unwrap_or(0)),
                    ..stream
                },
            };
            let bound = node.op.bind(&binding);
            let bound = bound.map_err(|e| self.error_at(node, e))?;
            let op = bound.as_ref().unwrap_or(&node.op);
            let run = || apply_handle(op, &found, node.location);
            let outputs = match node.detached {
                true => no_gradient(run),
                false => run(),
            };
            for (&id, output) in node.outputs.iter().zip(outputs.iter()) {
                if let Some(error) = output.error() {
                    return Err(error.clone().at_path(self.place(node)));
                }
                values[id] = Some(output.without_mask());
            }
        }
        let last = |id: ValueId| match &self.values[id].source {
            Source::Node { .. } => Ok(values[id].clone().expect("every node has run")),
            Source::Input(i) => Ok(inputs[*i].clone()),
            Source::Parameter(_, value) | Source::Constant(value) => Ok(value.clone()),
        };
        Ok(Replay {
            outputs: self
                .outputs
                .iter()
                .zip(&self.masks)
                .map(|(&id, mask)| Ok(last(id)?.with_mask(mask.map(last).transpose()?)))
                .collect::<Result<_>>()?,
            updates: self
                .updates
                .iter()
                .map(|(path, id)| Ok((path.clone(), last(*id)?)))
                .collect::<Result<_>>()?,
            losses: self
                .losses
                .iter()
                .map(|&id| last(id))
                .collect::<Result<_>>()?,
        })
    }

    /// The value that a node reads.
    fn read(
        &self,
        id: ValueId,
        inputs: &[Tensor],
        values: &[Option<Tensor>],
        node: &Node,
    ) -> Result<Tensor> {
        match &self.values[id].source {
            Source::Input(i) => Ok(inputs[*i].clone()),
            Source::Node { .. } => Ok(values[id].clone().expect("nodes are in order")),
            Source::Parameter(_, value) => Ok(value.clone()),
            Source::Constant(value) if value.is_abstract() => Err(Error::value(format!(
                "`{}` reads a tensor of shape {} that was made without an operation while the model was traced, so that its values are not known",
                node.op.name(),
                value.raw_shape()
            ))
            .at_path(self.place(node))),
            Source::Constant(value) => value.clone().into_result(),
        }
    }

    /// The inputs without masks, and behind them the masks of those that were traced with one.
    fn with_masks(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        let expected = self.inputs.len() - self.masked_inputs.len();
        if inputs.len() != expected {
            return Err(Error::shape(format!(
                "the graph has {expected} inputs, found {}",
                inputs.len()
            )));
        }
        let mut all: Vec<Tensor> = inputs.iter().map(Tensor::without_mask).collect();
        for (i, input) in inputs.iter().enumerate() {
            match (input.mask(), self.masked_inputs.contains(&i)) {
                (Some(mask), true) => all.push(mask),
                (None, false) => {}
                (found, _) => {
                    let words = |there| {
                        if there {
                            "with a mask"
                        } else {
                            "without a mask"
                        }
                    };
                    return Err(Error::value(format!(
                        "input {i} of the graph was traced {}, found one {}",
                        words(found.is_none()),
                        words(found.is_some())
                    )));
                }
            }
        }
        Ok(all)
    }

    /// The batch of these inputs, which fit.
    fn check(&self, inputs: &[Tensor]) -> Result<usize> {
        let mut batch = None;
        for (i, (input, &id)) in inputs.iter().zip(&self.inputs).enumerate() {
            if let Some(error) = input.error() {
                return Err(error.clone());
            }
            let (expected, found) = (self.values[id].spec, Spec::of(input));
            let (wanted, shape) = (&expected.shape, &found.shape);
            let fits = |(&a, &b): (&usize, &usize)| a == b || !is_known(a);
            if wanted.rank() != shape.rank() || !wanted.iter().zip(shape.iter()).all(fits) {
                return Err(Error::shape(format!(
                    "input {i} of the graph is {wanted}, found {shape}"
                )));
            }
            if expected.dtype != found.dtype {
                return Err(Error::dtype(format!(
                    "input {i} of the graph is {}, found {}; convert it with `cast`",
                    expected.dtype, found.dtype
                )));
            }
            if let (Some(&open), Some(&rows)) = (wanted.first(), shape.first())
                && !is_known(open)
                && *batch.get_or_insert(rows) != rows
            {
                return Err(Error::shape(format!(
                    "input {i} of the graph has {rows} rows, an input before it {}",
                    batch.unwrap_or(0)
                )));
            }
        }
        Ok(batch.unwrap_or(1))
    }

    /// The thread's stream of random numbers from which this run draws; the thread goes on behind what the run takes.
    fn begin_draws(&self) -> Stream {
        let draws = self.nodes.iter().filter(|node| node.draw.is_some()).count();
        let stream = crate::tensor::random::current();
        if draws > 0 {
            context::replace_stream(Some(Stream {
                draw: stream.draw.wrapping_add(draws as u64),
                ..stream
            }));
        }
        stream
    }

    /// How a value is called in the text: `%3`, a parameter's path, a small constant itself.
    fn name(&self, id: ValueId) -> String {
        match &self.values[id].source {
            Source::Parameter(path, _) => path.clone(),
            Source::Constant(value) if value.raw_shape().rank() == 0 && value.is_concrete() => {
                match value.to_f64() {
                    Ok(number) => format!("{number}"),
                    Err(_) => format!("%{id}"),
                }
            }
            Source::Constant(value) if value.error().is_some() => "?".to_string(),
            _ => format!("%{id}"),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}

/// One line an operation: `%3: f32[_, 28, 28, 32] = conv2d(%0, conv.kernel, conv.bias) strides=[1, 1] padding=same   # blocks.0.conv`.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |ids: &[ValueId]| {
            let names: Vec<String> = ids.iter().map(|&id| self.name(id)).collect();
            names.join(", ")
        };
        for (i, &id) in self.inputs.iter().enumerate() {
            write!(f, "%{id}: {} = input", self.values[id].spec)?;
            match self.given_name(i) {
                Some(name) => writeln!(f, "   # {name}")?,
                None => writeln!(f)?,
            }
        }
        for (id, value) in self.values.iter().enumerate() {
            if let Source::Constant(tensor) = &value.source
                && (tensor.raw_shape().rank() > 0 || tensor.is_abstract())
                && self.nodes.iter().any(|node| node.inputs.contains(&id))
            {
                writeln!(f, "%{id}: {} = constant", value.spec)?;
            }
        }
        for node in &self.nodes {
            let outputs: Vec<String> = node
                .outputs
                .iter()
                .map(|&id| format!("%{id}: {}", self.values[id].spec))
                .collect();
            write!(
                f,
                "{} = {}({})",
                outputs.join(", "),
                node.op.name(),
                list(&node.inputs)
            )?;
            for (name, value) in node.op.attributes().iter() {
                write!(f, " {name}={value}")?;
            }
            match self.place(node) {
                place if place.is_empty() => writeln!(f)?,
                place => writeln!(f, "   # {place}")?,
            }
        }
        for (path, id) in &self.updates {
            writeln!(f, "{path} <- {}", self.name(*id))?;
        }
        for &id in &self.losses {
            writeln!(f, "loss {}", self.name(id))?;
        }
        write!(f, "return {}", list(&self.outputs))?;
        match self.masks.iter().any(Option::is_some) {
            true => {
                let masks = self
                    .masks
                    .iter()
                    .map(|mask| mask.map_or("none".to_string(), |id| self.name(id)));
                writeln!(f, " with masks {}", masks.collect::<Vec<_>>().join(", "))
            }
            false => writeln!(f),
        }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
