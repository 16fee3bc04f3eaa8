//! What a running layer needs to know: whether it trains, which layers run around it, where random numbers come from, where added losses
//! go. One for each thread.
//!
//! A layer called by field name, or with `forward`, inherits the training flag of the `call` it stands in. An
//! error records which layers were running; the outermost call, which knows the whole tree, turns that
//! into a path. Neither costs a running layer more than a push and a pop.

use crate::tensor::own_stream::{OwnStream, Step};
use crate::tensor::stream::Stream;
use crate::{DType, Error, Result, Tensor};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

/// One running layer: where it is in memory, and its class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// The layer's address, which is how it is found again in the tree.
    pub address: usize,
    /// The layer's class, since a struct and its first field share an address.
    pub class_name: &'static str,
}

/// The layers that several fields share, of the configuration that is being written or read.
pub(super) struct Shared {
    /// How many structs around this point are being written or read.
    pub depth: usize,
    /// The addresses of those written, by number.
    pub written: Vec<usize>,
    /// Those read, each an `Arc`, by number.
    pub read: Vec<(u64, Box<dyn Any>)>,
}

impl Shared {
    pub(super) const EMPTY: Shared = Shared {
        depth: 0,
        written: Vec::new(),
        read: Vec::new(),
    };
}

struct Context {
    training: Cell<bool>,
    frames: RefCell<Vec<Frame>>,
    /// The layer that is called without the penalty on its own outputs, if one is.
    unpenalized: Cell<Option<Frame>>,
    /// What layers added to the loss, for each [`collect_losses`] that runs.
    losses: RefCell<Vec<Added>>,
    stream: Cell<Option<Stream>>,
    /// The stream that the running layer draws from instead, if it has a seed of its own.
    own_stream: RefCell<Option<OwnStream>>,
    /// The step of a training that runs.
    step: Cell<Option<Step>>,
    floatx: Cell<DType>,
    /// Whether a [`catch_unanswered`] runs.
    catching: Cell<bool>,
    /// The shared layers of the configuration that is being written or read.
    shared: RefCell<Shared>,
    /// The values that parameters have for a while, by the parameters' addresses; the innermost is the last.
    replaced: RefCell<Vec<(usize, Tensor)>>,
    /// The addresses of the parameters that are being updated.
    updating: RefCell<Vec<usize>>,
}

thread_local! {
    /// The next number for a tensor, if it does not begin a block. Beside the rest, since every operation takes one.
    static NEXT_ID: Cell<u64> = const { Cell::new(0) };
    static CONTEXT: Context = const {
        Context {
            training: Cell::new(false),
            frames: RefCell::new(Vec::new()),
            unpenalized: Cell::new(None),
            losses: RefCell::new(Vec::new()),
            stream: Cell::new(None),
            own_stream: RefCell::new(None),
            step: Cell::new(None),
            floatx: Cell::new(DType::F32),
            catching: Cell::new(false),
            shared: RefCell::new(Shared::EMPTY),
            replaced: RefCell::new(Vec::new()),
            updating: RefCell::new(Vec::new()),
        }
    };
}

/// A number no other tensor of this process has. Threads take them in blocks, so that no op touches a shared counter.
pub(crate) fn fresh_id() -> u64 {
    const BLOCK: u64 = 1 << 16;
    static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);
    NEXT_ID.with(|next| {
        let mut id = next.get();
        if id % BLOCK == 0 {
            id = NEXT_BLOCK.fetch_add(1, Ordering::Relaxed) * BLOCK;
        }
        next.set(id + 1);
        id
    })
}

/// Whether the innermost `call` that this thread runs trains; `false` outside.
///
/// ```
/// assert!(!nn::training());
/// ```
pub fn training() -> bool {
    CONTEXT.with(|context| context.training.get())
}

/// The value that the parameter at an address has for a while, on this thread.
pub(super) fn replaced(address: usize) -> Option<Tensor> {
    let value = |all: &mut Vec<(usize, Tensor)>| {
        let found = all.iter().rfind(|(at, _)| *at == address);
        found.map(|(_, value)| value.clone())
    };
    with_replaced(value)
}

/// The values that parameters have for a while.
pub(super) fn with_replaced<R>(f: impl FnOnce(&mut Vec<(usize, Tensor)>) -> R) -> R {
    CONTEXT.with(|context| f(&mut context.replaced.borrow_mut()))
}

/// The addresses of the parameters that this thread is updating.
pub(super) fn with_updating<R>(f: impl FnOnce(&mut Vec<usize>) -> R) -> R {
    CONTEXT.with(|context| f(&mut context.updating.borrow_mut()))
}

/// The layers that are running, outermost first.
pub(crate) fn frames() -> Vec<Frame> {
    CONTEXT.with(|context| context.frames.borrow().clone())
}

/// The layer that is running, the innermost one.
pub(super) fn innermost() -> Option<Frame> {
    CONTEXT.with(|context| context.frames.borrow().last().copied())
}

/// The layer that is called without the penalty on its own outputs.
pub(super) fn unpenalized() -> Option<Frame> {
    CONTEXT.with(|context| context.unpenalized.get())
}

/// Says which layer is called without the penalty on its own outputs, and returns what was said before.
pub(super) fn replace_unpenalized(layer: Option<Frame>) -> Option<Frame> {
    CONTEXT.with(|context| context.unpenalized.replace(layer))
}

/// The thread's stream of random numbers, if it has one yet.
pub(crate) fn stream() -> Option<Stream> {
    CONTEXT.with(|context| context.stream.get())
}

/// Gives the thread another stream, and returns the one from before.
pub(crate) fn replace_stream(stream: Option<Stream>) -> Option<Stream> {
    CONTEXT.with(|context| context.stream.replace(stream))
}

/// The running layer's own stream, if it draws from one.
pub(crate) fn own_stream() -> Option<OwnStream> {
    CONTEXT.with(|context| context.own_stream.borrow().clone())
}

/// Lets what runs draw from a stream of its own, or from the thread's, and returns what it drew from before.
pub(crate) fn replace_own_stream(stream: Option<OwnStream>) -> Option<OwnStream> {
    CONTEXT.with(|context| context.own_stream.replace(stream))
}

/// The step of a training that runs, if one does.
pub(crate) fn step() -> Option<Step> {
    CONTEXT.with(|context| context.step.get())
}

/// Says which step runs, and returns what was said before.
pub(crate) fn replace_step(step: Option<Step>) -> Option<Step> {
    CONTEXT.with(|context| context.step.replace(step))
}

/// The float type of parameters made from now on (on this thread): `F32` unless [`set_floatx`] says otherwise.
pub fn floatx() -> DType {
    CONTEXT.with(|context| context.floatx.get())
}

/// Sets the float type of parameters made from now on (on this thread), as Keras's `set_floatx`.
///
/// # Panics
/// If `dtype` is not a float.
pub fn set_floatx(dtype: DType) {
    assert!(dtype.is_float(), "parameters are f32 or f64, not {dtype}");
    CONTEXT.with(|context| context.floatx.set(dtype));
}

/// A running layer; dropping it, by return or by unwinding, restores what was before.
pub(crate) struct Scope {
    training: bool,
    framed: bool,
}

impl Scope {
    /// Enters a layer (`frame`) or only sets the training flag.
    pub(crate) fn enter(frame: Option<Frame>, training: bool) -> Scope {
        CONTEXT.with(|context| {
            if let Some(frame) = frame {
                context.frames.borrow_mut().push(frame);
            }
            Scope {
                training: context.training.replace(training),
                framed: frame.is_some(),
            }
        })
    }

    /// How many layers run, this one and those around it.
    pub(crate) fn depth(&self) -> usize {
        CONTEXT.with(|context| context.frames.borrow().len())
    }

    /// Whether no other layer runs around this one.
    pub(crate) fn is_outermost(&self) -> bool {
        self.framed && self.depth() == 1
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CONTEXT.with(|context| {
            context.training.set(self.training);
            if self.framed {
                context.frames.borrow_mut().pop();
            }
        });
    }
}

/// Adds a scalar to the loss of the training step that runs, as Keras's `Layer.add_loss`; without [`collect_losses`] around it, on the same
/// thread, nothing collects it and it is dropped.
pub fn add_loss(loss: Tensor) {
    CONTEXT.with(|context| {
        if let Some(innermost) = context.losses.borrow_mut().last_mut() {
            innermost.losses.push(loss);
        }
    });
}

/// Runs `f` and returns, beside its result, the losses that layers added in it, in order.
///
/// ```
/// use nn::{Tensor, add_loss, collect_losses};
/// let (output, losses) = collect_losses(|| {
///     add_loss(Tensor::from(0.5_f32));
///     7
/// });
/// assert_eq!((output, losses[0].item::<f32>()?), (7, 0.5));
/// # Ok::<(), nn::Error>(())
/// ```
pub fn collect_losses<R>(f: impl FnOnce() -> R) -> (R, Vec<Tensor>) {
    let (result, added) = collect_added(f);
    (result, added.losses)
}

/// What layers added to the loss.
#[derive(Debug, Default)]
pub struct Added {
    /// In the order in which they were added.
    pub losses: Vec<Tensor>,
    /// Of parameters by their addresses, what penalties on them see in place of their values.
    pub(super) penalized: Vec<(usize, Tensor)>,
}

/// As [`collect_losses`], with all that was added.
pub fn collect_added<R>(f: impl FnOnce() -> R) -> (R, Added) {
    /// Leaves the list as it was, on unwinding too.
    struct Depth(usize);
    impl Drop for Depth {
        fn drop(&mut self) {
            CONTEXT.with(|context| context.losses.borrow_mut().truncate(self.0));
        }
    }
    let depth = CONTEXT.with(|context| {
        let mut added = context.losses.borrow_mut();
        added.push(Added::default());
        Depth(added.len() - 1)
    });
    let result = f();
    let added = CONTEXT.with(|context| context.losses.borrow_mut().pop().unwrap_or_default());
    drop(depth);
    (result, added)
}

/// Lets the penalty on the parameter at an address see another value in the step that runs, whoever collects losses within it.
pub(super) fn penalize_as(address: usize, value: &Tensor) {
    CONTEXT.with(|context| {
        for added in context.losses.borrow_mut().iter_mut() {
            added.penalized.push((address, value.clone()));
        }
    });
}

/// Gives the shared layers of the configuration that is being written or read.
pub(super) fn with_shared<R>(f: impl FnOnce(&mut Shared) -> R) -> R {
    CONTEXT.with(|context| f(&mut context.shared.borrow_mut()))
}

/// What unwinds from a question that a tensor cannot answer to the [`catch_unanswered`] around it.
struct Unanswered(Error);

/// Ends the running layer with an error; outside of [`catch_unanswered`], panics with it.
///
/// It is for questions that can only be answered with a number, such as the shape of a failed tensor, in a `call` that returns
/// tensors: the error becomes what the call returns. Nothing is printed, since no panic hook runs.
#[cold]
#[track_caller]
pub(crate) fn unanswered(question: &str, error: &Error) -> ! {
    if CONTEXT.with(|context| context.catching.get()) && cfg!(panic = "unwind") {
        resume_unwind(Box::new(Unanswered(error.clone())));
    }
    match question {
        "" => panic!("{error}"),
        _ => panic!("{question}: {error}"),
    }
}

/// Runs `f`. A question in it that a failed tensor cannot answer (its shape, its rank, its data) ends `f` with the tensor's error instead
/// of a panic, on this thread. Every outermost layer call does this, and `fit` around each step.
///
/// What `f` changes halfway is as after any panic: the guards of this library restore what they guard.
///
/// # Errors
/// The error of the tensor that was asked.
pub fn catch_unanswered<R>(f: impl FnOnce() -> R) -> Result<R> {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            CONTEXT.with(|context| context.catching.set(self.0));
        }
    }
    let restore = Restore(CONTEXT.with(|context| context.catching.replace(true)));
    let done = catch_unwind(AssertUnwindSafe(f));
    drop(restore);
    done.map_err(|payload| match payload.downcast::<Unanswered>() {
        Ok(unanswered) => unanswered.0,
        Err(panic) => resume_unwind(panic),
    })
}

#[cfg(test)]
mod tests {
    use super::catch_unanswered;
    use crate::Tensor;

    #[test]
    fn a_question_that_a_failed_tensor_cannot_answer_is_its_error() {
        let failed = Tensor::ones([2]) + Tensor::ones([3]);
        let error = catch_unanswered(|| failed.shape()).unwrap_err();
        assert!(error.to_string().contains("cannot add [2] and [3]"));
    }
}
