//! What can stand beside a tensor in an operation: tensors, parameters and plain numbers.

use super::Tensor;
use crate::{DType, Param};

/// A tensor, a parameter or a number, by value or reference.
///
/// A number takes the element type of the tensor beside it; a fractional one beside integers makes `f32` of both.
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
                    DType::I64 | DType::U8 | DType::Bool => {
                        Tensor::full([], self as i64).cast(beside.promote(DType::U8))
                    }
                }
            }
        }
    )*};
}
integral!(i8, i16, i32, i64, isize, u8, u16, u32, usize);

impl Operand for bool {
    fn operand(self, _: DType) -> Tensor {
        Tensor::from(self)
    }

    fn own_dtype(&self) -> Option<DType> {
        Some(DType::Bool)
    }
}
