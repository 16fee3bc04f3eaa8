//! How a mistake found in a nested `call` is reported at the line it comes from.
//!
//! The compiler points at the constant whose evaluation fails. So the model that is checked evaluates first, and if there is a mistake it
//! goes through the blocks of its layers once more: each line that may be wrong is a small constant there, which fails if it is the one.

use crate::ShapeError;
use std::marker::PhantomData;

/// A mistake and the line it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    error: ShapeError,
    /// The `#[model] impl` and the number of the line in it, once they are known.
    place: Option<(&'static str, usize)>,
}

impl Failure {
    /// A mistake whose line is not known yet.
    pub const fn new(error: ShapeError) -> Failure {
        Failure { error, place: None }
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

const fn same(a: &[u8], b: &[u8]) -> bool {
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
