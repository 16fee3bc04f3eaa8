//! How operations that are made of others refuse their arguments.

use crate::{Error, Tensor};
use std::panic::Location;

impl Tensor {
    /// A failed tensor: with this tensor's own error if it has one, otherwise with the given error at the caller's line.
    #[track_caller]
    pub(crate) fn fail(&self, op: &'static str, error: Error) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => fail(op, error),
        }
    }
}

/// A failed tensor with an error at the caller's line.
#[track_caller]
pub(crate) fn fail(op: &'static str, error: Error) -> Tensor {
    Tensor::failed(error.at_op(op, Location::caller()))
}
