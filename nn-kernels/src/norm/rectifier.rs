//! What is cut off behind a normalization.

use super::super::math::Float;
use std::hint::select_unpredictable as select;

/// The function behind a normalization that takes no pass of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rectifier {
    /// None.
    None,
    /// `max(y, 0)`.
    Relu,
    /// `min(max(y, 0), 6)`.
    Relu6,
}

/// The most that [`Rectifier::Relu6`] lets through.
pub const CEILING: f64 = 6.0;

impl Rectifier {
    /// The one of a number, which a constant parameter can be.
    pub(in super::super) const fn numbered(n: u8) -> Rectifier {
        match n {
            0 => Rectifier::None,
            1 => Rectifier::Relu,
            _ => Rectifier::Relu6,
        }
    }

    /// The function itself.
    #[inline(always)]
    pub fn of<T: Float>(self, y: T) -> T {
        match self {
            Rectifier::None => y,
            Rectifier::Relu => T::maximum(y, T::ZERO),
            Rectifier::Relu6 => T::minimum(T::maximum(y, T::ZERO), T::from_f64(CEILING)),
        }
    }

    /// Its gradient: what of dy comes through to y, with the bits of the rectifier by itself.
    #[inline(always)]
    pub(super) fn gradient<T: Float>(self, y: T, dy: T) -> T {
        match self {
            Rectifier::None => dy,
            Rectifier::Relu => select(y > T::ZERO, dy, T::ZERO),
            Rectifier::Relu6 => {
                // Both comparisons, and no branch around the second: the loop stays one of vectors.
                let open = (y > T::ZERO) & (y < T::from_f64(CEILING));
                dy * select(open, T::ONE, T::ZERO)
            }
        }
    }
}
