//! Recording operations and going back through them: [`GradientTape`].
//!
//! A tape is a flat list of entries, so a loop of a million steps neither overflows the stack nor leaks when it
//! is dropped. Nothing is recorded without a tape.

use crate::gradients::Source;
use crate::op::{Backward, Op};
use crate::{Error, Result, Sources, Tensor, profile};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::rc::Rc;

/// Hashes tensor identities, which are already distinct numbers.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("identities are u64");
    }
    fn write_u64(&mut self, id: u64) {
        // The multiplication spreads consecutive numbers over the high bits, which the table uses too.
        self.0 = id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

pub(crate) type IdMap<V> = HashMap<u64, V, BuildHasherDefault<IdHasher>>;
pub(crate) type IdSet = HashSet<u64, BuildHasherDefault<IdHasher>>;

#[derive(Clone)]
struct Entry {
    op: Rc<dyn Op>,
    /// Where its inputs are in [`Record::inputs`].
    inputs: Range<usize>,
    output: Tensor,
}

#[derive(Default)]
struct Record {
    entries: Vec<Entry>,
    /// The inputs of all entries, one after the other.
    inputs: Vec<Tensor>,
    /// Everything that depends on something watched.
    tracked: IdSet,
}

/// What a tape and the thread's list of tapes share.
#[derive(Default)]
struct Shared {
    record: RefCell<Record>,
    /// Recording stops while this is not 0. Outside `record`, which is borrowed while gradients are computed.
    paused: Cell<u32>,
}

impl Record {
    fn watches(&self, tensor: &Tensor) -> bool {
        tensor.is_variable() || self.tracked.contains(&tensor.id())
    }
}

thread_local! {
    static TAPES: RefCell<Vec<Rc<Shared>>> = const { RefCell::new(Vec::new()) };
    /// An empty record with the room that the last one needed: the next step of a training loop needs as much.
    static SPARE: RefCell<Record> = RefCell::default();
    /// How many tapes are recording, so that ops without a tape cost one read.
    static ACTIVE: Cell<usize> = const { Cell::new(0) };
}

pub(crate) fn is_recording() -> bool {
    ACTIVE.get() > 0
}

/// Whether [`record_if_watched`] would record an op of these inputs.
pub(crate) fn is_watched(inputs: &[Tensor]) -> bool {
    let watches = |tape: &Rc<Shared>| {
        tape.paused.get() == 0 && {
            let record = tape.record.borrow();
            inputs.iter().any(|t| record.watches(t))
        }
    };
    is_recording() && TAPES.with_borrow(|tapes| tapes.iter().any(watches))
}

/// Adds an op to every active tape that watches one of its inputs; `make` gives it, and is called at most once.
pub(crate) fn record_if_watched(
    inputs: &[Tensor],
    output: &Tensor,
    make: &mut dyn FnMut() -> Rc<dyn Op>,
) {
    TAPES.with_borrow(|tapes| {
        let mut shared: Option<Rc<dyn Op>> = None;
        for tape in tapes {
            if tape.paused.get() > 0 {
                continue;
            }
            let mut record = tape.record.borrow_mut();
            if !inputs.iter().any(|t| record.watches(t)) {
                continue;
            }
            let op = shared.get_or_insert_with(&mut *make).clone();
            let keeps = op.keeps();
            profile::recorded(inputs, output, keeps);
            let first = record.inputs.len();
            let whole = |i: usize| keeps.inputs >> i.min(31) & 1 == 1;
            let kept_inputs = inputs.iter().enumerate().map(|(i, t)| kept(t, whole(i)));
            record.inputs.extend(kept_inputs);
            let inputs = first..record.inputs.len();
            record.tracked.insert(output.id());
            record.entries.push(Entry {
                op,
                inputs,
                output: kept(output, keeps.output),
            });
        }
    });
}

/// Entries for which room is left to the next tape at most.
const SPARE_ROOM: usize = 1 << 14;

/// Elements up to which a tensor is kept whole: its memory costs less than an outline of it.
const SMALL: usize = 1024;

/// What a tape keeps of a tensor.
fn kept(tensor: &Tensor, whole: bool) -> Tensor {
    match whole || (tensor.is_concrete() && tensor.raw_shape().len() <= SMALL) {
        true => tensor.clone(),
        false => tensor.outline(),
    }
}

/// Records operations on this thread and differentiates through them, as TensorFlow's `GradientTape` does.
///
/// Trainable parameters are watched by themselves; other tensors after [`GradientTape::watch`]. The tape records until it
/// is used or dropped. Tapes nest, and every gradient is itself differentiable.
///
/// ```
/// use nn_core::{GradientTape, Tensor};
/// let x = Tensor::from(3.0_f32);
/// let tape = GradientTape::new();
/// tape.watch(&x);
/// let y = x.square();
/// assert_eq!(tape.gradient(&y, &x)?.item::<f32>()?, 6.0);
/// # Ok::<(), nn_core::Error>(())
/// ```
pub struct GradientTape {
    shared: Rc<Shared>,
    persistent: Cell<bool>,
    used: Cell<bool>,
}

impl GradientTape {
    /// A tape that answers once: [`GradientTape::gradient`] frees what it recorded.
    #[allow(clippy::new_without_default)]
    pub fn new() -> GradientTape {
        GradientTape::start(false)
    }

    /// A tape that answers any number of times, and keeps what it recorded until it is dropped.
    pub fn persistent() -> GradientTape {
        GradientTape::start(true)
    }

    fn start(persistent: bool) -> GradientTape {
        let shared = Rc::new(Shared::default());
        shared.record.replace(SPARE.take());
        TAPES.with_borrow_mut(|tapes| tapes.push(shared.clone()));
        ACTIVE.set(ACTIVE.get() + 1);
        GradientTape {
            shared,
            persistent: Cell::new(persistent),
            used: Cell::new(false),
        }
    }

    /// Watches a tensor: what is computed from it from now on can be differentiated.
    ///
    /// Only `f32` and `f64` tensors have gradients; asking for one of another type is an error later.
    pub fn watch(&self, tensor: &Tensor) {
        if tensor.dtype().is_float() {
            self.shared.record.borrow_mut().tracked.insert(tensor.id());
        }
    }

    /// Runs `f` without recording on this tape.
    ///
    /// ```
    /// # use nn_core::{GradientTape, Tensor};
    /// let x = Tensor::from(2.0_f32);
    /// let tape = GradientTape::new();
    /// tape.watch(&x);
    /// let scale = tape.stop_recording(|| x.square()); // a constant for the tape
    /// let y = scale * &x;
    /// assert_eq!(tape.gradient(&y, &x)?.item::<f32>()?, 4.0);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    pub fn stop_recording<R>(&self, f: impl FnOnce() -> R) -> R {
        let _pause = Pause::of(vec![self.shared.clone()]);
        f()
    }

    /// Forgets everything recorded and watched.
    pub fn reset(&self) {
        *self.shared.record.borrow_mut() = Record::default();
    }

    /// How many operations are recorded.
    pub fn len(&self) -> usize {
        self.shared.record.borrow().entries.len()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The gradient of `target` with respect to `sources`: a tensor for a tensor, an array for an array, [`crate::Gradients`] for a
    /// model (its trainable parameters). A target of several elements is summed.
    ///
    /// # Errors
    /// The target's own error if it failed; a source that the target does not depend on, and why
    /// ([`GradientTape::gradient_or_zeros`] gives zeros instead); an op without gradient; a tape used before.
    pub fn gradient<S: Sources>(&self, target: &Tensor, sources: S) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Error)
    }

    /// As [`GradientTape::gradient`], with zeros for sources that the target does not depend on.
    pub fn gradient_or_zeros<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Zeros)
    }

    /// As [`GradientTape::gradient`], with parameters that the target does not depend on left out of the [`crate::Gradients`] (tensor
    /// sources still are an error).
    pub fn gradient_of_connected<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, None)], sources, Missing::Skip)
    }

    /// The vector-Jacobian product: the gradient of `sum(target · upstream)`.
    ///
    /// # Errors
    /// As [`GradientTape::gradient`], and if the upstream gradient has another shape than the target.
    pub fn gradient_with<S: Sources>(
        &self,
        target: &Tensor,
        sources: S,
        upstream: &Tensor,
    ) -> Result<S::Gradient> {
        self.pull_back(&[(target, Some(upstream))], sources, Missing::Error)
    }

    pub(crate) fn pull_back<S: Sources>(
        &self,
        targets: &[(&Tensor, Option<&Tensor>)],
        sources: S,
        missing: Missing,
    ) -> Result<S::Gradient> {
        if self.used.get() {
            return Err(Error::gradient(
                "this tape has been used: `GradientTape::new()` answers once; make it with `GradientTape::persistent()` to ask again",
            ));
        }
        let wanted = sources.tensors()?;
        let found = self.propagate(targets, &wanted);
        let result = found.and_then(|found| {
            let found =
                wanted
                    .iter()
                    .zip(found)
                    .enumerate()
                    .map(
                        |(i, ((name, source), gradient))| match (gradient, missing) {
                            (Some(gradient), _) => Ok(Some(gradient)),
                            (None, Missing::Zeros) => Ok(Some(source.zeros_like())),
                            (None, Missing::Skip) => Ok(None),
                            (None, Missing::Error) => {
                                Err(self.unconnected(i, name.as_deref(), source))
                            }
                        },
                    );
            let found = found.collect::<Result<Vec<_>>>()?;
            sources.assemble(wanted, found)
        });
        if !self.persistent.get() {
            self.finish();
        }
        result
    }

    /// Asks several questions as one: a tape that answers once is used up after the last of them.
    pub(crate) fn ask_often<R>(&self, questions: impl FnOnce() -> Result<R>) -> Result<R> {
        let persistent = self.persistent.replace(true);
        let answer = questions();
        self.persistent.set(persistent);
        if !persistent {
            self.finish();
        }
        answer
    }

    fn finish(&self) {
        self.used.set(true);
        self.clear();
        self.deactivate();
    }

    /// Frees what is recorded, and leaves the room to the next tape.
    fn clear(&self) {
        let mut record = self.shared.record.take();
        record.entries.clear();
        record.entries.shrink_to(SPARE_ROOM);
        record.inputs.clear();
        record.inputs.shrink_to(SPARE_ROOM);
        record.tracked.clear();
        record.tracked.shrink_to(SPARE_ROOM);
        // A thread that ends has no next tape.
        let _ = SPARE.try_with(|spare| spare.replace(record));
    }

    /// Why a source has no gradient.
    fn unconnected(&self, index: usize, name: Option<&str>, source: &Tensor) -> Error {
        let who = match name {
            Some(path) => format!("parameter `{path}`"),
            None => format!("source {index} (shape {})", source.raw_shape()),
        };
        let record = self.shared.record.borrow();
        let why = if !source.dtype().is_float() {
            format!(
                "it holds {}, and only f32 and f64 have gradients; convert it with `cast` before watching it",
                source.dtype()
            )
        } else if record.watches(source) {
            "the target does not depend on it; use `gradient_or_zeros` if that is meant".to_string()
        } else {
            "it was never watched: call `tape.watch(&x)` before computing with it, and ask for the gradient of that same tensor".to_string()
        };
        Error::gradient(format!("{who} has no gradient: {why}"))
    }

    /// The adjoints of `wanted`, `None` where there is no path.
    fn propagate(
        &self,
        targets: &[(&Tensor, Option<&Tensor>)],
        wanted: &[Source],
    ) -> Result<Vec<Option<Tensor>>> {
        let _pause = Pause::of(vec![self.shared.clone()]);
        let mut record = self.shared.record.borrow_mut();
        let count = record.entries.len() + wanted.len();
        let mut adjoints: IdMap<Tensor> = IdMap::default();
        adjoints.reserve(count);
        for (target, upstream) in targets {
            let target = (*target).clone().ok()?;
            if !target.is_concrete() {
                target.try_data::<f32>()?;
            }
            if !target.dtype().is_float() {
                return Err(Error::needs_float("a gradient's target", target.dtype()));
            }
            let upstream = match upstream {
                None => target.ones_like(),
                Some(u) if u.shape() == target.shape() => (*u).clone(),
                Some(u) => {
                    return Err(Error::shape(format!(
                        "the upstream gradient has shape {}, the target {}; they must agree",
                        u.shape(),
                        target.shape()
                    )));
                }
            };
            accumulate(&mut adjoints, target.id(), upstream);
        }

        // What depends on a source, so that no gradient is computed that leads to none.
        let mut sources = IdSet::default();
        sources.reserve(wanted.len());
        let watched = wanted
            .iter()
            .filter(|(_, t)| t.dtype().is_float() && record.watches(t));
        sources.extend(watched.map(|(_, t)| t.id()));
        let mut reached = IdSet::default();
        reached.reserve(count);
        reached.extend(&sources);
        for entry in &record.entries {
            let inputs = &record.inputs[entry.inputs.clone()];
            if inputs.iter().any(|t| reached.contains(&t.id())) {
                reached.insert(entry.output.id());
            }
        }

        // A tape that answers once gives memory back entry by entry, as soon as nothing needs it.
        let (mut entries, mut inputs) = match self.persistent.get() {
            true => (record.entries.clone(), record.inputs.clone()),
            false => (
                std::mem::take(&mut record.entries),
                std::mem::take(&mut record.inputs),
            ),
        };
        let mut needs = Vec::new();
        while let Some(entry) = entries.pop() {
            // Frees what the entry before held.
            inputs.truncate(entry.inputs.end);
            let own = &inputs[entry.inputs];
            let id = entry.output.id();
            let _measured = profile::backward(id);
            if !reached.contains(&id) {
                continue;
            }
            let upstream = match sources.contains(&id) {
                true => adjoints.get(&id).cloned(),
                false => adjoints.remove(&id),
            };
            let Some(upstream) = upstream else { continue };
            needs.clear();
            needs.extend(own.iter().map(|t| reached.contains(&t.id())));
            let at = Backward {
                inputs: own,
                output: &entry.output,
                upstream: &upstream,
                needs: &needs,
            };
            let gradients = entry
                .op
                .gradient(&at)
                .map_err(|e| e.context(format!("the gradient of `{}`", entry.op.name())))?;
            for ((input, gradient), &needed) in own.iter().zip(gradients).zip(&needs) {
                if let (Some(gradient), true) = (gradient, needed) {
                    let gradient = gradient.ok()?.sum_to(*input.raw_shape()).ok()?;
                    accumulate(&mut adjoints, input.id(), gradient);
                }
            }
        }
        if !self.persistent.get() {
            (record.entries, record.inputs) = (entries, inputs);
        }
        Ok(wanted
            .iter()
            .map(|(_, t)| {
                let connected = sources.contains(&t.id());
                connected.then(|| adjoints.get(&t.id()).cloned()).flatten()
            })
            .collect())
    }

    fn deactivate(&self) {
        TAPES.with_borrow_mut(|tapes| {
            if let Some(i) = tapes.iter().position(|t| Rc::ptr_eq(t, &self.shared)) {
                tapes.remove(i);
                ACTIVE.set(ACTIVE.get() - 1);
            }
        });
    }
}

fn accumulate(adjoints: &mut IdMap<Tensor>, id: u64, gradient: Tensor) {
    let sum = match adjoints.remove(&id) {
        Some(so_far) => so_far + gradient,
        None => gradient,
    };
    adjoints.insert(id, sum);
}

/// What to do about a source without a gradient.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Missing {
    Error,
    Zeros,
    Skip,
}

impl Drop for GradientTape {
    fn drop(&mut self) {
        if !self.used.get() {
            self.clear();
        }
        self.deactivate();
    }
}

/// Tapes that do not record while this lives.
struct Pause(Vec<Rc<Shared>>);

impl Pause {
    fn of(tapes: Vec<Rc<Shared>>) -> Pause {
        for tape in &tapes {
            tape.paused.set(tape.paused.get() + 1);
        }
        Pause(tapes)
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        for tape in &self.0 {
            tape.paused.set(tape.paused.get() - 1);
        }
    }
}

/// Runs `f` without recording on any tape: for what a layer updates on the side, such as moving statistics.
///
/// ```
/// # use nn_core::{GradientTape, Tensor, no_gradient};
/// let x = Tensor::from(2.0_f32);
/// let tape = GradientTape::new();
/// tape.watch(&x);
/// no_gradient(|| x.square());
/// assert!(tape.is_empty());
/// ```
pub fn no_gradient<R>(f: impl FnOnce() -> R) -> R {
    let _pause = Pause::of(TAPES.with_borrow(|tapes| tapes.clone()));
    f()
}
