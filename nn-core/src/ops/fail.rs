//! How operations that are made of others refuse their arguments.

use crate::{Error, Tensor};
use std::panic::Location;

impl Tensor {
    /// A failed tensor: with this tensor's own error if it has one, otherwise with the given error at the caller's line.
    #[doc(hidden)]
    #[track_caller]
    pub fn fail(&self, op: &'static str, error: Error) -> Tensor {
        match self.error() {
            Some(_) => self.clone(),
            None => fail(op, error),
        }
    }

    /// The result of an operation that is made of others, which is its own: where one of them refused what it was given and no input had
    /// failed before, the error names the operation that was called, and the line that called it.
    #[track_caller]
    pub(crate) fn named(self, op: &'static str, inputs: &[&Tensor]) -> Tensor {
        match self.error() {
            Some(error) if inputs.iter().all(|input| input.error().is_none()) => {
                let (error, caller) = (error.clone().of_op(op), Location::caller());
                Tensor::failed(match error.arose_inside(caller) {
                    true => error.moved_to(caller),
                    false => error,
                })
            }
            _ => self,
        }
    }
}

/// A failed tensor with an error at the caller's line.
#[track_caller]
pub(crate) fn fail(op: &'static str, error: Error) -> Tensor {
    Tensor::failed(error.at_op(op, Location::caller()))
}
