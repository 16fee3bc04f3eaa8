//! How a mistake found in a nested `call` is reported at the line it comes from.
//!
//! The compiler points at the constant whose evaluation fails. So the model that is checked evaluates first, and if there is a mistake it
//! goes through the blocks of its layers once more: each line that may be wrong is a small constant there, which fails if it is the one.

use super::Answer;
use crate::ShapeError;
use std::marker::PhantomData;

/// A mistake and the line it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    error: ShapeError,
    /// The `#[model] impl` and the number of the line in it, once they are known.
    place: Option<(&'static str, usize)>,
    /// Whether the check of another model reports it.
    is_told: bool,
}

impl Failure {
    /// A mistake whose line is not known yet.
    pub const fn new(error: ShapeError) -> Failure {
        Failure {
            error,
            place: None,
            is_told: false,
        }
    }

    /// This mistake with its line, unless it has one.
    pub const fn at(mut self, block: &'static str, site: usize) -> Failure {
        if self.place.is_none() {
            self.place = Some((block, site));
        }
        self
    }

    /// The message.
    pub const fn message(&self) -> &str {
        self.error.message()
    }
}

/// What a layer answers, where the check of its own struct came to `own`. A mistake that it has by itself is reported there: what holds it has
/// nothing to add, and is not followed beyond it.
pub const fn unless_told(answer: Answer, own: Answer) -> Answer {
    match (answer, own) {
        (Ok(value), _) if value.is_known_output() => answer,
        (_, Err(mut failure)) => {
            failure.is_told = true;
            Err(failure)
        }
        _ => answer,
    }
}

/// The mistake that the check of a model reports.
pub const fn to_report(checked: Answer) -> Option<Failure> {
    match checked {
        Err(failure) if !failure.is_told => Some(failure),
        _ => None,
    }
}

/// A model that has a mistake.
pub trait Failing {
    /// The mistake.
    const FAILURE: Failure;
}

/// Names a [`Failing`] model as an argument.
pub struct Failed<R>(PhantomData<R>);

impl<R> Failed<R> {
    /// The argument.
    pub const NEW: Failed<R> = Failed(PhantomData);
}

impl<R> Clone for Failed<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Failed<R> {}

/// Names a type as an argument.
pub struct Of<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Of<T> {
    /// The argument.
    pub const NEW: Of<T> = Of(PhantomData);
}

/// Ends the compilation with a message, at the place where it is called.
///
/// # Panics
/// With the message.
#[track_caller]
pub const fn fail(message: &str) -> ! {
    panic!("{}", message)
}

/// Fails if the mistake of `R` comes from this line.
///
/// # Panics
/// With the message of the mistake, which ends the compilation.
#[track_caller]
pub const fn fail_at<R: Failing>(block: &str, site: usize) {
    let Some((failed, number)) = R::FAILURE.place else {
        return;
    };
    if number == site && same(failed.as_bytes(), block.as_bytes()) {
        panic!("{}", R::FAILURE.message());
    }
}

pub(super) const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
