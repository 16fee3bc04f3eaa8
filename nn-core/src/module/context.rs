//! Which layers are running on this thread, and whether they train.
//!
//! A layer called by field name, or with `forward`, inherits the training flag of the `call` it stands in. An
//! error records which layers were running; the outermost call, which knows the whole tree, turns that
//! into a path. Neither costs a running layer more than a push and a pop.

use crate::{Error, Result};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// One running layer: where it is in memory, and its class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Frame {
    /// The layer's address, which is how it is found again in the tree.
    pub address: usize,
    /// The layer's class, since a struct and its first field share an address.
    pub class_name: &'static str,
}

thread_local! {
    static TRAINING: Cell<bool> = const { Cell::new(false) };
    static TRACING: Cell<bool> = const { Cell::new(false) };
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// Whether the innermost running `call` trains; `false` outside.
///
/// ```
/// assert!(!nn_core::training());
/// ```
pub fn training() -> bool {
    TRAINING.get()
}

/// Whether a model is being traced on this thread.
pub(crate) fn is_tracing() -> bool {
    TRACING.get()
}

pub(crate) fn set_tracing(on: bool) {
    TRACING.set(on);
}

/// The layers that are running, outermost first.
pub(crate) fn frames() -> Vec<Frame> {
    FRAMES.with_borrow(|frames| frames.clone())
}

/// A running layer; dropping it, by return or by unwinding, restores what was before.
pub(crate) struct Scope {
    training: bool,
    framed: bool,
}

impl Scope {
    /// Enters a layer (`frame`) or only sets the training flag.
    pub(crate) fn enter(frame: Option<Frame>, training: bool) -> Scope {
        if let Some(frame) = frame {
            FRAMES.with_borrow_mut(|frames| frames.push(frame));
        }
        Scope {
            training: TRAINING.replace(training),
            framed: frame.is_some(),
        }
    }

    /// Whether no other layer runs around this one.
    pub(crate) fn is_outermost(&self) -> bool {
        self.framed && FRAMES.with_borrow(|frames| frames.len() == 1)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        TRAINING.set(self.training);
        if self.framed {
            FRAMES.with_borrow_mut(|frames| frames.pop());
        }
    }
}

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static NOT_FINITE: Cell<Option<Frame>> = const { Cell::new(None) };
}

/// Looks at every layer's result for NaN and infinities while it lives.
pub(crate) struct Watch;

impl Watch {
    pub(crate) fn start() -> Watch {
        NOT_FINITE.set(None);
        WATCHING.set(true);
        Watch
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHING.set(false);
    }
}

pub(crate) fn is_watching() -> bool {
    WATCHING.get()
}

/// Notes a layer whose result is not finite, if it is the first.
pub(crate) fn note_not_finite(frame: Option<Frame>) {
    NOT_FINITE.set(NOT_FINITE.get().or(frame));
}

pub(crate) fn take_not_finite() -> Option<Frame> {
    NOT_FINITE.take()
}

thread_local!(static CATCHING: Cell<bool> = const { Cell::new(false) });

/// What unwinds from a question that a tensor cannot answer to the [`catch_unanswered`] around it.
struct Unanswered(Error);

/// Ends the running layer with an error; outside of [`catch_unanswered`], panics with it.
///
/// It is for questions that can only be answered with a number, such as the shape of a failed tensor, in a `call` that returns
/// tensors: the error becomes what the call returns. Nothing is printed, since no panic hook runs.
#[cold]
#[track_caller]
pub(crate) fn unanswered(question: &str, error: &Error) -> ! {
    if CATCHING.get() && cfg!(panic = "unwind") {
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
/// ```
/// use nn_core::{Tensor, layer::catch_unanswered};
/// let failed = Tensor::ones([2]) + Tensor::ones([3]);
/// let error = catch_unanswered(|| failed.shape()).unwrap_err();
/// assert!(error.to_string().contains("cannot add [2] and [3]"));
/// ```
///
/// # Errors
/// The error of the tensor that was asked.
pub fn catch_unanswered<R>(f: impl FnOnce() -> R) -> Result<R> {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            CATCHING.set(self.0);
        }
    }
    let restore = Restore(CATCHING.replace(true));
    let done = catch_unwind(AssertUnwindSafe(f));
    drop(restore);
    done.map_err(|payload| match payload.downcast::<Unanswered>() {
        Ok(unanswered) => unanswered.0,
        Err(panic) => resume_unwind(panic),
    })
}
