//! What a model is fed with on the whole: [`IntoTensors`].

use crate::tensor::numbers::{Lengths, Numbers, fed, written};
use crate::{Result, Tensor};

/// A tensor, or a tuple, array, slice or `Vec` of tensors, by value or reference, or a struct under `#[derive(Tensors)]`: the inputs or the
/// targets of a model, as `fit` takes them. Numbers as they are in Rust, in arrays, slices and `Vec`s, are one tensor, of the type
/// [`floatx`](crate::floatx) if they are floats, as in Keras.
///
/// ```
/// use nn::{IntoTensors, Tensor};
/// let (wide, deep) = (Tensor::ones([8, 5]), Tensor::ones([8, 6]));
/// assert_eq!((&wide, &deep).into_tensors().len(), 2);
/// assert_eq!(vec![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]].into_tensors()[0].shape(), [3, 2]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tensor, nor a tuple, array or `Vec` of tensors or of numbers",
    label = "expected tensors"
)]
pub trait IntoTensors {
    /// All of them, in order.
    fn into_tensors(self) -> Vec<Tensor>;

    /// Those of all that lists hold: as a rule one after the other, and the one tensor that the lists are where they hold numbers.
    #[doc(hidden)]
    fn of_lists(lists: Lists<Self>) -> Vec<Tensor>
    where
        Self: Sized,
    {
        let items = lists.items.into_iter();
        items.flat_map(Self::into_tensors).collect()
    }
}

/// What lists hold that are nested, with their lengths, which are an error where those of one level differ.
#[doc(hidden)]
#[derive(Debug)]
pub struct Lists<T> {
    items: Vec<T>,
    lengths: Result<Lengths>,
    level: usize,
}

impl<T> Lists<T> {
    /// Those of the one list that holds a value.
    fn one(value: T) -> Lists<T> {
        Lists {
            items: vec![value],
            lengths: Ok(Lengths::default()),
            level: 0,
        }
    }

    /// What each of them holds, which are lists themselves; `length` is the one that their type says.
    fn open<U>(
        self,
        length: Option<usize>,
        measure: impl Fn(&T) -> usize,
        open: impl FnOnce(Vec<T>) -> Vec<U>,
    ) -> Lists<U> {
        let lengths = self.lengths.and_then(|mut lengths| {
            lengths.declare(length);
            let mut found = self.items.iter().map(measure);
            found.try_for_each(|length| lengths.meet(self.level, length))?;
            Ok(lengths)
        });
        Lists {
            items: open(self.items),
            lengths,
            level: self.level + 1,
        }
    }
}

impl IntoTensors for Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl IntoTensors for &Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self.clone()]
    }
}

macro_rules! numbers {
    ($($t:ty),*) => {$(
        impl IntoTensors for $t {
            fn into_tensors(self) -> Vec<Tensor> {
                vec![fed(Tensor::from(self))]
            }

            fn of_lists(lists: Lists<$t>) -> Vec<Tensor> {
                vec![match lists.lengths {
                    Ok(lengths) => fed(written(lengths.shape(), |out| <$t>::write_all(&lists.items, out))),
                    Err(error) => Tensor::failed(error),
                }]
            }
        }
    )*};
}
numbers!(
    f32, f64, i64, u8, bool, i8, i16, i32, isize, u16, u32, u64, usize
);

impl<T: IntoTensors> IntoTensors for Vec<T> {
    fn into_tensors(self) -> Vec<Tensor> {
        Self::of_lists(Lists::one(self))
    }

    fn of_lists(lists: Lists<Vec<T>>) -> Vec<Tensor> {
        T::of_lists(lists.open(None, Vec::len, |all| all.into_iter().flatten().collect()))
    }
}

impl<T: IntoTensors, const N: usize> IntoTensors for [T; N] {
    fn into_tensors(self) -> Vec<Tensor> {
        Self::of_lists(Lists::one(self))
    }

    fn of_lists(lists: Lists<[T; N]>) -> Vec<Tensor> {
        T::of_lists(lists.open(Some(N), |_| N, Vec::into_flattened))
    }
}

macro_rules! borrowed {
    ($([$($parameters:tt)*] $t:ty, $length:expr;)*) => {$(
        impl<T: Clone + IntoTensors, $($parameters)*> IntoTensors for &$t {
            fn into_tensors(self) -> Vec<Tensor> {
                Self::of_lists(Lists::one(self))
            }

            fn of_lists(lists: Lists<&$t>) -> Vec<Tensor> {
                let measure = |list: &&$t| list.len();
                T::of_lists(lists.open($length, measure, |all| all.into_iter().flatten().cloned().collect()))
            }
        }
    )*};
}
borrowed! {
    [] Vec<T>, None;
    [] [T], None;
    [const N: usize] [T; N], Some(N);
}

macro_rules! tuple {
    ($($T:ident $i:tt),+) => {
        impl<$($T: IntoTensors),+> IntoTensors for ($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                let mut all = Vec::new();
                $(all.extend(self.$i.into_tensors());)+
                all
            }
        }
        impl<$($T: Clone + IntoTensors),+> IntoTensors for &($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                self.clone().into_tensors()
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
