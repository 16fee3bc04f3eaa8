//! Element types of tensors.

use std::fmt;
use std::str::FromStr;

/// The type of a tensor's elements.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// 32-bit float, the default of every layer.
    #[serde(alias = "float32")]
    F32,
    /// 64-bit float.
    #[serde(alias = "float64")]
    F64,
    /// 64-bit signed integer: labels, indices.
    #[serde(alias = "int64")]
    I64,
    /// 8-bit unsigned integer: image bytes.
    #[serde(alias = "uint8")]
    U8,
    /// Truth value, one byte.
    Bool,
}

impl DType {
    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::F32 => 4,
            DType::F64 | DType::I64 => 8,
            DType::U8 | DType::Bool => 1,
        }
    }

    /// Whether gradients can flow through tensors of this type.
    pub const fn is_float(self) -> bool {
        match self {
            DType::F32 | DType::F64 => true,
            DType::I64 | DType::U8 | DType::Bool => false,
        }
    }

    /// The type in which an operation that takes floats computes with these numbers: a float's own, else `f32`.
    pub const fn float(self) -> DType {
        match self {
            DType::F32 | DType::F64 => self,
            DType::I64 | DType::U8 | DType::Bool => DType::F32,
        }
    }

    /// The type that a binary operation of tensors of these types computes in:
    /// `Bool < U8 < I64 < F32 < F64`. Integers with `F32` give `F32`, as in Keras.
    pub const fn promote(self, other: DType) -> DType {
        const fn order(d: DType) -> u8 {
            match d {
                DType::Bool => 0,
                DType::U8 => 1,
                DType::I64 => 2,
                DType::F32 => 3,
                DType::F64 => 4,
            }
        }
        if order(self) >= order(other) {
            self
        } else {
            other
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::Bool => "bool",
        })
    }
}

impl FromStr for DType {
    type Err = ParseDTypeError;

    /// Reads what `Display` writes, and Keras's names: `float32`, `float64`, `int64`, `uint8`, `bool`.
    fn from_str(text: &str) -> Result<DType, ParseDTypeError> {
        Ok(match text {
            "f32" | "float32" => DType::F32,
            "f64" | "float64" => DType::F64,
            "i64" | "int64" => DType::I64,
            "u8" | "uint8" => DType::U8,
            "bool" => DType::Bool,
            _ => return Err(ParseDTypeError(text.to_string())),
        })
    }
}

/// A text that names none of the types that tensors can hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseDTypeError(String);

impl fmt::Display for ParseDTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseDTypeError(text) = self;
        write!(
            f,
            "`{text}` is no DType: expected `float32`, `float64`, `int64`, `uint8` or `bool`, or `f32`, `f64`, `i64`, `u8`"
        )
    }
}

impl std::error::Error for ParseDTypeError {}

/// A Rust type that tensors can hold: `f32`, `f64`, `i64`, `u8`, `bool`.
pub trait Element:
    Copy + Send + Sync + Default + PartialEq + PartialOrd + fmt::Debug + 'static + sealed::Sealed
{
    /// The matching [`DType`].
    const DTYPE: DType;
    /// Converts as Rust's `as` does; non-zero is `true`.
    fn from_f64(value: f64) -> Self;
    /// Converts as Rust's `as` does; `true` is 1.
    fn to_f64(self) -> f64;
    /// Converts without going through floating point, so that 64-bit integers stay exact.
    fn to_i64(self) -> i64;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($t:ty => $d:ident),*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const DTYPE: DType = DType::$d;
            #[inline(always)]
            fn from_f64(value: f64) -> Self { value as $t }
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
            #[inline(always)]
            fn to_i64(self) -> i64 { self as i64 }
        }
    )*};
}
element!(f32 => F32, f64 => F64, i64 => I64, u8 => U8);

impl sealed::Sealed for bool {}
impl Element for bool {
    const DTYPE: DType = DType::Bool;
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value != 0.0
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as u8 as f64
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        self as i64
    }
}

/// Runs a block with `$T` bound to the Rust type of a [`DType`].
#[macro_export]
#[doc(hidden)]
macro_rules! with_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::Bool => {
                type $T = bool;
                $body
            }
        }
    };
}

/// Runs a block with `$T` bound to `f32` or `f64`. The caller has checked that the type is a float; one that is not is refused where the
/// block reads its elements as `f32`.
#[macro_export]
#[doc(hidden)]
macro_rules! with_float {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::F32 | $crate::DType::I64 | $crate::DType::U8 | $crate::DType::Bool => {
                type $T = f32;
                $body
            }
        }
    };
}

/// Runs a block with `$T` bound to `f32`, `f64` or `i64`, the types of arithmetic. The caller has checked that the type is one of them; one
/// that is not is refused where the block reads its elements as `i64`.
#[macro_export]
#[doc(hidden)]
macro_rules! with_number {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::I64 | $crate::DType::U8 | $crate::DType::Bool => {
                type $T = i64;
                $body
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::DType;

    #[test]
    fn types_are_text() {
        use DType::*;
        let names = ["float32", "float64", "int64", "uint8", "bool"];
        for (dtype, name) in [F32, F64, I64, U8, Bool].into_iter().zip(names) {
            assert_eq!(name.parse(), Ok(dtype));
            assert_eq!(dtype.to_string().parse(), Ok(dtype));
        }
        let e = "float23".parse::<DType>().unwrap_err().to_string();
        assert!(
            e.contains("`float23` is no DType: expected `float32`"),
            "{e}"
        );
    }
}
