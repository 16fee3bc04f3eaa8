//! Shapes that the compiler follows through `call`.
//!
//! `#[model]` turns what it understands of a `call` into a `const fn` over [`Value`]s: what is known of a tensor (its shape, dimension by
//! dimension) or of a number, without its contents. A struct and its block of methods answer [`Question`]s about themselves in `const`
//! code:
//!
//! - `Net::__SHAPE.ask(&net, question, at)`, from `#[model] impl`: what comes out of `call`, for what goes in;
//! - `Net::__FIELDS.ask(&net, question, at)`, from the derive: the same of a field, found by its name.
//!
//! - `__SHAPE.locate(..)` and `__FIELDS.locate(..)`: fail the compilation at the line that a mistake comes from.
//!
//! - `Net::__MADE.check(input, strict)`, from `#[model] impl` with a `const fn new()` of its own: the same of a model that it makes.
//!
//! - `Net::__CHECKED`, from the derive: what came out of the check, where there is one.
//!
//! All are inherent constants, and [`NotFollowed`] is a trait with constants of the same names for every type: where a type has none of
//! its own (a layer written by hand, a type parameter, a `Vec`), name resolution falls back to the trait, whose answer is *unknown*.
//! *Unknown* agrees with everything, so that only what is provably wrong is reported.

mod after;
#[cfg(test)]
mod agreement;
#[cfg(test)]
mod agreement_made;
mod axes;
mod elements;
mod enlarged;
mod failure;
mod fields;
mod function;
mod made;
mod many;
mod method;
mod output;
mod parts;
mod place;
mod several;
mod steps;
#[cfg(test)]
mod substitution;
mod targets;
mod truth;
mod value;

pub use crate::base::named::{NAMES, better, is_named, named, named_quotient};
pub use after::after;
pub use elements::Elements;
pub use failure::{Failed, Failing, Failure, Of, fail, fail_at, to_report, unless_told};
pub use fields::{must_be_used, position, unused, used};
pub(crate) use function::two;
pub use function::{binary, dimensions, einsum, floats, function, index, inputs, negated, not};
pub use made::associated;
pub use method::method;
pub use output::OutputShape;
pub use parts::Parts;
pub use place::{Place, Run};
pub use steps::{Branches, Steps, read, settle};
pub use targets::{as_many_targets, losses, scores, targets};
pub use truth::Truth;
pub use value::Value;

use crate::{Shape, ShapeError};

/// What is asked of a layer.
#[derive(Clone, Copy)]
pub enum Question<'a> {
    /// What comes out for this input?
    Call(Value),
    /// What is its value, if it is a number of the configuration?
    Read,
    /// How many elements has it, if it is a container?
    Len,
    /// Is it there, if it is an `Option`?
    IsSome,
    /// The same of the element with this number.
    At(Value, &'a Question<'a>),
    /// The same of the field with this name.
    Field(&'a str, &'a Question<'a>),
}

/// What is known, or what is wrong.
pub type Answer = Result<Value, Failure>;

/// What comes out of either of two runs.
pub const fn either(first: Answer, second: Answer) -> Answer {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok(first.join(second)),
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    }
}

/// The answer of a layer that wrote `const fn output_shape(&self, input: &Shape)`.
pub const fn answer(shape: Result<Shape, ShapeError>, at: &Place<'_>) -> Answer {
    match shape {
        Ok(shape) => Ok(Value::tensor(shape)),
        Err(error) => Err(Failure::new(at.named(error))),
    }
}

/// Answers that nothing is known.
#[derive(Clone, Copy)]
pub struct Unknown;

impl Unknown {
    /// *Unknown*, whatever is asked of whatever.
    pub const fn ask<T: ?Sized>(self, _: &T, _: Question<'_>, _: &Place<'_>) -> Answer {
        Ok(Value::UNKNOWN)
    }

    /// There is none to check.
    pub const fn check(self, _: Value, _: bool, _: &'static [&'static str]) -> Answer {
        Ok(Value::UNKNOWN)
    }

    /// Why there is none.
    pub const fn why_not(self) -> Option<&'static str> {
        Some(
            "nothing in `#[model(..)]` or its `#[model] impl` says how one is made: `new(..)` does, or a `const fn new() -> Self`",
        )
    }

    /// Nowhere.
    pub const fn locate<R: Failing, T: ?Sized>(self, _: Failed<R>, _: Of<T>) {}
}

/// A model whose own `new` makes none that could be checked, with the reason.
#[derive(Clone, Copy)]
pub struct NotMade(pub &'static str);

impl NotMade {
    /// There is none to check.
    pub const fn check(self, _: Value, _: bool, _: &'static [&'static str]) -> Answer {
        Ok(Value::UNKNOWN)
    }

    /// Why there is none.
    pub const fn why_not(self) -> Option<&'static str> {
        Some(self.0)
    }
}

/// The constants of types that do not have them.
pub trait NotFollowed {
    /// What answers for its `call`.
    const __SHAPE: Unknown = Unknown;
    /// What answers for its fields.
    const __FIELDS: Unknown = Unknown;
    /// Its fields, if it is a struct of tensors.
    const __PARTS: Parts = Parts::NONE;
    /// What makes one with its own `new()`, to be checked.
    const __MADE: Unknown = Unknown;
    /// Named where a model with an `input` may be one that the compiler does not check: where its own `new` is the reason, that is deprecated.
    const __NOT_CHECKED: () = ();
    /// What its own check came to.
    const __CHECKED: Answer = Ok(Value::UNKNOWN);
    /// Fails for the first layer that `call` does not use. `call` itself asks, so that it is silent where something in it is wrong.
    const __EVERY_LAYER_IS_USED: () = ();
    /// Fails for the second.
    const __EVERY_OTHER_IS_USED: () = ();
    /// Fails for the third.
    const __ALL_OTHERS_ARE_USED: () = ();
}

impl<T: ?Sized> NotFollowed for T {}

/// Finds the types whose values count as numbers, truths or lists of them: `<Plain<usize>>::__READ`.
pub struct Plain<T: ?Sized>(std::marker::PhantomData<T>);

/// Reads a value of the configuration.
pub struct Reader<T>(std::marker::PhantomData<T>);

macro_rules! readers {
    ($($T:ty: $x:ident => $value:expr;)*) => {$(
        impl Plain<$T> {
            /// Reads it.
            pub const __READ: Reader<$T> = Reader(std::marker::PhantomData);
        }
        impl Reader<$T> {
            /// Its value, if that is the question.
            pub const fn ask(self, $x: &$T, question: Question<'_>, _: &Place<'_>) -> Answer {
                Ok(match question {
                    Question::Read => $value,
                    _ => Value::UNKNOWN,
                })
            }
        }
    )*};
}

readers! {
    usize: x => Value::whole(*x as i128);
    isize: x => Value::int(*x);
    i32: x => Value::int(*x as isize);
    i64: x => Value::int(*x as isize);
    u32: x => Value::int(*x as isize);
    bool: x => Value::truth_of(*x);
    f32: _x => Value::SCALAR;
    f64: _x => Value::SCALAR;
    [usize; 2]: x => Value::ints(x);
    [usize; 3]: x => Value::ints(x);
    [usize; 4]: x => Value::ints(x);
}

/// What is read of all other types.
pub trait NotPlain {
    /// Reads it.
    const __READ: Unknown = Unknown;
}

impl<T: ?Sized> NotPlain for Plain<T> {}
