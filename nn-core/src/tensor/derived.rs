//! On which thread a value was computed from what may have a gradient.
//!
//! Tapes and traces follow what their own thread computes. What another thread has made of a parameter or of a watched tensor would come back
//! as a constant, and a part of the gradient would be missing without a word; so such a value knows where it comes from.

use super::Tensor;
use crate::Error;
use std::sync::atomic::{AtomicU32, Ordering};

/// The number of a thread, 0 for none: a constant.
#[derive(Default)]
pub(super) struct DerivedOn(AtomicU32);

impl Tensor {
    /// Notes that this value was computed, on the thread of this number, from parameters or from what is watched or traced.
    pub(crate) fn derive_on(&self, thread: u32) {
        self.inner.derived_on.0.store(thread, Ordering::Relaxed);
    }

    /// Whether it is a parameter's value, or was computed from one, or from what is watched or traced.
    pub(crate) fn is_derived(&self) -> bool {
        self.is_variable() || self.inner.derived_on.0.load(Ordering::Relaxed) != 0
    }

    /// The error of a value that a tape or trace of the thread of this number does not know, if another thread has derived it.
    pub(crate) fn derived_elsewhere(&self, thread: u32) -> Option<Error> {
        let on = self.inner.derived_on.0.load(Ordering::Relaxed);
        (on != 0 && on != thread && !self.is_variable()).then(|| {
            Error::gradient(
                "an input was computed on another thread from parameters or from what this thread follows, and nobody here has seen how: its \
                 gradient would be left out. Call layers and operations on the thread that runs `call` (each of them uses all threads by \
                 itself), or say that it is a constant: `x.stop_gradient()`, on the thread that computed it",
            )
        })
    }
}
