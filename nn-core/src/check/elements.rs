//! What kind of numbers a tensor holds.

use crate::DType;

/// What kind of numbers a tensor holds, as far as the compiler knows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Elements {
    /// Nothing is known.
    Unknown,
    /// `f32` or `f64`.
    Float,
    /// `i64` or `u8`.
    Whole,
    /// `bool`.
    Truth,
}

impl Elements {
    /// Those of an element type.
    pub const fn of(dtype: DType) -> Elements {
        match dtype {
            DType::F32 | DType::F64 => Elements::Float,
            DType::I64 | DType::U8 => Elements::Whole,
            DType::Bool => Elements::Truth,
        }
    }

    /// Whether both are known to be the same.
    pub(super) const fn is(self, other: Elements) -> bool {
        matches!(
            (self, other),
            (Elements::Float, Elements::Float)
                | (Elements::Whole, Elements::Whole)
                | (Elements::Truth, Elements::Truth)
        )
    }

    /// What is known if it is either of two.
    pub(super) const fn join(self, other: Elements) -> Elements {
        if self.is(other) {
            self
        } else {
            Elements::Unknown
        }
    }
}
