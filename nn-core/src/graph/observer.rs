//! Who watches a run: the trace, the profile, the search for the first NaN.
//!
//! An observer is told of every layer that begins and ends, of every op that ran and of every gradient. Without one, an op costs one
//! read of a flag.

use crate::graph::op::{Keeps, Op, OpHandle};
use crate::module::context::Frame;
use crate::{Result, Tensor};
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;

/// One who watches what runs on this thread.
pub(crate) trait Observer {
    /// A layer begins.
    fn enter(&mut self, layer: Frame, inputs: &[&Tensor]) {
        let _ = (layer, inputs);
    }

    /// The layer that began last ends.
    fn leave(&mut self, layer: Frame, outputs: &[&Tensor]) {
        let _ = (layer, outputs);
    }

    /// An op ran; `keep` gives it.
    ///
    /// # Errors
    /// When the observer cannot follow any further; the op then fails with that error.
    fn ran(
        &mut self,
        keep: &mut dyn FnMut() -> OpHandle,
        inputs: &[Tensor],
        outputs: &[Tensor],
        location: &'static Location<'static>,
    ) -> Result<()> {
        let _ = (keep, inputs, outputs, location);
        Ok(())
    }

    /// A layer writes a buffer's new value. `true` if the observer takes it down instead, and nothing is to be written.
    fn assigned(&mut self, buffer: u64, value: &Tensor) -> bool {
        let _ = (buffer, value);
        false
    }

    /// A tape recorded an op.
    fn recorded(&mut self, inputs: &[Tensor], outputs: &[Tensor], keeps: Keeps) {
        let _ = (inputs, outputs, keeps);
    }

    /// The gradient of the op with this first output is about to be computed.
    fn backward_begins(&mut self, output: &Tensor) {
        let _ = output;
    }

    /// It has been computed.
    fn backward_ends(&mut self) {}

    /// The op that was called at `location` gave this gradient to one of its inputs.
    fn gradient(&mut self, op: &dyn Op, location: &'static Location<'static>, gradient: &Tensor) {
        let _ = (op, location, gradient);
    }

    /// Whether this is a trace: nothing that runs counts, and observers that began earlier are told nothing.
    fn is_trace(&self) -> bool {
        false
    }
}

thread_local! {
    /// The observers of this thread, the last one last.
    static OBSERVERS: RefCell<Vec<Rc<RefCell<dyn Observer>>>> = const { RefCell::new(Vec::new()) };
    /// How many they are. Beside the list, so that an op without observers reads one number.
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Runs `f` under an observer, which comes back with what it saw.
pub(crate) fn observe<O: Observer + 'static, R>(observer: O, f: impl FnOnce() -> R) -> (R, O) {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            OBSERVERS.with_borrow_mut(Vec::pop);
            COUNT.set(COUNT.get() - 1);
        }
    }
    let shared = Rc::new(RefCell::new(observer));
    OBSERVERS.with_borrow_mut(|observers| observers.push(shared.clone()));
    COUNT.set(COUNT.get() + 1);
    let end = End;
    let result = f();
    drop(end);
    let Ok(observer) = Rc::try_unwrap(shared) else {
        unreachable!("the list of observers has let go of it")
    };
    (result, observer.into_inner())
}

/// Whether anybody watches.
pub(crate) fn is_observed() -> bool {
    COUNT.get() > 0
}

/// Whether the model is traced: then no random number is drawn from the thread's stream, and no buffer is written.
pub(crate) fn is_tracing() -> bool {
    is_observed()
        && OBSERVERS.with_borrow(|observers| {
            observers
                .iter()
                .any(|observer| observer.borrow().is_trace())
        })
}

/// Runs `f` without observers: for what is no part of the run that they watch, such as first values of parameters.
pub(crate) fn unobserved<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(Vec<Rc<RefCell<dyn Observer>>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            COUNT.set(self.0.len());
            OBSERVERS.set(std::mem::take(&mut self.0));
        }
    }
    COUNT.set(0);
    let _restore = Restore(OBSERVERS.take());
    f()
}

/// Tells the observers, the last one first.
fn tell(mut what: impl FnMut(&mut dyn Observer)) {
    OBSERVERS.with_borrow(|observers| {
        for observer in observers.iter().rev() {
            let mut observer = observer.borrow_mut();
            what(&mut *observer);
            if observer.is_trace() {
                break;
            }
        }
    });
}

pub(crate) fn ran(
    keep: &mut dyn FnMut() -> OpHandle,
    inputs: &[Tensor],
    outputs: &[Tensor],
    location: &'static Location<'static>,
) -> Result<()> {
    let mut told = Ok(());
    tell(|observer| {
        if told.is_ok() {
            told = observer.ran(keep, inputs, outputs, location);
        }
    });
    told
}

pub(crate) fn assigned(buffer: u64, value: &Tensor) -> bool {
    let mut taken = false;
    if is_observed() {
        tell(|observer| taken |= observer.assigned(buffer, value));
    }
    taken
}

pub(crate) fn recorded(inputs: &[Tensor], outputs: &[Tensor], keeps: Keeps) {
    if is_observed() {
        tell(|observer| observer.recorded(inputs, outputs, keeps));
    }
}

pub(crate) fn enter(layer: Frame, inputs: &[&Tensor]) {
    tell(|observer| observer.enter(layer, inputs));
}

pub(crate) fn leave(layer: Frame, outputs: &[&Tensor]) {
    tell(|observer| observer.leave(layer, outputs));
}

/// A gradient that is computed until this is dropped.
pub(crate) struct InBackward;

impl Drop for InBackward {
    fn drop(&mut self) {
        tell(|observer| observer.backward_ends());
    }
}

/// The gradient of the op with this first output is computed.
pub(crate) fn backward(output: &Tensor) -> Option<InBackward> {
    is_observed().then(|| {
        tell(|observer| observer.backward_begins(output));
        InBackward
    })
}

/// The op that was called at `location` gave this gradient to one of its inputs.
pub(crate) fn gradient(op: &dyn Op, location: &'static Location<'static>, gradient: &Tensor) {
    if is_observed() {
        tell(|observer| observer.gradient(op, location, gradient));
    }
}
