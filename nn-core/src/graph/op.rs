//! What an operation is: pure, self-describing, with any number of outputs.
//!
//! An op says what comes out, computes it, gives its gradient and writes its settings down; it asks nobody what goes on around it: no tape, no
//! training flag, no neighbour. [`apply`](crate::graph::apply) owns what all ops share.

use crate::graph::attributes::Attributes;
use crate::tensor::stream::Stream;
use crate::{DType, Error, Result, Shape, Tensor, UNKNOWN, is_known};
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Shape and element type of a value: what is known of it before it is computed. Dimensions may be [`crate::UNKNOWN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Its shape.
    pub shape: Shape,
    /// Its element type.
    pub dtype: DType,
}

impl Spec {
    /// The spec of a tensor.
    pub fn of(tensor: &Tensor) -> Spec {
        Spec {
            shape: *tensor.raw_shape(),
            dtype: tensor.dtype(),
        }
    }
}

/// What comes out of an operation: one value as a rule, which takes no memory of its own, or several.
#[derive(Clone, Debug)]
pub enum Outputs<T> {
    /// The only one.
    One(T),
    /// In their order.
    Many(Vec<T>),
}

impl<T> Outputs<T> {
    /// The first of them.
    ///
    /// # Panics
    /// If there is none.
    pub fn into_first(self) -> T {
        match self {
            Outputs::One(value) => value,
            Outputs::Many(values) => values.into_iter().next().expect("an op has an output"),
        }
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Outputs::One(value) => vec![value],
            Outputs::Many(values) => values,
        }
    }

    /// Exactly `N` of them.
    ///
    /// # Panics
    /// If there is another number of them.
    pub fn into_array<const N: usize>(self) -> [T; N] {
        let values = self.into_vec();
        let count = values.len();
        match values.try_into() {
            Ok(array) => array,
            Err(_) => panic!("{N} outputs were expected, the op has {count}"),
        }
    }

    /// The first of them, to change it.
    fn first_mut(&mut self) -> Option<&mut T> {
        match self {
            Outputs::One(value) => Some(value),
            Outputs::Many(values) => values.first_mut(),
        }
    }

    /// With another first one.
    pub(crate) fn with_first(mut self, f: impl FnOnce(&T) -> T) -> Outputs<T> {
        if let Some(first) = self.first_mut() {
            *first = f(first);
        }
        self
    }

    pub(crate) fn map<U>(self, mut f: impl FnMut(T) -> U) -> Outputs<U> {
        match self {
            Outputs::One(value) => Outputs::One(f(value)),
            Outputs::Many(values) => Outputs::Many(values.into_iter().map(f).collect()),
        }
    }
}

impl<T> Deref for Outputs<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        match self {
            Outputs::One(value) => std::slice::from_ref(value),
            Outputs::Many(values) => values,
        }
    }
}

impl<T> From<T> for Outputs<T> {
    #[inline(always)]
    fn from(value: T) -> Outputs<T> {
        Outputs::One(value)
    }
}

impl<T> From<Vec<T>> for Outputs<T> {
    fn from(values: Vec<T>) -> Outputs<T> {
        Outputs::Many(values)
    }
}

impl<T, const N: usize> From<[T; N]> for Outputs<T> {
    fn from(values: [T; N]) -> Outputs<T> {
        Outputs::Many(values.into())
    }
}

impl From<(Shape, DType)> for Outputs<Spec> {
    #[inline(always)]
    fn from((shape, dtype): (Shape, DType)) -> Outputs<Spec> {
        Outputs::One(Spec { shape, dtype })
    }
}

/// What [`Op::forward`] is to compute: the specs that [`Op::infer`] answered, and which of them are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    specs: &'a [Spec],
    wanted: Wanted,
}

impl<'a> Expected<'a> {
    pub(crate) fn new(specs: &'a [Spec], wanted: Wanted) -> Expected<'a> {
        Expected { specs, wanted }
    }

    /// Whether output `i` will be read. One that is not may come out as [`Expected::nothing`].
    pub fn wants(&self, i: usize) -> bool {
        self.wanted.has(i)
    }

    /// What stands for output `i` where it is not wanted: a tensor without a value.
    pub fn nothing(&self, i: usize) -> Tensor {
        Tensor::abstract_of(self.specs[i].shape, self.specs[i].dtype)
    }

    /// Shape and element type of the first output, for ops that have one.
    pub fn only(&self) -> (Shape, DType) {
        (self.specs[0].shape, self.specs[0].dtype)
    }
}

impl Deref for Expected<'_> {
    type Target = [Spec];
    fn deref(&self) -> &[Spec] {
        self.specs
    }
}

/// Which outputs of an op are asked for, one bit each; all beyond the last bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u64);

impl Wanted {
    /// Every output.
    pub const ALL: Wanted = Wanted(u64::MAX);

    /// The first `n`.
    pub(crate) const fn first(n: usize) -> Wanted {
        match n {
            0..64 => Wanted((1 << n) - 1),
            _ => Wanted::ALL,
        }
    }

    /// Those that `needed` says.
    pub(crate) fn of(needed: impl Iterator<Item = bool>) -> Wanted {
        let bits = needed.take(64).enumerate();
        Wanted(bits.fold(0, |all, (i, needed)| all | (needed as u64) << i))
    }

    fn has(self, i: usize) -> bool {
        self.0 >> i.min(63) & 1 == 1
    }
}

/// Which values an op's gradient needs; a tape keeps the memory of these only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeps {
    /// One bit per input.
    pub inputs: u32,
    /// One bit per output.
    pub outputs: u32,
}

impl Keeps {
    /// All inputs and outputs.
    pub const ALL: Keeps = Keeps {
        inputs: u32::MAX,
        outputs: u32::MAX,
    };
    /// All inputs.
    pub const INPUTS: Keeps = Keeps {
        inputs: u32::MAX,
        outputs: 0,
    };
    /// All outputs.
    pub const OUTPUT: Keeps = Keeps {
        inputs: 0,
        outputs: u32::MAX,
    };
    /// Shapes and types only, which are always there.
    pub const SHAPES: Keeps = Keeps {
        inputs: 0,
        outputs: 0,
    };

    pub(crate) fn input(self, i: usize) -> bool {
        self.inputs >> i.min(31) & 1 == 1
    }

    pub(crate) fn output(self, i: usize) -> bool {
        self.outputs >> i.min(31) & 1 == 1
    }
}

/// An operation on tensors.
///
/// Adding one is one file: a struct with the op's settings, this trait, and the method or function that users call.
pub trait Op: Any + Send + Sync {
    /// The name that errors, graphs and plots show: `matmul`.
    fn name(&self) -> &'static str;

    /// Every setting by name and value: enough to write the op down, and for an exporter to say it in its own words.
    fn attributes(&self) -> Attributes {
        Attributes::new()
    }

    /// Shapes and element types of the outputs.
    ///
    /// # Errors
    /// When the inputs do not fit: expected, found, the way out. Unknown dimensions fit everything.
    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>>;

    /// The outputs; all inputs are concrete and have passed [`Op::infer`], whose answer is in `expected`.
    ///
    /// # Errors
    /// When a *value* is wrong (an index out of range).
    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>>;

    /// The gradient with respect to each input, `None` where there is none or none is needed.
    ///
    /// Written with tensor ops, so that it can be differentiated again. It may have the shape that the input was broadcast to:
    /// the engine sums it back.
    ///
    /// # Errors
    /// When the op has no gradient.
    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>>;

    /// Which values [`Op::backward`] reads; the others arrive without memory, shape and type intact.
    fn keeps(&self) -> Keeps {
        Keeps::ALL
    }

    /// How many outputs there are, whatever the shapes of the inputs, which may have failed.
    fn output_count(&self, inputs: &[Tensor]) -> usize {
        let _ = inputs;
        1
    }

    /// How many of the last outputs have no gradient: residuals, which [`Op::backward`] reads, and numbers on the side. Where no gradient
    /// may be asked for they are computed only on demand.
    fn residuals(&self) -> usize {
        0
    }

    /// The op with what was open when it was traced: sizes that follow from the batch, and the random numbers to draw. `None` for
    /// one whose settings leave nothing open.
    ///
    /// # Errors
    /// When a size stays open that does not follow from the batch.
    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        let _ = binding;
        Ok(None)
    }

    /// Over how many of its first axes a mask of input `i` holds for the first output too, which then carries it on: all of them where every
    /// position stays in its place. Masks over more axes are dropped.
    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        let _ = (inputs, i);
        0
    }

    /// Whether it draws random numbers: then it has a seed and a counter among its settings.
    fn is_random(&self) -> bool {
        false
    }
}

/// What a graph leaves open and a run of it knows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Binding<'a> {
    /// Rows in a batch.
    pub batch: usize,
    /// Seed and counter of the draw of this op.
    pub stream: Stream,
    /// The inputs of the op in this run.
    pub inputs: &'a [Tensor],
}

impl Binding<'_> {
    /// A size in a setting: as it is if it is known, or what it is for this batch if it follows from the batch as `2 * batch - 1` does.
    /// `None` for other sizes.
    pub fn dim(&self, dim: usize) -> Option<usize> {
        if is_known(dim) {
            return Some(dim);
        }
        // So many times the batch, and a rest that may be negative; both are small beside what stands for the batch.
        let times = (dim + UNKNOWN / 2) / UNKNOWN;
        let rest = dim as i64 - (times * UNKNOWN) as i64;
        if times >= 1 << 19 || rest.unsigned_abs() >= 1 << 34 {
            return None;
        }
        let size = (times as i64).checked_mul(self.batch as i64)? + rest;
        usize::try_from(size).ok()
    }

    /// All sizes of a shape.
    ///
    /// # Errors
    /// When one does not follow from the batch.
    pub fn shape(&self, shape: &Shape) -> Result<Shape> {
        let dims: Option<Vec<usize>> = shape.iter().map(|&dim| self.dim(dim)).collect();
        match dims {
            Some(dims) => Shape::try_new(&dims),
            None => Err(open_size()),
        }
    }
}

/// The error of a size that a run of a graph cannot know.
pub(crate) fn open_size() -> Error {
    Error::shape(
        "a size in the graph is open and does not follow from the batch; give the dimension a number where the graph is traced",
    )
}

/// An op that is kept: by a tape, a graph, or a value that waits to be computed.
#[derive(Clone)]
pub enum OpHandle {
    /// One without settings, which needs no memory.
    Static(&'static dyn Op),
    /// Any other.
    Shared(Arc<dyn Op>),
}

impl fmt::Debug for OpHandle {
    /// Its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl OpHandle {
    /// Keeps an op.
    pub fn new(op: impl Op) -> OpHandle {
        OpHandle::Shared(Arc::new(op))
    }
}

impl Deref for OpHandle {
    type Target = dyn Op;
    fn deref(&self) -> &(dyn Op + 'static) {
        match self {
            OpHandle::Static(op) => *op,
            OpHandle::Shared(op) => &**op,
        }
    }
}

impl dyn Op {
    /// The op as the type that it is.
    pub fn downcast<O: Op>(&self) -> Option<&O> {
        (self as &dyn Any).downcast_ref()
    }
}

/// What an op's gradient is computed from.
#[derive(Debug)]
#[non_exhaustive]
pub struct Backward<'a> {
    /// The op's inputs.
    pub inputs: &'a [Tensor],
    /// The op's outputs.
    pub outputs: &'a [Tensor],
    /// For each output the gradient of the target with respect to it, of its shape and type; `None` where the target does not depend on
    /// it. At least one is there.
    pub upstreams: &'a [Option<Tensor>],
    pub(crate) needs: &'a [bool],
}

impl Backward<'_> {
    /// The first output.
    pub fn output(&self) -> &Tensor {
        &self.outputs[0]
    }

    /// The gradient with respect to the first output, for ops of one output.
    ///
    /// # Panics
    /// If the target depends on other outputs only; such ops read `upstreams`.
    pub fn upstream(&self) -> &Tensor {
        self.upstreams[0]
            .as_ref()
            .expect("the target depends on the only output")
    }

    /// The gradient with respect to output `i`, zeros where the target does not depend on it.
    pub fn upstream_or_zeros(&self, i: usize) -> Tensor {
        match &self.upstreams[i] {
            Some(upstream) => upstream.clone(),
            None => self.outputs[i].zeros_like(),
        }
    }

    /// Whether the gradient of input `i` is needed.
    pub fn needs(&self, i: usize) -> bool {
        self.needs[i]
    }

    /// `gradient()` where the gradient of input `i` is needed, `None` elsewhere.
    pub fn when(&self, i: usize, gradient: impl FnOnce() -> Tensor) -> Option<Tensor> {
        self.needs[i].then(gradient)
    }
}

/// [`Op::mask_axes`] of an op that works element by element on these inputs, which broadcast: all axes. The first axes of one of a lower rank
/// are not those of the result.
pub(crate) fn all_axes(inputs: &[Tensor], i: usize) -> usize {
    let rank = |x: &Tensor| x.raw_shape().rank();
    let greatest = inputs.iter().map(rank).max();
    inputs
        .get(i)
        .map(rank)
        .filter(|&own| Some(own) == greatest)
        .unwrap_or(0)
}

/// Checks that every input is `f32` or `f64` and all the same, and returns that type.
///
/// # Errors
/// Names the op and the type found.
pub fn common_float(op: &str, inputs: &[Tensor]) -> Result<DType> {
    let dtype = inputs[0].dtype();
    for t in inputs {
        if !t.dtype().is_float() {
            return Err(Error::needs_float(op, t.dtype()));
        }
        if t.dtype() != dtype {
            return Err(Error::dtype(format!(
                "{op} needs one element type, found {dtype} and {}; convert one with `cast`",
                t.dtype()
            )));
        }
    }
    Ok(dtype)
}
