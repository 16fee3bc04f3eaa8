//! The one way from inputs to results: failed and abstract tensors, the caller's line, values that wait, recording.

use crate::graph::attributes::Attributes;
use crate::graph::by_name::op_by_name;
use crate::graph::observer;
use crate::graph::op::{Expected, Op, OpHandle, Outputs, Spec, Wanted};
use crate::graph::record;
use crate::graph::symbolic;
use crate::ops::fused;
use crate::{Result, Shape, Tensor};
use nn_kernels::memory;
use std::panic::Location;
use std::sync::Arc;

/// Runs an op of one output.
///
/// - A failed input makes the result fail with the same error (the first one).
/// - Inputs that do not fit make the result fail with the op's error, the caller's line and the running layer.
/// - An abstract input makes the result abstract.
/// - Otherwise the op computes, and every active tape that watches an input records it.
///
/// Where a fused pair may be faster than its parts, the result waits until it is read.
#[track_caller]
pub fn apply<O: Op>(op: O, inputs: &[Tensor]) -> Tensor {
    run(&mut Owned::new(op), inputs, None, Location::caller()).into_first()
}

/// [`apply`] for an op without settings.
#[track_caller]
pub fn apply_static(op: &'static dyn Op, inputs: &[Tensor]) -> Tensor {
    run(&mut OpHandle::Static(op), inputs, None, Location::caller()).into_first()
}

/// [`apply`] for an op of several outputs, which come in their order; residuals have no value where no gradient may be asked for.
#[track_caller]
pub fn apply_all<O: Op>(op: O, inputs: &[Tensor]) -> Outputs<Tensor> {
    run(&mut Owned::new(op), inputs, None, Location::caller())
}

/// [`apply_all`], where only some outputs are asked for.
#[track_caller]
pub(crate) fn apply_wanted<O: Op>(op: O, inputs: &[Tensor], wanted: Wanted) -> Outputs<Tensor> {
    run(
        &mut Owned::new(op),
        inputs,
        Some(wanted),
        Location::caller(),
    )
}

/// [`apply_all`] for an op that is kept already, at the line that it was first applied at.
pub(crate) fn apply_handle(
    op: &OpHandle,
    inputs: &[Tensor],
    location: &'static Location<'static>,
) -> Outputs<Tensor> {
    run(&mut op.clone(), inputs, None, location)
}

/// An op on its way through [`run`], which is moved to memory of its own only if somebody keeps it.
trait Running {
    fn op(&self) -> &dyn Op;
    fn keep(&mut self) -> OpHandle;
}

enum Owned<O: 'static> {
    Here(O),
    Kept(Arc<O>),
    Static(&'static O),
    Moving,
}

impl<O: 'static> Owned<O> {
    fn new(op: O) -> Owned<O> {
        Owned::Here(op)
    }
}

impl<O: Op> Running for Owned<O> {
    fn op(&self) -> &dyn Op {
        match self {
            Owned::Here(op) => op,
            Owned::Kept(op) => &**op,
            Owned::Static(op) => *op,
            Owned::Moving => unreachable!("moved and put back in one step"),
        }
    }

    fn keep(&mut self) -> OpHandle {
        let kept = match std::mem::replace(self, Owned::Moving) {
            // An op without settings takes no memory, wherever it is kept.
            Owned::Here(op) if size_of::<O>() == 0 => {
                let kept: &'static O = Box::leak(Box::new(op));
                *self = Owned::Static(kept);
                return OpHandle::Static(kept);
            }
            Owned::Static(op) => {
                *self = Owned::Static(op);
                return OpHandle::Static(op);
            }
            Owned::Here(op) => Arc::new(op),
            Owned::Kept(op) => op,
            Owned::Moving => unreachable!("moved and put back in one step"),
        };
        *self = Owned::Kept(kept.clone());
        OpHandle::Shared(kept)
    }
}

impl Running for OpHandle {
    fn op(&self) -> &dyn Op {
        &**self
    }

    fn keep(&mut self) -> OpHandle {
        self.clone()
    }
}

/// [`apply`], compiled once for all ops.
fn run(
    running: &mut dyn Running,
    inputs: &[Tensor],
    wanted: Option<Wanted>,
    location: &'static Location<'static>,
) -> Outputs<Tensor> {
    // Nearly all tensors have a value and it is there: then one look at each is enough.
    let (mut plain, mut derived, mut has_mask) = (true, false, false);
    for input in inputs {
        plain &= input.is_computed();
        derived |= input.is_derived();
        has_mask |= input.has_mask();
    }
    if !plain && let Some(failed) = inputs.iter().find(|t| t.error().is_some()) {
        return everywhere(failed.clone(), running.op(), inputs);
    }
    let outputs = match evaluate(running, inputs, plain, wanted) {
        Ok(outputs) if plain => outputs,
        Ok(outputs) => symbolic::continued(&mut || running.keep(), inputs, outputs, location),
        Err(error) => {
            let error = error.at_op(running.op().name(), location);
            return everywhere(Tensor::failed(error), running.op(), inputs);
        }
    };
    if observer::is_observed()
        && let Err(error) = observer::ran(&mut || running.keep(), inputs, &outputs, location)
    {
        let error = error.at_op(running.op().name(), location);
        return everywhere(Tensor::failed(error), running.op(), inputs);
    }
    let made: &[Tensor] = &outputs;
    let float = made[0].dtype().is_float();
    if float
        && record::is_recording()
        && let Err(error) = record::record(&mut || running.keep(), inputs, made, location)
    {
        let error = error.at_op(running.op().name(), location);
        return everywhere(Tensor::failed(error), running.op(), inputs);
    }
    // A trace follows numbers of every type, a tape those that have gradients.
    let traced = !plain && made[0].is_abstract();
    if derived && (traced || float && record::detached() == 0) {
        let thread = record::this_thread();
        match &outputs {
            Outputs::One(output) => output.derive_on(thread),
            Outputs::Many(all) => all.iter().for_each(|output| output.derive_on(thread)),
        }
    }
    match has_mask {
        false => outputs,
        true => masked(running.op(), inputs, outputs, location),
    }
}

/// The outputs, the first one with the masks of the inputs as far as the op carries them on: true where all of them are.
#[cold]
fn masked(
    op: &dyn Op,
    inputs: &[Tensor],
    outputs: Outputs<Tensor>,
    location: &'static Location<'static>,
) -> Outputs<Tensor> {
    let shape = *outputs[0].raw_shape();
    let mut masks: Vec<Tensor> = Vec::new();
    for (i, input) in inputs.iter().enumerate() {
        if let Some(mask) = input.mask()
            && mask.raw_shape().rank() <= op.mask_axes(inputs, i)
            && masks.iter().all(|other| other.id() != mask.id())
        {
            masks.push(mask);
        }
    }
    let Some(rank) = masks.iter().map(|mask| mask.raw_shape().rank()).max() else {
        return outputs.map(|output| output.without_mask());
    };
    let both = |a: Tensor, b: Tensor| {
        let inputs = [a, b];
        match op_by_name("logical_and", &Attributes::new(), &inputs) {
            Ok(mut and) => run(&mut and, &inputs, None, location).into_first(),
            Err(error) => Tensor::failed(error.at_op(op.name(), location)),
        }
    };
    let aligned = masks
        .into_iter()
        .map(|mask| match rank - mask.raw_shape().rank() {
            0 => mask,
            further => mask.reshape([mask.raw_shape().dims(), &vec![1; further]].concat()),
        });
    let mask = aligned.reduce(both).expect("there is one");
    // An input that was broadcast along the axes of its mask.
    let whole = Shape::new(&shape[..rank]);
    let mask = if *mask.raw_shape() == whole {
        mask
    } else {
        mask.broadcast_to(whole)
    };
    match mask.error() {
        Some(_) => everywhere(mask, op, inputs),
        None => outputs
            .map(|output| output.without_mask())
            .with_first(|first| first.masked(&mask)),
    }
}

/// The outputs: abstract, waiting or computed.
fn evaluate(
    running: &mut dyn Running,
    inputs: &[Tensor],
    plain: bool,
    wanted: Option<Wanted>,
) -> Result<Outputs<Tensor>> {
    let op = running.op();
    let inferred = op.infer(inputs);
    // Looked at where they are: specs are long to move.
    let specs: &[Spec] = match &inferred {
        Ok(specs) => specs,
        Err(error) => return Err(error.clone()),
    };
    if !plain && inputs.iter().any(Tensor::is_abstract) {
        return sound(inferred?.map(|spec| Tensor::abstract_of(spec.shape, spec.dtype)));
    }
    if !specs.iter().all(|spec| spec.shape.is_known()) {
        return sound(inferred?.map(|spec| Tensor::open(spec.shape, spec.dtype)));
    }
    if fused::waits(op, inputs, || record::is_watched(inputs)) {
        return sound(Tensor::waiting(running.keep(), inputs, specs[0]).into());
    }
    let wanted = wanted.unwrap_or_else(|| match op.residuals() {
        0 => Wanted::ALL,
        _ if record::is_watched(inputs) => Wanted::ALL,
        residuals => Wanted::first(specs.len() - residuals),
    });
    let expected = Expected::new(specs, wanted);
    let outputs = within_memory(|| match plain {
        true => op.forward(inputs, &expected),
        false => together(op, inputs, &expected),
    });
    match outputs {
        Ok(outputs) if !outputs.iter().all(Tensor::is_computed) => sound(outputs),
        outputs => outputs,
    }
}

/// The outputs, or the error of one that failed: more than fits the memory comes back as a failed tensor.
fn sound(outputs: Outputs<Tensor>) -> Result<Outputs<Tensor>> {
    match outputs.iter().find_map(Tensor::error) {
        Some(error) => Err(error.clone()),
        None => Ok(outputs),
    }
}

/// What an op gives: by itself, or together with an input that waits for it.
pub(crate) fn compute(
    op: &dyn Op,
    inputs: &[Tensor],
    specs: &[Spec],
    wanted: Wanted,
) -> Result<Outputs<Tensor>> {
    within_memory(|| together(op, inputs, &Expected::new(specs, wanted)))
}

/// What `compute` gives, or the error of working memory that a kernel or [`memory::with_room`] cannot have.
pub(crate) fn within_memory<R>(compute: impl FnOnce() -> Result<R>) -> Result<R> {
    memory::or_refused(compute).unwrap_or_else(|refused| Err(refused.into()))
}

fn together(op: &dyn Op, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
    match fused::together(op, inputs, expected) {
        Some(outputs) => outputs,
        None => {
            // A value that waited is computed now, and may fail for want of memory; an op reads what is there.
            let mut waited = inputs.iter().filter(|input| input.waits().is_some());
            match waited.find_map(|input| input.computed().error().cloned()) {
                Some(error) => Err(error),
                None => op.forward(inputs, expected),
            }
        }
    }
}

/// An op's outputs when it failed: each of them is the failed tensor.
#[cold]
fn everywhere(failed: Tensor, op: &dyn Op, inputs: &[Tensor]) -> Outputs<Tensor> {
    match op.output_count(inputs) {
        1 => Outputs::One(failed),
        count => Outputs::Many(vec![failed; count]),
    }
}
