//! Running `call` on abstract tensors, which leaves the [`Graph`]: the one source for `build`, `summary`, `plot`, export and shape errors
//! before any data.

use crate::base::ids::IdMap;
use crate::graph::graph::{Graph, LayerCall, Node, Source, Value, ValueId};
use crate::graph::observer::{self, Observer};
use crate::graph::op::{OpHandle, Spec};
use crate::graph::record;
use crate::module::context::{self, Frame};
use crate::module::tree::{self, Module};
use crate::{DType, Error, Layer, Result, Shape, Tensor, Tensors};
use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe, Location};

/// More operations than this in one trace mean that `call` loops over a dimension that is not known.
const LIMIT: usize = 1_000_000;

/// What ends such a `call`: it would take no notice of failed tensors, and run for days.
struct Endless;

/// Shapes of a model's inputs without the batch: `[784]`, `([5], [8])`.
///
/// ```
/// use nn::InputShapes;
/// assert_eq!(([5], [8]).input_shapes().len(), 2);
/// ```
pub trait InputShapes {
    /// The shapes, in order.
    fn input_shapes(&self) -> Vec<Shape>;

    /// The element types, in order: `f32` unless a [`Typed`] says otherwise.
    fn input_dtypes(&self) -> Vec<DType> {
        vec![DType::F32; self.input_shapes().len()]
    }
}

/// The shape of an input that is not `f32`, without the batch: what `#[model(input = i64[40])]` makes.
///
/// ```
/// use nn::{DType, InputShapes, trace::Typed};
/// let tokens = Typed { shape: [40], dtype: DType::I64 };
/// assert_eq!((tokens, [5]).input_dtypes(), [DType::I64, DType::F32]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed<const N: usize> {
    /// The shape without the batch.
    pub shape: [usize; N],
    /// The element type.
    pub dtype: DType,
}

impl<const N: usize> InputShapes for Typed<N> {
    fn input_shapes(&self) -> Vec<Shape> {
        vec![Shape::from(self.shape)]
    }

    fn input_dtypes(&self) -> Vec<DType> {
        vec![self.dtype]
    }
}

impl<const N: usize> InputShapes for [usize; N] {
    fn input_shapes(&self) -> Vec<Shape> {
        vec![Shape::from(*self)]
    }
}

impl InputShapes for Shape {
    fn input_shapes(&self) -> Vec<Shape> {
        vec![*self]
    }
}

impl InputShapes for &[Shape] {
    fn input_shapes(&self) -> Vec<Shape> {
        self.to_vec()
    }
}

impl InputShapes for Vec<Shape> {
    fn input_shapes(&self) -> Vec<Shape> {
        self.clone()
    }
}

macro_rules! shapes_tuple {
    ($($T:ident $i:tt),+) => {
        impl<$($T: InputShapes),+> InputShapes for ($($T,)+) {
            fn input_shapes(&self) -> Vec<Shape> {
                let mut all = Vec::new();
                $(all.extend(self.$i.input_shapes());)+
                all
            }

            fn input_dtypes(&self) -> Vec<DType> {
                let mut all = Vec::new();
                $(all.extend(self.$i.input_dtypes());)+
                all
            }
        }
    };
}
shapes_tuple!(A 0);
shapes_tuple!(A 0, B 1);
shapes_tuple!(A 0, B 1, C 2);
shapes_tuple!(A 0, B 1, C 2, D 3);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
shapes_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

/// Runs `call` in inference on abstract `f32` tensors of the given shapes with an unknown batch, building parameters on the way.
///
/// # Errors
/// The first mistake in the shapes, with the layer's path; a `call` that needs values.
pub fn trace<L: Layer>(model: &L, input: impl InputShapes) -> Result<Graph> {
    trace_on(model, batched(input)?)
}

/// As [`trace`], in training: with dropout, the statistics of the batch, what is written into buffers, and added losses. No random number
/// is drawn from the thread's stream, and no buffer is written.
///
/// # Errors
/// As [`trace`].
pub fn trace_training<L: Layer>(model: &L, input: impl InputShapes) -> Result<Graph> {
    run(model, batched(input)?, true)
}

/// As [`trace`], on given abstract tensors with their batch and element types.
///
/// # Errors
/// As [`trace`].
pub fn trace_on<L: Layer>(model: &L, inputs: Vec<Tensor>) -> Result<Graph> {
    run(model, inputs, false)
}

/// Abstract tensors of the given shapes with an unknown batch.
fn batched(input: impl InputShapes) -> Result<Vec<Tensor>> {
    let inputs = input.input_shapes().into_iter().zip(input.input_dtypes());
    let batched = inputs.map(|(s, dtype)| {
        let shape = s.batched()?;
        Ok(Tensor::abstract_of(shape, dtype))
    });
    batched.collect()
}

fn run<L: Layer>(model: &L, inputs: Vec<Tensor>, training: bool) -> Result<Graph> {
    let (mut names, mut input_names) = (Vec::new(), model.names_of_inputs());
    let graph = trace_with(model, inputs, training, |inputs| {
        let input = match L::Input::from_leaves(inputs) {
            Ok(input) => input,
            Err(error) => return vec![Tensor::failed(error)],
        };
        if input_names.is_empty() {
            input_names = input.names();
        }
        let output = model.call(Owned(input), training);
        names = output.names();
        output.leaves().into_iter().cloned().collect()
    })?;
    Ok(Graph {
        names,
        input_names,
        ..graph
    })
}

/// As [`trace_on`], of whatever `f` does with the layers of `model`, in training or in inference.
///
/// # Errors
/// As [`trace`].
pub fn trace_with(
    model: &dyn Module,
    inputs: Vec<Tensor>,
    training: bool,
    f: impl FnOnce(Vec<Tensor>) -> Vec<Tensor>,
) -> Result<Graph> {
    let mut tracer = Tracer {
        graph: Graph {
            training,
            ..Graph::default()
        },
        detached: record::detached() + 1,
        ..Tracer::default()
    };
    tree::walk(model, &mut |path, node| {
        if let Some(frame) = tree::frame(node) {
            let paths = &mut tracer.paths;
            paths.entry(frame).or_insert_with(|| path.to_string());
        }
    });
    for (i, input) in inputs.iter().enumerate() {
        let id = tracer.add(input, Source::Input(i));
        tracer.graph.inputs.push(id);
        input.derive_on(record::this_thread());
    }
    // Their masks are inputs behind them.
    for (i, mask) in inputs
        .iter()
        .enumerate()
        .filter_map(|(i, input)| Some((i, input.mask()?)))
    {
        let id = tracer.add(&mask, Source::Input(tracer.graph.inputs.len()));
        tracer.graph.inputs.push(id);
        tracer.graph.masked_inputs.push(i);
    }
    let (ran, mut tracer) = observer::observe(tracer, || {
        let run = || crate::no_gradient(|| context::collect_losses(|| f(inputs)));
        panic::catch_unwind(AssertUnwindSafe(run))
    });
    let (outputs, losses) = match ran {
        Ok(ran) => ran,
        Err(payload) if payload.is::<Endless>() => {
            return Err(Error::shape(format!(
                "tracing `call` ran {LIMIT} operations without end: a loop over a dimension that is not known, such as the batch, cannot be traced; `fit` and `predict` run it on data"
            )));
        }
        Err(payload) => panic::resume_unwind(payload),
    };
    if let Some(error) = outputs.iter().chain(&losses).find_map(Tensor::error) {
        return Err(error.clone());
    }
    tracer.check_known(outputs.iter().chain(&losses))?;
    tracer.graph.outputs = outputs.iter().map(|t| tracer.value(t)).collect();
    let masks = outputs
        .iter()
        .map(|t| t.mask().map(|mask| tracer.value(&mask)));
    tracer.graph.masks = masks.collect();
    tracer.graph.losses = losses.iter().map(|t| tracer.value(t)).collect();
    Ok(tracer.finish(model))
}

/// An input that already has the type that `call` takes.
struct Owned<T>(T);

impl<T> crate::IntoInput<T> for Owned<T> {
    fn into_input(self) -> T {
        self.0
    }
}

/// Takes down what runs.
#[derive(Default)]
struct Tracer {
    graph: Graph,
    /// The value of a tensor, by its identity.
    ids: IdMap<ValueId>,
    /// The tensors that have values although the inputs have none: what they are made of may be constant.
    known: HashMap<ValueId, Tensor>,
    paths: HashMap<Frame, String>,
    open: Vec<usize>,
    order: usize,
    /// How many `no_gradient` ran around the trace.
    detached: usize,
    draws: u64,
    /// What was last written into which buffer, by its identity.
    assigned: Vec<(u64, ValueId)>,
}

impl Tracer {
    fn add(&mut self, tensor: &Tensor, source: Source) -> ValueId {
        let id = self.graph.values.len();
        let spec = Spec::of(tensor);
        self.graph.values.push(Value { spec, source });
        self.ids.insert(tensor.id(), id);
        id
    }

    /// The value that a tensor is; one that nothing made is a constant, until it turns out to be a parameter.
    fn value(&mut self, tensor: &Tensor) -> ValueId {
        // A buffer is what was last written into it.
        let written = self.assigned.iter().find(|(id, _)| *id == tensor.id());
        match written
            .map(|(_, value)| value)
            .or(self.ids.get(&tensor.id()))
        {
            Some(&id) => id,
            None => self.add(tensor, Source::Constant(tensor.without_mask())),
        }
    }

    /// The value that an operation reads. A number that was computed from an open size is no constant.
    fn read(
        &mut self,
        tensor: &Tensor,
        op: &OpHandle,
        location: &'static Location<'static>,
    ) -> ValueId {
        let id = self.value(tensor);
        if let Source::Constant(constant) = &mut self.graph.values[id].source
            && let Some(error) = constant.open_number()
        {
            *constant = Tensor::failed(error.at_op(op.name(), location));
        }
        id
    }

    /// Refuses what another thread has computed, where nothing was taken down.
    fn check_known<'a>(&self, tensors: impl IntoIterator<Item = &'a Tensor>) -> Result<()> {
        let thread = record::this_thread();
        let unknown = |t: &Tensor| !self.ids.contains_key(&t.id());
        let refused = |t: &'a Tensor| t.derived_elsewhere(thread).filter(|_| unknown(t));
        tensors.into_iter().find_map(refused).map_or(Ok(()), Err)
    }

    fn next_order(&mut self) -> usize {
        self.order += 1;
        self.order - 1
    }

    /// The graph: constants that are parameters get their names, and what depends on constants alone becomes one.
    fn finish(mut self, model: &dyn Module) -> Graph {
        let parameters = tree::parameters(model);
        let paths: IdMap<String> = parameters
            .iter()
            .filter(|p| p.is_built())
            .map(|p| (p.id(), p.path().to_string()))
            .collect();
        for (&id, &value) in &self.ids {
            let value = &mut self.graph.values[value];
            if let (Some(path), Source::Constant(tensor)) = (paths.get(&id), &value.source) {
                value.source = Source::Parameter(path.clone(), tensor.clone());
            }
        }
        for (id, value) in std::mem::take(&mut self.assigned) {
            if let Some(path) = paths.get(&id) {
                self.graph.updates.push((path.clone(), value));
            }
        }
        self.fold();
        self.drop_dead();
        self.graph
    }

    /// Makes a constant of every node that reads nothing but constants.
    fn fold(&mut self) {
        let graph = &mut self.graph;
        for i in 0..graph.nodes.len() {
            let node = &graph.nodes[i];
            let constant = |id: &ValueId| matches!(&graph.values[*id].source, Source::Constant(value) if value.error().is_none());
            let known = node.outputs.iter().all(|id| self.known.contains_key(id));
            if node.draw.is_none() && known && node.inputs.iter().all(constant) {
                for id in node.outputs.clone() {
                    graph.values[id].source = Source::Constant(self.known[&id].clone());
                }
            }
        }
    }

    /// Leaves out nodes whose results nobody reads.
    fn drop_dead(&mut self) {
        let graph = &mut self.graph;
        let mut alive = vec![false; graph.values.len()];
        let masks = graph.masks.iter().flatten();
        let ends = graph.outputs.iter().chain(masks).chain(&graph.losses);
        for &id in ends.chain(graph.updates.iter().map(|(_, id)| id)) {
            alive[id] = true;
        }
        // Layer calls are looked at too: what only they hand on stays, so that pictures have no loose ends.
        for call in &graph.calls {
            call.inputs
                .iter()
                .chain(&call.outputs)
                .for_each(|&id| alive[id] = true);
        }
        let mut kept = vec![false; graph.nodes.len()];
        for (i, node) in graph.nodes.iter().enumerate().rev() {
            let made =
                |&id: &ValueId| alive[id] && matches!(graph.values[id].source, Source::Node { .. });
            if node.outputs.iter().any(made) {
                kept[i] = true;
                node.inputs.iter().for_each(|&id| alive[id] = true);
            }
        }
        let mut place = 0;
        let mut places = Vec::with_capacity(kept.len());
        for &kept in &kept {
            places.push(place);
            place += usize::from(kept);
        }
        let mut keep = kept.iter();
        graph
            .nodes
            .retain(|_| *keep.next().expect("one flag a node"));
        for value in &mut graph.values {
            if let Source::Node { node, .. } = &mut value.source {
                *node = places[*node];
            }
        }
    }
}

impl Observer for Tracer {
    fn enter(&mut self, layer: Frame, inputs: &[&Tensor]) {
        let known = self.paths.get(&layer).cloned();
        let call = LayerCall {
            path: known.unwrap_or_else(|| layer.class_name.to_string()),
            class_name: layer.class_name,
            parent: self.open.last().copied(),
            inputs: inputs.iter().map(|t| self.value(t)).collect(),
            outputs: Vec::new(),
            order: self.next_order(),
        };
        self.graph.calls.push(call);
        self.open.push(self.graph.calls.len() - 1);
    }

    fn leave(&mut self, _: Frame, outputs: &[&Tensor]) {
        let outputs = outputs.iter().map(|t| self.value(t)).collect();
        if let Some(call) = self.open.pop() {
            self.graph.calls[call].outputs = outputs;
        }
    }

    fn ran(
        &mut self,
        keep: &mut dyn FnMut() -> OpHandle,
        inputs: &[Tensor],
        outputs: &[Tensor],
        location: &'static Location<'static>,
    ) -> Result<()> {
        if self.graph.nodes.len() >= LIMIT {
            panic::resume_unwind(Box::new(Endless));
        }
        self.check_known(inputs)?;
        let op = keep();
        let inputs = inputs.iter().map(|t| self.read(t, &op, location)).collect();
        let node = self.graph.nodes.len();
        let mut made = Vec::with_capacity(outputs.len());
        for (output, tensor) in outputs.iter().enumerate() {
            let id = self.add(tensor, Source::Node { node, output });
            if tensor.is_concrete() {
                self.known.insert(id, tensor.without_mask());
            }
            made.push(id);
        }
        let draw = op.is_random().then(|| {
            self.draws += 1;
            self.draws - 1
        });
        let order = self.next_order();
        self.graph.nodes.push(Node {
            op,
            inputs,
            outputs: made,
            call: self.open.last().copied(),
            location,
            order,
            detached: record::detached() > self.detached,
            draw,
        });
        Ok(())
    }

    fn assigned(&mut self, buffer: u64, value: &Tensor) -> bool {
        let value = self.value(value);
        match self.assigned.iter_mut().find(|(id, _)| *id == buffer) {
            Some((_, written)) => *written = value,
            None => self.assigned.push((buffer, value)),
        }
        true
    }

    fn is_trace(&self) -> bool {
        true
    }
}
