//! What may stand in the signature of a `call` beside tensors: plain arguments, and a `Result` as its output.
//!
//! `#[model]` knows an argument by the spelling of its type alone; which of the two kinds it is, its traits decide, here.

use crate::{Error, IntoInput, Result, Tensor, Tensors};
use std::marker::PhantomData;

/// An argument without tensors: a number, a flag, a value of the user's own type. Where a model runs without one, on a batch of a
/// dataset or to learn its shapes, it is the default of its type, if that has one (`DEFAULT`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plain<T, const DEFAULT: bool>(pub T);

impl<T: Clone + 'static> Tensors for Plain<T, false> {
    type Shapes = ();
    fn shapes(&self) {}
    fn for_each<'a>(&'a self, _: &mut dyn FnMut(&'a Tensor)) {}
    fn map(self, _: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        self
    }
    fn fill(_: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        let name = std::any::type_name::<T>();
        Err(Error::value(format!(
            "nothing says which `{name}` goes into `call` here: implement `Default` for it, or call the layer yourself with \
             `forward`, in a `train_step` of your own for example"
        )))
    }
    fn failed(_: Error) -> Self {
        unreachable!("a plain argument is never a result")
    }
}

impl<T: Clone + Default + 'static> Tensors for Plain<T, true> {
    type Shapes = ();
    fn shapes(&self) {}
    fn for_each<'a>(&'a self, _: &mut dyn FnMut(&'a Tensor)) {}
    fn map(self, _: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        self
    }
    fn fill(_: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        Ok(Plain(T::default()))
    }
    fn failed(_: Error) -> Self {
        Plain(T::default())
    }
}

impl<T, const DEFAULT: bool> IntoInput<Plain<T, DEFAULT>> for Plain<T, DEFAULT> {
    fn into_input(self) -> Plain<T, DEFAULT> {
        self
    }
}

impl<T, const DEFAULT: bool> IntoInput<Plain<T, DEFAULT>> for T {
    fn into_input(self) -> Plain<T, DEFAULT> {
        Plain(self)
    }
}

impl<T: Clone, const DEFAULT: bool> IntoInput<Plain<T, DEFAULT>> for &T {
    fn into_input(self) -> Plain<T, DEFAULT> {
        Plain(self.clone())
    }
}

impl<const DEFAULT: bool> IntoInput<Plain<String, DEFAULT>> for &str {
    fn into_input(self) -> Plain<String, DEFAULT> {
        Plain(self.to_string())
    }
}

impl<T: Clone, const DEFAULT: bool> IntoInput<Plain<Vec<T>, DEFAULT>> for &[T] {
    fn into_input(self) -> Plain<Vec<T>, DEFAULT> {
        Plain(self.to_vec())
    }
}

impl<T, const N: usize, const DEFAULT: bool> IntoInput<Plain<Vec<T>, DEFAULT>> for [T; N] {
    fn into_input(self) -> Plain<Vec<T>, DEFAULT> {
        Plain(self.into())
    }
}

/// Asks for the traits of a type: its own constants where it has them, those of [`Otherwise`] where it has not.
pub struct Kind<T: ?Sized>(PhantomData<T>);

impl<T: Tensors> Kind<T> {
    /// It is a structure of tensors.
    pub const HOLDS_TENSORS: bool = true;
}

impl<T: Default> Kind<T> {
    /// It has a default.
    pub const HAS_DEFAULT: bool = true;
}

impl<T: Returned> Kind<T> {
    /// A `call` can return it.
    pub const IS_RETURNED: bool = true;
}

/// What [`Kind`] says of all other types.
pub trait Otherwise {
    /// It is no structure of tensors.
    const HOLDS_TENSORS: bool = false;
    /// It has no default.
    const HAS_DEFAULT: bool = false;
    /// No `call` can return it.
    const IS_RETURNED: bool = false;
}

impl<T: ?Sized> Otherwise for Kind<T> {}

/// Chooses how an argument goes in.
pub struct Select<const HOLDS_TENSORS: bool, const HAS_DEFAULT: bool>;

/// An argument of `call` as a part of `Layer::Input`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be an argument of `call`",
    label = "it is not `Clone`",
    note = "an argument beside tensors can be copied: write `#[derive(Clone)]` on `{T}`, and `Default` where a model is built or runs without one"
)]
pub trait Argument<T> {
    /// What it is there.
    type Input: Tensors;
    /// The argument again.
    fn take(input: Self::Input) -> T;
}

impl<T: Tensors, const HAS_DEFAULT: bool> Argument<T> for Select<true, HAS_DEFAULT> {
    type Input = T;
    fn take(input: T) -> T {
        input
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + 'static> Argument<T> for Select<false, false> {
    type Input = Plain<T, false>;
    fn take(input: Plain<T, false>) -> T {
        input.0
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Default + 'static> Argument<T> for Select<false, true> {
    type Input = Plain<T, true>;
    fn take(input: Plain<T, true>) -> T {
        input.0
    }
}

/// What a `call` may return: tensors, or a `Result` of them, whose error a failed tensor carries on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot go in or out of `call`",
    label = "not a tensor, nor a tuple, array, `Vec` or `Option` of tensors",
    note = "`call` takes and returns `Tensor`s and tuples, arrays, `Vec`s and `Option`s of them, structs of them under \
            `#[derive(Tensors)]`, and `nn::Result` of all these"
)]
pub trait Returned {
    /// The tensors.
    type Tensors: Tensors;
    /// The tensors, failed if there is an error instead of them.
    fn settle(self) -> Self::Tensors;
}

#[diagnostic::do_not_recommend]
impl<T: Tensors> Returned for T {
    type Tensors = T;
    fn settle(self) -> T {
        self
    }
}

impl<T: Tensors, E: Into<Error>> Returned for std::result::Result<T, E> {
    type Tensors = T;
    fn settle(self) -> T {
        self.unwrap_or_else(|error| T::failed(error.into()))
    }
}

/// Chooses what comes out of a layer.
pub struct Given<const IS_RETURNED: bool>;

/// What comes out of a layer whose `call` returns `T`. Where it can return no such thing, which [`must_be_returned`] says where the type
/// stands, it is a tensor, so that nothing is said of the layer elsewhere.
pub trait Outcome<T> {
    /// The tensors.
    type Tensors: Tensors;
    /// The tensors of what is returned.
    fn settle(returned: T) -> Self::Tensors;
}

impl<T: Returned> Outcome<T> for Given<true> {
    type Tensors = T::Tensors;
    fn settle(returned: T) -> T::Tensors {
        returned.settle()
    }
}

impl<T> Outcome<T> for Given<false> {
    type Tensors = Tensor;
    fn settle(_: T) -> Tensor {
        unreachable!("what cannot be returned does not compile")
    }
}

/// Does not compile for what a `call` cannot return.
pub const fn must_be_returned<T: Returned>() {}

/// The shapes of a field of a struct of tensors; none of what is no tensor, which is said where its type stands.
pub trait Shaped<T> {
    /// The shapes.
    type Shapes;
    /// Those of a field.
    fn shapes(part: &T) -> Self::Shapes;
}

impl<T: Tensors> Shaped<T> for Given<true> {
    type Shapes = T::Shapes;
    fn shapes(part: &T) -> T::Shapes {
        part.shapes()
    }
}

impl<T> Shaped<T> for Given<false> {
    type Shapes = ();
    fn shapes(_: &T) {}
}
