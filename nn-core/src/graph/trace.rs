//! Running `call` on abstract tensors: the one source for `build`, `summary`, `plot` and shape errors before any data.

use crate::module::context::{self, Frame};
use crate::module::tree;
use crate::{DType, Error, Layer, Result, Shape, Tensor, Tensors, UNKNOWN};
use std::cell::RefCell;
use std::collections::HashMap;

/// More operations than this in one trace mean that `call` loops over a dimension that is not known.
const LIMIT: usize = 1_000_000;

/// One call of a layer, as it was traced.
#[derive(Clone, Debug)]
pub struct LayerCall {
    /// Path of the layer below the traced model; empty for the model itself.
    pub path: String,
    /// Its class.
    pub class_name: &'static str,
    /// Index of the call it was made in; `None` for the model itself.
    pub parent: Option<usize>,
    /// Identities of the tensors that went in.
    pub inputs: Vec<u64>,
    /// Identities and shapes of what came out.
    pub outputs: Vec<(u64, Shape)>,
    /// Position among operations and calls, for their common order.
    pub order: usize,
}

/// One operation, as it was traced.
#[derive(Clone, Debug)]
pub struct OpCall {
    /// Its name.
    pub name: &'static str,
    /// Index of the layer call it ran in.
    pub parent: Option<usize>,
    /// Identities of its inputs.
    pub inputs: Vec<u64>,
    /// Identity and shape of its result.
    pub output: (u64, Shape),
    /// Position among operations and calls, for their common order.
    pub order: usize,
}

/// Everything that happened when `call` ran on abstract tensors.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// The model's inputs.
    pub inputs: Vec<(u64, Shape)>,
    /// The model's outputs.
    pub outputs: Vec<(u64, Shape)>,
    /// The names of the outputs, empty where their structure gives none.
    pub names: Vec<String>,
    /// Layer calls in order; the first is the model itself.
    pub calls: Vec<LayerCall>,
    /// Operations in order.
    pub ops: Vec<OpCall>,
}

#[derive(Default)]
struct Recorder {
    trace: Trace,
    paths: HashMap<Frame, String>,
    open: Vec<usize>,
    order: usize,
}

thread_local!(static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) });

/// Shapes of a model's inputs without the batch: `[784]`, `([5], [8])`.
///
/// ```
/// use nn_core::InputShapes;
/// assert_eq!(([5], [8]).input_shapes().len(), 2);
/// ```
pub trait InputShapes {
    /// The shapes, in order.
    fn input_shapes(&self) -> Vec<Shape>;
}

impl<const N: usize> InputShapes for [usize; N] {
    fn input_shapes(&self) -> Vec<Shape> {
        vec![Shape::new(self)]
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
pub fn trace<L: Layer>(model: &L, input: impl InputShapes) -> Result<Trace> {
    let batched = input.input_shapes().into_iter().map(|s| {
        let shape = s.insert(0, UNKNOWN)?;
        Ok(Tensor::abstract_of(shape, DType::F32))
    });
    trace_on(model, batched.collect::<Result<Vec<_>>>()?)
}

/// As [`trace`], on given abstract tensors with their batch and element types.
///
/// # Errors
/// As [`trace`].
pub fn trace_on<L: Layer>(model: &L, inputs: Vec<Tensor>) -> Result<Trace> {
    let shapes = inputs.iter().map(|t| (t.id(), *t.raw_shape())).collect();
    let input = L::Input::from_leaves(inputs)?;
    let mut paths = HashMap::new();
    tree::walk(model, &mut |path, node| {
        if let Some(frame) = tree::frame(node) {
            paths.entry(frame).or_insert_with(|| path.to_string());
        }
    });
    let recorder = Recorder {
        trace: Trace {
            inputs: shapes,
            ..Trace::default()
        },
        paths,
        ..Recorder::default()
    };
    let session = Session::start(recorder);
    let output = crate::no_gradient(|| model.call(Owned(input), false));
    let mut trace = session.finish();
    if let Some(error) = output.error() {
        return Err(error.clone());
    }
    trace.names = output.names();
    trace.outputs = output
        .leaves()
        .iter()
        .map(|t| (t.id(), *t.raw_shape()))
        .collect();
    Ok(trace)
}

/// An input that already has the type that `call` takes.
struct Owned<T>(T);

impl<T> crate::IntoInput<T> for Owned<T> {
    fn into_input(self) -> T {
        self.0
    }
}

/// A running trace; a trace inside another one is kept apart, and what was before is restored even on unwinding.
struct Session(Option<Recorder>);

impl Session {
    fn start(recorder: Recorder) -> Session {
        context::set_tracing(true);
        Session(RECORDER.with_borrow_mut(|r| r.replace(recorder)))
    }

    fn finish(self) -> Trace {
        RECORDER
            .with_borrow_mut(|r| r.as_mut().map(|r| std::mem::take(&mut r.trace)))
            .unwrap_or_default()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        context::set_tracing(self.0.is_some());
        RECORDER.with_borrow_mut(|r| *r = self.0.take());
    }
}

fn with<R: Default>(f: impl FnOnce(&mut Recorder) -> R) -> R {
    RECORDER
        .with_borrow_mut(|r| r.as_mut().map(f))
        .unwrap_or_default()
}

/// Notes an operation.
///
/// # Errors
/// When the trace does not come to an end.
pub(crate) fn record_op(name: &'static str, inputs: &[Tensor], result: &Tensor) -> Result<()> {
    let order = with(|r| {
        let op = OpCall {
            name,
            parent: r.open.last().copied(),
            inputs: inputs.iter().map(Tensor::id).collect(),
            output: (result.id(), *result.raw_shape()),
            order: r.order,
        };
        r.order += 1;
        r.trace.ops.push(op);
        r.order
    });
    match order {
        ..=LIMIT => Ok(()),
        _ => Err(Error::shape(format!(
            "tracing `call` ran {LIMIT} operations without end: a loop over a dimension that is not known, such as the batch, cannot be traced"
        ))),
    }
}

/// Notes the beginning of a layer's call.
pub(crate) fn begin_call<T: Tensors>(frame: Frame, input: &T) -> usize {
    with(|r| {
        let call = LayerCall {
            path: r
                .paths
                .get(&frame)
                .cloned()
                .unwrap_or_else(|| frame.class_name.to_string()),
            class_name: frame.class_name,
            parent: r.open.last().copied(),
            inputs: input.leaves().iter().map(|t| t.id()).collect(),
            outputs: Vec::new(),
            order: r.order,
        };
        r.order += 1;
        r.trace.calls.push(call);
        let index = r.trace.calls.len() - 1;
        r.open.push(index);
        index
    })
}

/// Notes the end of a layer's call. What it hands through unchanged gets an identity of its own, so that it is known where it came from.
pub(crate) fn end_call<T: Tensors>(index: usize, output: T) -> T {
    let inputs = with(|r| r.trace.calls[index].inputs.clone());
    let output = output.map(
        &mut |t| match inputs.contains(&t.id()) && t.error().is_none() {
            true => t.view(*t.raw_shape(), 0),
            false => t,
        },
    );
    with(|r| {
        r.trace.calls[index].outputs = output
            .leaves()
            .iter()
            .map(|t| (t.id(), *t.raw_shape()))
            .collect();
        r.open.pop();
    });
    output
}

impl Trace {
    /// The name of each output: that of its field, if the output is a struct, else the path of the outermost layer below the model that made it, or `output_1`, `output_2`, … for what no
    /// layer made.
    pub fn output_names(&self) -> Vec<String> {
        let name = |(i, (id, _)): (usize, &(u64, Shape))| {
            if let Some(name) = self.names.get(i).filter(|name| !name.is_empty()) {
                return name.clone();
            }
            self.calls
                .iter()
                .filter(|c| c.parent == Some(0))
                .find(|c| c.outputs.iter().any(|(out, _)| out == id))
                .map_or_else(|| format!("output_{}", i + 1), |c| c.path.clone())
        };
        self.outputs.iter().enumerate().map(name).collect()
    }
}
