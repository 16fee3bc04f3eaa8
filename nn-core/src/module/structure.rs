//! Structures of tensors: what goes in and out of `call`.
//!
//! A tensor, or a tuple, array, `Vec`, `Option` or `BTreeMap<String, _>` of structures of tensors.

use crate::{Error, Param, Result, Shape, Tensor};
use std::collections::BTreeMap;

/// A tensor, or a tuple, array, `Vec` or `Option` of such.
///
/// ```
/// use nn::{Tensor, Tensors};
/// let pair = (Tensor::ones([2, 5]), vec![Tensor::ones([2, 8])]);
/// let shapes: Vec<_> = pair.leaves().iter().map(|t| t.shape()).collect();
/// assert_eq!(shapes, [[2, 5], [2, 8]]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot go in or out of `call`",
    label = "not a tensor, nor a tuple, array, `Vec` or `Option` of tensors",
    note = "`call` takes and returns `Tensor`s and tuples, arrays, `Vec`s and `Option`s of them, and structs of them under `#[derive(Tensors)]`"
)]
pub trait Tensors: IntoInput<Self> + Clone + 'static {
    /// The shapes of the tensors, in the same structure.
    type Shapes;

    /// The shapes, in the same structure.
    fn shapes(&self) -> Self::Shapes;

    /// Calls `visit` with every tensor, in order.
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor));

    /// The same structure with every tensor replaced.
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self;

    /// A structure filled with tensors from `next`; a `Vec` takes all that are left.
    ///
    /// # Errors
    /// When `next` runs out.
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self>;

    /// A structure that carries an error.
    fn failed(error: Error) -> Self;

    /// The names of the tensors, in order, as far as the structure gives them any: the fields of a struct, the keys of a map; an empty
    /// one for a tensor that has none.
    fn names(&self) -> Vec<String> {
        vec![String::new(); self.leaves().len()]
    }

    /// All tensors, in order.
    fn leaves(&self) -> Vec<&Tensor> {
        let mut leaves = Vec::new();
        self.for_each(&mut |t| leaves.push(t));
        leaves
    }

    /// The first error that one of the tensors carries.
    fn error(&self) -> Option<&Error> {
        let mut first = None;
        self.for_each(&mut |t| first = first.or(t.error()));
        first
    }

    /// A structure of the given tensors.
    ///
    /// # Errors
    /// When there are too few or too many.
    fn from_leaves(leaves: Vec<Tensor>) -> Result<Self> {
        let count = leaves.len();
        let mut leaves = leaves.into_iter();
        let filled = Self::fill(&mut || leaves.next())
            .map_err(|e| e.context(format!("{count} tensors given")))?;
        match leaves.len() {
            0 => Ok(filled),
            rest => Err(Error::shape(format!(
                "{count} tensors given, but `call` takes {}",
                count - rest
            ))),
        }
    }
}

impl Tensors for Tensor {
    type Shapes = Shape;
    fn shapes(&self) -> Shape {
        *self.raw_shape()
    }
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
        visit(self);
    }
    fn error(&self) -> Option<&Error> {
        Tensor::error(self)
    }
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Tensor {
        f(self)
    }
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Tensor> {
        next().ok_or_else(|| Error::shape("`call` takes more tensors than that"))
    }
    fn failed(error: Error) -> Tensor {
        Tensor::failed(error)
    }
}

impl<T: Tensors> Tensors for Vec<T> {
    type Shapes = Vec<T::Shapes>;
    fn shapes(&self) -> Self::Shapes {
        self.iter().map(T::shapes).collect()
    }
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
        self.iter().for_each(|t| t.for_each(visit));
    }
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        self.into_iter().map(|t| t.map(f)).collect()
    }
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        let mut all = Vec::new();
        while let Some(first) = next() {
            let mut first = Some(first);
            all.push(T::fill(&mut || first.take().or_else(&mut *next))?);
        }
        Ok(all)
    }
    fn failed(error: Error) -> Self {
        vec![T::failed(error)]
    }
}

impl<T: Tensors> Tensors for Option<T> {
    type Shapes = Option<T::Shapes>;
    fn shapes(&self) -> Self::Shapes {
        self.as_ref().map(T::shapes)
    }
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
        self.iter().for_each(|t| t.for_each(visit));
    }
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        Option::map(self, |t| t.map(f))
    }
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        match next() {
            None => Ok(None),
            Some(first) => {
                let mut first = Some(first);
                T::fill(&mut || first.take().or_else(&mut *next)).map(Some)
            }
        }
    }
    fn failed(error: Error) -> Self {
        Some(T::failed(error))
    }
}

/// Tensors by name. Those of a batch have none, so that they are numbered, `"0"`, `"1"` and so on.
impl<T: Tensors> Tensors for BTreeMap<String, T> {
    type Shapes = BTreeMap<String, T::Shapes>;
    fn shapes(&self) -> Self::Shapes {
        let shapes = self.iter();
        shapes.map(|(name, t)| (name.clone(), t.shapes())).collect()
    }
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
        self.values().for_each(|t| t.for_each(visit));
    }
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        let tensors = self.into_iter();
        tensors.map(|(name, t)| (name, t.map(f))).collect()
    }
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        let all = Vec::<T>::fill(next)?.into_iter().enumerate();
        Ok(all.map(|(i, t)| (i.to_string(), t)).collect())
    }
    fn failed(error: Error) -> Self {
        BTreeMap::from([("0".to_string(), T::failed(error))])
    }
    fn names(&self) -> Vec<String> {
        let parts = self.iter();
        parts
            .flat_map(|(name, part)| named(name, part.names()))
            .collect()
    }
}

/// The names of the tensors of a part that has a name, by those that they have in it: this, or `name.0`, `name.1`, `name.mean`.
pub fn named(name: &str, names: Vec<String>) -> Vec<String> {
    let is_one = names.len() == 1;
    let join = |(i, inner): (usize, String)| match inner.as_str() {
        "" if is_one => name.to_string(),
        "" => format!("{name}.{i}"),
        inner => format!("{name}.{inner}"),
    };
    names.into_iter().enumerate().map(join).collect()
}

impl<T: Tensors, const N: usize> Tensors for [T; N] {
    type Shapes = [T::Shapes; N];
    fn shapes(&self) -> Self::Shapes {
        std::array::from_fn(|i| self[i].shapes())
    }
    fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
        self.iter().for_each(|t| t.for_each(visit));
    }
    fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
        <[T; N]>::map(self, |t| t.map(f))
    }
    fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
        let all = (0..N).map(|_| T::fill(next)).collect::<Result<Vec<T>>>()?;
        Ok(all
            .try_into()
            .unwrap_or_else(|_| unreachable!("N were filled")))
    }
    fn failed(error: Error) -> Self {
        std::array::from_fn(|_| T::failed(error.clone()))
    }
}

macro_rules! tuple {
    ($($T:ident $i:tt),+) => {
        impl<$($T: Tensors),+> Tensors for ($($T,)+) {
            type Shapes = ($($T::Shapes,)+);
            fn shapes(&self) -> Self::Shapes {
                ($(self.$i.shapes(),)+)
            }
            fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Tensor)) {
                $(self.$i.for_each(visit);)+
            }
            fn map(self, f: &mut dyn FnMut(Tensor) -> Tensor) -> Self {
                ($(self.$i.map(f),)+)
            }
            fn fill(next: &mut dyn FnMut() -> Option<Tensor>) -> Result<Self> {
                Ok(($($T::fill(next)?,)+))
            }
            fn failed(error: Error) -> Self {
                ($($T::failed(error.clone()),)+)
            }
            fn names(&self) -> Vec<String> {
                let mut names = Vec::new();
                $(names.extend(self.$i.names());)+
                names
            }
        }

        // The message is about `IntoInput`, which this only helps with.
        #[diagnostic::do_not_recommend]
        impl<$($T, )+ To> IntoInput<To> for ($($T,)+)
        where
            ($($T,)+): IntoTuple<To>,
        {
            fn into_input(self) -> To {
                self.into_tuple()
            }
        }
    };
}

/// What a layer can be called with, beside the very type its `call` takes: references, and tuples, arrays and `Vec`s of them; tuples also where
/// `call` takes a `Vec`.
#[diagnostic::on_unimplemented(
    message = "this layer's `call` takes `{T}`, found `{Self}`",
    label = "expected `{T}`",
    note = "a layer or model takes all its inputs as one argument, several as a tuple: `model.forward((a, b))`, `model.predict((a, b))`; what attention takes beside them goes by `attention.call_with((&query, &value), AttentionArguments::new())`"
)]
pub trait IntoInput<T> {
    /// The input as `call` takes it.
    fn into_input(self) -> T;
}

/// Tuples, element by element, into tuples and `Vec`s.
#[doc(hidden)]
pub trait IntoTuple<T> {
    fn into_tuple(self) -> T;
}

macro_rules! into_tuple {
    ($($A:ident $B:ident $i:tt),+) => {
        // A layer of any number of tensors.
        impl<$($A: IntoInput<T>,)+ T> IntoTuple<Vec<T>> for ($($A,)+) {
            fn into_tuple(self) -> Vec<T> {
                vec![$(self.$i.into_input()),+]
            }
        }

        impl<$($A, $B),+> IntoTuple<($($B,)+)> for ($($A,)+)
        where
            $($A: IntoInput<$B>),+
        {
            fn into_tuple(self) -> ($($B,)+) {
                ($(self.$i.into_input(),)+)
            }
        }

        impl<$($A: Clone, $B),+> IntoInput<($($B,)+)> for &($($A,)+)
        where
            $($A: IntoInput<$B>),+
        {
            fn into_input(self) -> ($($B,)+) {
                ($(self.$i.clone().into_input(),)+)
            }
        }
    };
}

tuple!(T0 0);
tuple!(T0 0, T1 1);
tuple!(T0 0, T1 1, T2 2);
tuple!(T0 0, T1 1, T2 2, T3 3);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9, T10 10);
tuple!(T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7, T8 8, T9 9, T10 10, T11 11);
into_tuple!(A0 B0 0);
into_tuple!(A0 B0 0, A1 B1 1);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9, A10 B10 10);
into_tuple!(A0 B0 0, A1 B1 1, A2 B2 2, A3 B3 3, A4 B4 4, A5 B5 5, A6 B6 6, A7 B7 7, A8 B8 8, A9 B9 9, A10 B10 10, A11 B11 11);

impl IntoInput<Tensor> for Tensor {
    fn into_input(self) -> Tensor {
        self
    }
}

impl IntoInput<Tensor> for &Tensor {
    fn into_input(self) -> Tensor {
        self.clone()
    }
}

impl IntoInput<Tensor> for &Param {
    fn into_input(self) -> Tensor {
        self.value()
    }
}

impl<A: IntoInput<T>, T> IntoInput<Vec<T>> for Vec<A> {
    fn into_input(self) -> Vec<T> {
        self.into_iter().map(A::into_input).collect()
    }
}

impl<A: IntoInput<T> + Clone, T> IntoInput<Vec<T>> for &Vec<A> {
    fn into_input(self) -> Vec<T> {
        self.iter().map(|a| a.clone().into_input()).collect()
    }
}

impl<A: IntoInput<T> + Clone, T> IntoInput<Vec<T>> for &[A] {
    fn into_input(self) -> Vec<T> {
        self.iter().map(|a| a.clone().into_input()).collect()
    }
}

impl<A: IntoInput<T>, T, const N: usize> IntoInput<Vec<T>> for [A; N] {
    fn into_input(self) -> Vec<T> {
        self.into_iter().map(A::into_input).collect()
    }
}

impl<A: IntoInput<T> + Clone, T, const N: usize> IntoInput<Vec<T>> for &[A; N] {
    fn into_input(self) -> Vec<T> {
        self.as_slice().into_input()
    }
}

impl<A: IntoInput<T>, T, const N: usize> IntoInput<[T; N]> for [A; N] {
    fn into_input(self) -> [T; N] {
        self.map(A::into_input)
    }
}

impl<A: IntoInput<T> + Clone, T, const N: usize> IntoInput<[T; N]> for &[A; N] {
    fn into_input(self) -> [T; N] {
        self.clone().map(A::into_input)
    }
}

impl<A: IntoInput<T>, T> IntoInput<Option<T>> for Option<A> {
    fn into_input(self) -> Option<T> {
        self.map(A::into_input)
    }
}

impl<K: Into<String>, A: IntoInput<T>, T> IntoInput<BTreeMap<String, T>> for BTreeMap<K, A> {
    fn into_input(self) -> BTreeMap<String, T> {
        let tensors = self.into_iter();
        tensors
            .map(|(name, a)| (name.into(), a.into_input()))
            .collect()
    }
}

impl<K: Clone + Into<String>, A: IntoInput<T> + Clone, T> IntoInput<BTreeMap<String, T>>
    for &BTreeMap<K, A>
{
    fn into_input(self) -> BTreeMap<String, T> {
        self.clone().into_input()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_come_apart_and_together() {
        type S = (Tensor, [Tensor; 2], Option<Tensor>);
        let t = |n: usize| Tensor::zeros([n]);
        let s: S = (t(1), [t(2), t(3)], Some(t(4)));
        let lens: Vec<usize> = s.leaves().iter().map(|t| t.num_elements()).collect();
        assert_eq!(lens, [1, 2, 3, 4]);
        let back = S::from_leaves(s.leaves().into_iter().cloned().collect()).unwrap();
        assert_eq!(back.1[1].num_elements(), 3);
        assert!(S::from_leaves(vec![t(1)]).is_err());
        let error = <(Tensor, Tensor)>::from_leaves(vec![t(1), t(2), t(3)]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("3 tensors given, but `call` takes 2"),
            "{error}"
        );
        assert_eq!(
            Vec::<Tensor>::from_leaves(vec![t(1), t(2)]).unwrap().len(),
            2
        );
    }
}
