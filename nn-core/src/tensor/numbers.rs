//! What tensors are made of in Rust: numbers, and lists of them, nested as deep as a tensor has axes.

use super::Tensor;
use crate::{Element, Error, IntoInput, Result, Shape, floatx};

/// A number or a truth value, or an array, a slice or a `Vec` of numbers, of arrays of numbers and so on, by value or reference: what
/// [`Tensor::from`] makes a tensor of.
///
/// Floats keep their type, `f32` or `f64`, as do `i64`, `u8` and `bool`; whole numbers of other types become `i64`, and one that is beyond
/// it gives a failed tensor. So do lists of one depth that differ in length.
///
/// ```
/// # use nn::Tensor;
/// let rows = vec![[1, 2, 3], [4, 5, 6]];
/// assert_eq!(Tensor::from(&rows).shape(), [2, 3]);
/// let ragged = Tensor::from([vec![1.0_f32, 2.0], vec![3.0]]);
/// assert!(ragged.into_result().unwrap_err().to_string().contains("found 2 values in row 0 and 1 in row 1"));
/// # Ok::<(), nn::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number that a tensor can hold, nor a list of such numbers",
    label = "expected numbers, or arrays, slices or `Vec`s of numbers"
)]
pub trait Numbers {
    /// What a tensor of them holds.
    type Element: Element;
    /// How deep they are nested: 0 for a number.
    #[doc(hidden)]
    const DEPTH: usize;
    /// The lengths that the types say, one a level.
    #[doc(hidden)]
    fn declare(lengths: &mut Lengths);
    /// The lengths that are found, from the given level on.
    #[doc(hidden)]
    fn measure(&self, lengths: &mut Lengths, level: usize) -> Result<()>;
    /// All numbers in order. The lengths have been measured.
    #[doc(hidden)]
    fn write(&self, out: &mut [Self::Element]) -> Result<()>;
    /// As [`Numbers::write`], of several of one size.
    #[doc(hidden)]
    fn write_all(all: &[Self], out: &mut [Self::Element]) -> Result<()>
    where
        Self: Sized,
    {
        match out.len() / all.len().max(1) {
            0 => Ok(()),
            size => {
                let mut parts = all.iter().zip(out.chunks_exact_mut(size));
                parts.try_for_each(|(one, part)| one.write(part))
            }
        }
    }
}

/// How long lists are, level by level; at each level all are of one length.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Lengths {
    levels: Vec<Option<usize>>,
    /// How many lists have been measured at each level.
    measured: Vec<usize>,
}

impl Lengths {
    pub(crate) fn declare(&mut self, length: Option<usize>) {
        self.levels.push(length);
        self.measured.push(0);
    }

    /// A list of this length at a level.
    pub(crate) fn meet(&mut self, level: usize, length: usize) -> Result<()> {
        let place = self.measured[level];
        self.measured[level] += 1;
        let first = *self.levels[level].get_or_insert(length);
        if length == first {
            return Ok(());
        }
        // Lists above are of known lengths, or there would be none here.
        let above = self.levels[..level]
            .iter()
            .map(|length| length.unwrap_or(0));
        let count: usize = above.clone().product();
        let mut rest = place;
        let mut at: Vec<usize> = Vec::new();
        for length in above.rev() {
            at.insert(0, rest % length.max(1));
            rest /= length.max(1);
        }
        let name = |at: &[usize]| match at {
            [i] => format!("row {i}"),
            at => format!("row {at:?}"),
        };
        let of = match level + 1 == self.levels.len() {
            true => "values",
            false => "rows",
        };
        Err(Error::shape(format!(
            "expected {count} rows of one length, found {first} {of} in {} and {length} in {}; pad them first",
            name(&vec![0; level]),
            name(&at)
        )))
    }

    pub(crate) fn shape(&self) -> Shape {
        let dims = self.levels.iter().map(|length| length.unwrap_or(0));
        Shape::from(dims.collect::<Vec<_>>())
    }
}

macro_rules! numbers {
    ($($t:ty => $Element:ty, $write_all:expr;)*) => {$(
        impl Numbers for $t {
            type Element = $Element;
            const DEPTH: usize = 0;

            fn declare(_: &mut Lengths) {}

            fn measure(&self, _: &mut Lengths, _: usize) -> Result<()> {
                Ok(())
            }

            fn write(&self, out: &mut [$Element]) -> Result<()> {
                <$t>::write_all(&[*self], out)
            }

            fn write_all(all: &[$t], out: &mut [$Element]) -> Result<()> {
                $write_all(all, out)
            }
        }
    )*};
    (same $($t:ty),*) => {
        numbers! { $($t => $t, |all, out: &mut [$t]| {
            out.copy_from_slice(all);
            Ok(())
        };)* }
    };
    (whole $($t:ty),*) => {
        numbers! { $($t => i64, |all: &[$t], out: &mut [i64]| {
            out.iter_mut().zip(all).try_for_each(|(o, &number)| Ok(*o = whole(number)?))
        };)* }
    };
}
numbers!(same f32, f64, i64, u8, bool);
numbers!(whole i8, i16, i32, isize, u16, u32, u64, usize);

/// A whole number as tensors hold it.
pub(super) fn whole<T: TryInto<i64> + Copy + std::fmt::Display>(number: T) -> Result<i64> {
    number.try_into().map_err(|_| {
        Error::value(format!(
            "whole numbers in tensors are i64, which has no {number}"
        ))
    })
}

impl<T: Numbers> Numbers for [T] {
    type Element = T::Element;
    const DEPTH: usize = T::DEPTH + 1;

    fn declare(lengths: &mut Lengths) {
        lengths.declare(None);
        T::declare(lengths);
    }

    fn measure(&self, lengths: &mut Lengths, level: usize) -> Result<()> {
        lengths.meet(level, self.len())?;
        match T::DEPTH {
            0 => Ok(()),
            _ => self
                .iter()
                .try_for_each(|one| one.measure(lengths, level + 1)),
        }
    }

    fn write(&self, out: &mut [T::Element]) -> Result<()> {
        T::write_all(self, out)
    }
}

impl<T: Numbers> Numbers for Vec<T> {
    type Element = T::Element;
    const DEPTH: usize = T::DEPTH + 1;

    fn declare(lengths: &mut Lengths) {
        <[T]>::declare(lengths);
    }

    fn measure(&self, lengths: &mut Lengths, level: usize) -> Result<()> {
        self.as_slice().measure(lengths, level)
    }

    fn write(&self, out: &mut [T::Element]) -> Result<()> {
        T::write_all(self, out)
    }
}

impl<T: Numbers, const N: usize> Numbers for [T; N] {
    type Element = T::Element;
    const DEPTH: usize = T::DEPTH + 1;

    fn declare(lengths: &mut Lengths) {
        lengths.declare(Some(N));
        T::declare(lengths);
    }

    fn measure(&self, lengths: &mut Lengths, level: usize) -> Result<()> {
        self.as_slice().measure(lengths, level)
    }

    fn write(&self, out: &mut [T::Element]) -> Result<()> {
        T::write_all(self, out)
    }

    fn write_all(all: &[[T; N]], out: &mut [T::Element]) -> Result<()> {
        T::write_all(all.as_flattened(), out)
    }
}

impl<T: Numbers + ?Sized> Numbers for &T {
    type Element = T::Element;
    const DEPTH: usize = T::DEPTH;

    fn declare(lengths: &mut Lengths) {
        T::declare(lengths);
    }

    fn measure(&self, lengths: &mut Lengths, level: usize) -> Result<()> {
        T::measure(self, lengths, level)
    }

    fn write(&self, out: &mut [T::Element]) -> Result<()> {
        T::write(self, out)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Numbers> From<T> for Tensor {
    fn from(numbers: T) -> Tensor {
        let mut lengths = Lengths::default();
        T::declare(&mut lengths);
        match numbers.measure(&mut lengths, 0) {
            Ok(()) => written(lengths.shape(), |out| numbers.write(out)),
            Err(error) => Tensor::failed(error),
        }
    }
}

impl<T: Numbers> FromIterator<T> for Tensor {
    /// A tensor of one axis, or of more where the items are lists.
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Tensor {
        Tensor::from(items.into_iter().collect::<Vec<T>>())
    }
}

/// A tensor whose elements `write` writes, or refuses.
pub(crate) fn written<T: Element>(
    shape: Shape,
    write: impl FnOnce(&mut [T]) -> Result<()>,
) -> Tensor {
    let mut result = Ok(());
    let tensor = Tensor::build(shape, |out| result = write(out));
    match result {
        Ok(()) => tensor,
        Err(error) => Tensor::failed(error),
    }
}

/// Numbers as a model takes them: floats as [`floatx`], whatever type they are written in, as Keras does with arrays. So a literal fits, and
/// data in `f64` too.
pub(crate) fn fed(numbers: Tensor) -> Tensor {
    match numbers.dtype().is_float() {
        true => numbers.cast(floatx()),
        false => numbers,
    }
}

/// Numbers as they are written go into layers too: `model.predict([[1.0, 2.0]])`.
macro_rules! inputs {
    ($([$($parameters:tt)*] $t:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($parameters)*> IntoInput<Tensor> for $t {
            fn into_input(self) -> Tensor {
                fed(Tensor::from(self))
            }
        }
    )*};
}
inputs! {
    [T: Numbers] Vec<T>;
    [T: Numbers, const N: usize] [T; N];
    [T: Numbers + ?Sized] &T;
}

#[cfg(test)]
mod tests {
    use crate::{DType, IntoInput, IntoTensors, Tensor};

    /// Every nesting of a type to depth 4, each of ones, and the shape and type that it is to have.
    macro_rules! nestings {
        ($($t:ty: $one:expr => $dtype:ident;)*) => {$({
            let one: $t = $one;
            let (a, v) = ([one; 2], vec![one; 2]);
            let found: Vec<(Tensor, &[usize])> = vec![
                (one.into(), &[]),
                (a.into(), &[2]),
                (v.clone().into(), &[2]),
                ((&a).into(), &[2]),
                ((&v).into(), &[2]),
                (v[..].into(), &[2]),
                ([a; 3].into(), &[3, 2]),
                ([[a; 3]; 4].into(), &[4, 3, 2]),
                ([[[a; 3]; 4]; 5].into(), &[5, 4, 3, 2]),
                (vec![a; 3].into(), &[3, 2]),
                (vec![[a; 3]; 4].into(), &[4, 3, 2]),
                (vec![[[a; 3]; 4]; 5].into(), &[5, 4, 3, 2]),
                (vec![v.clone(); 3].into(), &[3, 2]),
                (vec![vec![a; 3]; 4].into(), &[4, 3, 2]),
                (vec![vec![v.clone(); 3]; 4].into(), &[4, 3, 2]),
                (vec![vec![vec![v.clone(); 3]; 4]; 5].into(), &[5, 4, 3, 2]),
                (std::array::from_fn::<_, 3, _>(|_| v.clone()).into(), &[3, 2]),
                ([vec![a; 3], vec![a; 3]].into(), &[2, 3, 2]),
                ((&[v.clone(), v.clone()]).into(), &[2, 2]),
                ((&[v.clone(), v.clone()][..]).into(), &[2, 2]),
                ((&vec![vec![v.clone(); 3]; 4]).into(), &[4, 3, 2]),
                ((&[[a; 3]; 4]).into(), &[4, 3, 2]),
                ([&v[..], &v[..], &v[..]].into(), &[3, 2]),
                (vec![&a; 3].into(), &[3, 2]),
                ([a; 3].into_iter().collect(), &[3, 2]),
                ([one; 7].into_iter().collect(), &[7]),
                (Vec::<$t>::new().into(), &[0]),
                (Vec::<[$t; 3]>::new().into(), &[0, 3]),
                (vec![Vec::<$t>::new(); 2].into(), &[2, 0]),
            ];
            for (tensor, shape) in found {
                let (dtype, ones) = (tensor.dtype(), tensor.cast(DType::F64).to_vec::<f64>().unwrap());
                assert_eq!((&tensor.shape()[..], dtype), (shape, DType::$dtype), "{}", stringify!($t));
                assert!(ones.iter().all(|&number| number == 1.0));
            }
        })*};
    }

    #[test]
    fn of_every_type_nested_in_every_way() {
        nestings! {
            f32: 1.0 => F32; f64: 1.0 => F64; i64: 1 => I64; u8: 1 => U8; bool: true => Bool;
            i8: 1 => I64; i16: 1 => I64; i32: 1 => I64; isize: 1 => I64;
            u16: 1 => I64; u32: 1 => I64; u64: 1 => I64; usize: 1 => I64;
        }
        let rows = Tensor::from([vec![[1_u16, 2]], vec![[3, 4]]]);
        assert_eq!(rows.to_vec::<i64>().unwrap(), [1, 2, 3, 4]);
    }

    #[test]
    fn ragged_lists_and_numbers_beyond_i64_fail() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let e = message(vec![vec![1.0_f32, 2.0], vec![3.0]].into());
        let expected = "expected 2 rows of one length, found 2 values in row 0 and 1 in row 1";
        assert!(e.contains(expected), "{e}");
        let e = message([vec![vec![1_i32], vec![2]], vec![vec![3], vec![4, 5]]].into());
        let expected =
            "expected 4 rows of one length, found 1 values in row [0, 0] and 2 in row [1, 1]";
        assert!(e.contains(expected), "{e}");
        let e = message([vec![[1_u8]], vec![]].into());
        assert!(e.contains("found 1 rows in row 0 and 0 in row 1"), "{e}");
        let e = message([[1_u64, u64::MAX]].into());
        assert!(e.contains("i64, which has no 18446744073709551615"), "{e}");
        let fed = vec![vec![1.0, 2.0], vec![3.0]].into_tensors();
        assert!(message(fed[0].clone()).contains("found 2 values in row 0 and 1 in row 1"));
        assert_eq!(
            message([usize::MAX].into_tensors().remove(0)),
            message([usize::MAX].into())
        );
    }

    #[test]
    fn models_take_lists_of_numbers_as_one_tensor_and_of_tensors_as_several() {
        let spec = |tensors: Vec<Tensor>| -> Vec<String> {
            let one = |t: &Tensor| format!("{} {}", t.shape(), t.dtype());
            tensors.iter().map(one).collect()
        };
        assert_eq!(spec([[1.0, 2.0]; 3].into_tensors()), ["[3, 2] f32"]);
        assert_eq!(spec(vec![vec![1_i32]; 3].into_tensors()), ["[3, 1] i64"]);
        let rows = vec![vec![[1.0_f64; 2]; 3]; 4];
        assert_eq!(spec((&rows).into_tensors()), ["[4, 3, 2] f32"]);
        assert_eq!(spec(rows[1..].into_tensors()), ["[3, 3, 2] f32"]);
        assert_eq!(spec([&rows[0][..]; 2].into_tensors()), ["[2, 3, 2] f32"]);
        assert_eq!(spec((&[[1_u8; 2]; 3]).into_tensors()), ["[3, 2] u8"]);
        let pair = (vec![[1.0, 2.0]; 3], Tensor::zeros([3, 1]));
        assert_eq!(spec(pair.into_tensors()), ["[3, 2] f32", "[3, 1] f32"]);
        let tensors = vec![Tensor::zeros([2]), Tensor::zeros([3])];
        assert_eq!(spec((&tensors).into_tensors()), ["[2] f32", "[3] f32"]);
        assert_eq!(spec([tensors].into_tensors()), ["[2] f32", "[3] f32"]);
        let input: Tensor = (&rows).into_input();
        assert_eq!(spec(vec![input]), ["[4, 3, 2] f32"]);
        let input: Tensor = [[0.5, 1.0]].into_input();
        assert_eq!(spec(vec![input]), ["[1, 2] f32"]);
    }

    #[cfg(feature = "ndarray")]
    #[test]
    fn arrays_of_any_layout_and_type() {
        use ndarray::{Array2, Array3, Axis, CowArray};
        let array = Array2::from_shape_fn((2, 3), |(i, j)| (3 * i + j) as i32);
        let numbers = |t: Tensor| t.cast(DType::I64).to_vec::<i64>().unwrap();
        for t in [
            Tensor::from(&array),
            Tensor::from(array.view()),
            Tensor::from(array.to_shared()),
            Tensor::from(CowArray::from(&array)),
            Tensor::from(array.mapv(|v| v as u16)),
            Tensor::from(array.mapv(|v| v as usize)),
            Tensor::from(array.mapv(|v| v as f64).into_dyn()),
        ] {
            assert_eq!(
                (t.shape()[..].to_vec(), numbers(t)),
                (vec![2, 3], vec![0, 1, 2, 3, 4, 5])
            );
        }
        assert_eq!(numbers(Tensor::from(array.t())), [0, 3, 1, 4, 2, 5]);
        let mut backwards = array.view();
        backwards.invert_axis(Axis(1));
        assert_eq!(numbers(Tensor::from(backwards)), [2, 1, 0, 5, 4, 3]);
        assert_eq!(
            Tensor::from(Array3::<bool>::default((0, 2, 1))).shape(),
            [0, 2, 1]
        );
        let fed = (&array.mapv(f64::from)).into_tensors();
        assert_eq!(
            (fed[0].shape(), fed[0].dtype()),
            ([2, 3].into(), DType::F32)
        );
        let input: Tensor = array.into_input();
        assert_eq!((input.shape(), input.dtype()), ([2, 3].into(), DType::I64));
    }
}
