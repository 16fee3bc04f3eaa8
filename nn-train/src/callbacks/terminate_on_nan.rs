//! An end instead of an error.

use super::{Callback, Run};
use crate::training::progress::show;
use nn_core::Error;

/// Ends training at a loss, a gradient or an update that is not a finite number, with the history so far and a message instead of an error.
///
/// Without it `fit` returns the error, which names the batch and where the first such number arose: the layer, or on the way back the
/// operation and its line. Either way the batch changes nothing in the model.
///
/// ```
/// use nn::{Fit, callbacks::TerminateOnNaN};
/// let fit = Fit::new().callback(TerminateOnNaN::new());
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct TerminateOnNaN {
    reason: Option<String>,
}

impl TerminateOnNaN {
    /// Waits for a loss that is not finite.
    pub fn new() -> TerminateOnNaN {
        TerminateOnNaN::default()
    }

    /// Why it ended training, if it did.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl Callback for TerminateOnNaN {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn on_not_finite(&mut self, error: &Error, _: &mut Run<'_>) -> bool {
        if error.kind() != nn_core::ErrorKind::NotFinite {
            return false;
        }
        show(std::io::stderr(), &format!("training ends: {error}\n"));
        self.reason = Some(error.to_string());
        true
    }
}
