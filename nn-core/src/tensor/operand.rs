//! What can stand beside a tensor in an operation: tensors, parameters and plain numbers.

use super::Tensor;
use super::numbers::whole;
use crate::{DType, Param};
use std::fmt;

/// A tensor, a parameter or a number, by value or reference.
///
/// A number takes the element type of the tensor beside it; a fractional one beside integers makes `f32` of both, and a whole one that their
/// type cannot hold makes `i64` of both. One beyond `i64` beside integers is an error.
pub trait Operand {
    /// The operand as a tensor, beside one of the given element type.
    fn operand(self, beside: DType) -> Tensor;

    /// The element type that the operand brings along, `None` for a number.
    fn own_dtype(&self) -> Option<DType> {
        None
    }
}

impl Operand for Tensor {
    fn operand(self, _: DType) -> Tensor {
        self
    }

    fn own_dtype(&self) -> Option<DType> {
        Some(self.dtype())
    }
}

impl Operand for &Tensor {
    fn operand(self, _: DType) -> Tensor {
        self.clone()
    }

    fn own_dtype(&self) -> Option<DType> {
        Some(self.dtype())
    }
}

impl Operand for &Param {
    fn operand(self, _: DType) -> Tensor {
        self.value()
    }

    fn own_dtype(&self) -> Option<DType> {
        Some(self.value().dtype())
    }
}

macro_rules! fractional {
    ($($t:ty),*) => {$(
        impl Operand for $t {
            fn operand(self, beside: DType) -> Tensor {
                Tensor::full_of([], f64::from(self), beside.float())
            }
        }
    )*};
}
fractional!(f32, f64);

macro_rules! integral {
    ($($t:ty),*) => {$(
        impl Operand for $t {
            fn operand(self, beside: DType) -> Tensor {
                match beside {
                    DType::F32 | DType::F64 => Tensor::full_of([], self as f64, beside),
                    DType::I64 => wide(self),
                    DType::U8 | DType::Bool => match u8::try_from(self) {
                        Ok(byte) => Tensor::filled([], byte),
                        Err(_) => wide(self),
                    },
                }
            }
        }
    )*};
}
integral!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// A number as `i64`; one that is beyond it fails.
fn wide<T: TryInto<i64> + Copy + fmt::Display>(number: T) -> Tensor {
    whole(number).map_or_else(Tensor::failed, |number| Tensor::filled([], number))
}

impl Operand for bool {
    fn operand(self, _: DType) -> Tensor {
        Tensor::from(self)
    }

    fn own_dtype(&self) -> Option<DType> {
        Some(DType::Bool)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::where_;
    use crate::{DType, Operand, Tensor};

    #[test]
    fn a_number_beyond_the_type_beside_it_is_i64() {
        let x = Tensor::from([0_u8, 1, 255]);
        for number in [-1_i64, -5, 256, 300, i64::MIN, i64::MAX] {
            let wide = Tensor::from([number]);
            let pairs = [
                (&x + number, &x + &wide),
                (&x - number, &x - &wide),
                (&x * number, &x * &wide),
                (number - &x, &wide - &x),
                (x.equal(number), x.equal(&wide)),
                (x.greater(number), x.greater(&wide)),
                (x.less_equal(number), x.less_equal(&wide)),
                (x.minimum(number), x.minimum(&wide)),
                (x.maximum(number), x.maximum(&wide)),
                (x.floor_divide(number), x.floor_divide(&wide)),
                (x.remainder(number), x.remainder(&wide)),
                (x.cast(DType::Bool) + number, x.cast(DType::Bool) + &wide),
                (
                    where_(x.greater(0), &x, number),
                    where_(x.greater(0), &x, &wide),
                ),
            ];
            for (i, (found, expected)) in pairs.iter().enumerate() {
                assert_eq!(found.dtype(), expected.dtype(), "pair {i} of {number}");
                let [found, expected] = [found, expected].map(|t| t.cast(DType::I64));
                assert_eq!(
                    found.to_vec::<i64>().unwrap(),
                    expected.to_vec::<i64>().unwrap(),
                    "pair {i} of {number}"
                );
            }
        }
    }

    #[test]
    fn a_number_beyond_i64_fails_beside_integers() {
        for dtype in [DType::I64, DType::U8, DType::Bool] {
            let x = Tensor::zeros([2]).cast(dtype);
            for sum in [&x + u64::MAX, &x + usize::MAX, x.maximum(u64::MAX)] {
                let e = sum.into_result().unwrap_err().to_string();
                assert!(e.contains("i64, which has no 18446744073709551615"), "{e}");
            }
            assert_eq!(
                (&x + 3_u64).cast(DType::I64).to_vec::<i64>().unwrap(),
                [3, 3]
            );
        }
        let floats = Tensor::ones([1]) * u64::MAX;
        assert_eq!(floats.to_vec::<f32>().unwrap(), [u64::MAX as f32]);
    }

    #[test]
    fn a_number_that_fits_takes_the_type_beside_it() {
        for number in [0_i64, 1, 255] {
            assert_eq!(number.operand(DType::U8).dtype(), DType::U8);
            assert_eq!(number.operand(DType::Bool).dtype(), DType::U8);
        }
        assert_eq!(1_i64.operand(DType::I64).dtype(), DType::I64);
        assert_eq!(300_i64.operand(DType::F32).dtype(), DType::F32);
    }
}
