//! Which part of an axis is meant: [`Slice`].

use crate::{ANYTHING, Error, Result, Shape, is_known};
use nn_kernels::elementwise::AxisSlice;
use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A part of an axis: a range, whose ends count from the end of the axis if negative, and a step.
///
/// Every form of range of `usize`, `isize`, `i32` and `i64` converts into it.
///
/// ```
/// use nn_core::{Tensor, ops::Slice};
/// let x = Tensor::arange(5);
/// assert_eq!(x.slice(Slice::from(..).step(-2)).to_vec::<i64>()?, [4, 2, 0]);
/// assert_eq!(x.slice(-3..=-2).to_vec::<i64>()?, [2, 3]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
}

impl Slice {
    /// The whole axis.
    pub const ALL: Slice = Slice {
        start: None,
        stop: None,
        step: 1,
    };

    pub(crate) const fn new(start: Option<isize>, stop: Option<isize>) -> Slice {
        Slice {
            start,
            stop,
            step: 1,
        }
    }

    /// Every `step`-th element of the range, backwards from its last one if `step` is negative.
    #[must_use]
    pub const fn step(mut self, step: isize) -> Slice {
        self.step = step;
        self
    }

    /// How many elements the range holds on an axis whose size is not known, as far as the ends alone tell.
    fn unknown_size(&self) -> Option<isize> {
        match (self.start.unwrap_or(0), self.stop) {
            (start, Some(stop)) if (start < 0) == (stop < 0) => Some(stop - start),
            (start, None) if start < 0 => Some(start.saturating_neg()),
            _ => None,
        }
    }

    /// The elements meant on axis `axis` of a tensor. `exact` tells whether dimensions that look unknown really are.
    pub(super) fn resolve(&self, shape: &Shape, axis: usize, exact: bool) -> Result<AxisSlice> {
        let n = shape[axis];
        if self.step == 0 {
            return Err(Error::value(format!(
                "a slice of axis {axis} with step 0 never advances; steps are positive or negative"
            )));
        }
        let derived = |end: Option<isize>| end.is_some_and(|e| !is_known(e.unsigned_abs()));
        let unknown = !exact && (derived(self.start) || derived(self.stop));
        let (first, size) = if unknown {
            return Ok(self.unsized_part(ANYTHING));
        } else if !is_known(n) {
            match self.unknown_size() {
                None if self.start.is_none() && self.stop.is_none() => {
                    return Ok(self.unsized_part(n));
                }
                None => return Ok(self.unsized_part(ANYTHING)),
                Some(size) if size < 0 => return Err(self.backwards(shape, axis)),
                Some(size) => return Ok(self.unsized_part(size as usize)),
            }
        } else {
            let n = n as isize;
            let from_end = |end: isize| if end < 0 { end.saturating_add(n) } else { end };
            let start = self.start.map_or(0, from_end);
            let stop = self.stop.map_or(n, from_end);
            if start < 0 || start > n || stop < 0 || stop > n {
                return Err(Error::value(format!(
                    "range {self} is out of range for axis {axis} of size {n} (shape {shape}); slices are not clamped"
                )));
            }
            if start > stop {
                return Err(self.backwards(shape, axis));
            }
            (
                if self.step > 0 { start } else { stop - 1 },
                (stop - start) as usize,
            )
        };
        let length = size.div_ceil(self.step.unsigned_abs());
        Ok(AxisSlice {
            start: first.max(0) as usize,
            step: self.step,
            length,
        })
    }

    /// What a part of `size` elements is while nothing but its length matters.
    fn unsized_part(&self, size: usize) -> AxisSlice {
        let length = match is_known(size) {
            true => size.div_ceil(self.step.unsigned_abs()),
            false if self.step.abs() == 1 => size,
            false => ANYTHING,
        };
        AxisSlice {
            start: 0,
            step: self.step,
            length,
        }
    }

    fn backwards(&self, shape: &Shape, axis: usize) -> Error {
        Error::value(format!(
            "range {self} of axis {axis} (shape {shape}) ends before it starts; for the reverse order use a negative step"
        ))
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |end: Option<isize>| end.map_or(String::new(), |e| e.to_string());
        write!(f, "{}..{}", end(self.start), end(self.stop))?;
        match self.step {
            1 => Ok(()),
            step => write!(f, " step {step}"),
        }
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Slice {
        Slice::ALL
    }
}

/// The end that lies one behind an included one; behind -1 is the end of the axis.
fn behind(last: isize) -> Option<isize> {
    (last != -1).then(|| last.saturating_add(1))
}

macro_rules! ranges_of {
    ($($int:ty),*) => {$(
        impl From<Range<$int>> for Slice {
            fn from(range: Range<$int>) -> Slice {
                Slice::new(Some(end(range.start)), Some(end(range.end)))
            }
        }
        impl From<RangeFrom<$int>> for Slice {
            fn from(range: RangeFrom<$int>) -> Slice {
                Slice::new(Some(end(range.start)), None)
            }
        }
        impl From<RangeTo<$int>> for Slice {
            fn from(range: RangeTo<$int>) -> Slice {
                Slice::new(None, Some(end(range.end)))
            }
        }
        impl From<RangeInclusive<$int>> for Slice {
            fn from(range: RangeInclusive<$int>) -> Slice {
                Slice::new(Some(end(*range.start())), behind(end(*range.end())))
            }
        }
        impl From<RangeToInclusive<$int>> for Slice {
            fn from(range: RangeToInclusive<$int>) -> Slice {
                Slice::new(None, behind(end(range.end)))
            }
        }
    )*};
}
ranges_of!(i32, i64, isize, usize);

/// An end as `isize`; one beyond its range is beyond any axis, too.
fn end(value: impl TryInto<isize>) -> isize {
    value.try_into().unwrap_or(isize::MAX)
}
