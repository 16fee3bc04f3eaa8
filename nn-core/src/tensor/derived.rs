//! On which thread a value was computed from what may have a gradient.
//!
//! Tapes and traces follow what their own thread computes. What another thread has made of a parameter or of a watched tensor would come back
//! as a constant, and a part of the gradient would be missing without a word; so such a value knows where it comes from.

use super::Tensor;
use crate::Error;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a value comes from.
#[derive(Default)]
pub(super) struct Derived {
    /// The number of the thread that computed it from what may have a gradient, 0 for a constant.
    on: AtomicU32,
    /// How many tapes watch it.
    watched: AtomicU32,
}

/// A tape that watches a tensor.
pub(crate) struct Watch(Tensor);

impl Watch {
    pub(crate) fn of(tensor: &Tensor) -> Watch {
        tensor.inner.derived.watched.fetch_add(1, Ordering::Relaxed);
        Watch(tensor.clone())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.inner.derived.watched.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Tensor {
    /// Notes that this value was computed, on the thread of this number, from parameters or from what is watched or traced.
    pub(crate) fn derive_on(&self, thread: u32) {
        self.inner.derived.on.store(thread, Ordering::Relaxed);
    }

    /// Whether it is a parameter's value or watched, or was computed from such, or from what is traced.
    pub(crate) fn is_derived(&self) -> bool {
        let Derived { on, watched } = &self.inner.derived;
        self.is_variable()
            || on.load(Ordering::Relaxed) != 0
            || watched.load(Ordering::Relaxed) != 0
    }

    /// The error of a value that a tape or trace of the thread of this number does not know, if another thread has derived it.
    pub(crate) fn derived_elsewhere(&self, thread: u32) -> Option<Error> {
        let on = self.inner.derived.on.load(Ordering::Relaxed);
        (on != 0 && on != thread && !self.is_variable()).then(|| {
            // What has no numbers yet is no constant, whatever is said about it.
            let constant = match self.is_abstract() {
                true => "",
                false => ", or say that it is a constant: `x.stop_gradient()`, on the thread that computed it",
            };
            Error::gradient(format!(
                "an input was computed on another thread from parameters or from what this thread follows, and nobody here has seen how: its \
                 gradient would be left out. Call layers and operations on the thread that runs `call` (each of them uses all threads by \
                 itself){constant}"
            ))
        })
    }
}
