//! Which part of an axis is meant: [`Slice`].

use crate::graph::op::Binding;
use crate::{ANYTHING, Error, Result, Shape, ShapeError, is_known};
use nn_kernels::elementwise::AxisSlice;
use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A part of an axis: a range, whose ends count from the end of the axis if negative, and a step.
///
/// Every form of range of `usize`, `isize`, `i32` and `i64` converts into it.
///
/// ```
/// use nn::{Tensor, ops::Slice};
/// let x = Tensor::arange(5);
/// assert_eq!(x.slice(Slice::from(..).step(-2)).to_vec::<i64>()?, [4, 2, 0]);
/// assert_eq!(x.slice(-3..=-2).to_vec::<i64>()?, [2, 3]);
/// # Ok::<(), nn::Error>(())
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

    /// The first element, counted from the end if negative; the first of all without one.
    pub(super) const fn start(&self) -> Option<isize> {
        self.start
    }

    /// The end, counted from the end of the axis if negative; that of the axis without one.
    pub(super) const fn stop(&self) -> Option<isize> {
        self.stop
    }

    /// Elements from one to the next.
    pub(super) const fn step_size(&self) -> isize {
        self.step
    }

    /// With ends that follow from an open batch given; `None` where they do not.
    pub(super) fn bound(&self, binding: &Binding<'_>) -> Option<Slice> {
        let end = |end: isize| {
            let size = binding.dim(end.unsigned_abs())? as isize;
            Some(if end < 0 { -size } else { size })
        };
        let bound = |of: Option<isize>| match of {
            None => Some(None),
            Some(of) => end(of).map(Some),
        };
        Some(Slice {
            start: bound(self.start)?,
            stop: bound(self.stop)?,
            step: self.step,
        })
    }

    /// How many elements the range holds on an axis whose size is not known, as far as the ends alone tell.
    const fn unknown_size(&self) -> Option<isize> {
        let start = match self.start {
            Some(start) => start,
            None => 0,
        };
        match self.stop {
            Some(stop) if (start < 0) == (stop < 0) => Some(stop - start),
            None if start < 0 => Some(start.saturating_neg()),
            _ => None,
        }
    }

    /// The length of the part of axis `axis`, without the step.
    pub(crate) const fn length(&self, shape: &Shape, axis: usize) -> Result<usize, ShapeError> {
        let n = shape.dims()[axis];
        if !is_known(n) {
            return match self.unknown_size() {
                None if self.start.is_none() && self.stop.is_none() => Ok(n),
                None => Ok(ANYTHING),
                Some(size) if size < 0 => Err(self.backwards(shape, axis)),
                Some(size) => Ok(size as usize),
            };
        }
        let (start, stop) = self.ends(n as isize);
        if start < 0 || start > n as isize || stop < 0 || stop > n as isize {
            return Err(self
                .named("range ")
                .text(" is out of range for axis ")
                .number(axis)
                .text(" of size ")
                .number(n)
                .text(" (shape ")
                .shape(shape)
                .text("); slices are not clamped"));
        }
        if start > stop {
            return Err(self.backwards(shape, axis));
        }
        Ok((stop - start) as usize)
    }

    /// Start and stop on an axis of size `n`, counted from its start.
    const fn ends(&self, n: isize) -> (isize, isize) {
        let start = match self.start {
            Some(start) if start < 0 => start.saturating_add(n),
            Some(start) => start,
            None => 0,
        };
        let stop = match self.stop {
            Some(stop) if stop < 0 => stop.saturating_add(n),
            Some(stop) => stop,
            None => n,
        };
        (start, stop)
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
        if !exact && (derived(self.start) || derived(self.stop)) {
            return Ok(self.unsized_part(ANYTHING));
        }
        let size = self
            .length(shape, axis)
            .map_err(|error| Error::value(error.message()))?;
        if !is_known(n) {
            return Ok(self.unsized_part(size));
        }
        let (start, stop) = self.ends(n as isize);
        let first = if self.step > 0 { start } else { stop - 1 };
        Ok(AxisSlice {
            start: first.max(0) as usize,
            step: self.step,
            length: size.div_ceil(self.step.unsigned_abs()),
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

    const fn backwards(&self, shape: &Shape, axis: usize) -> ShapeError {
        self.named("range ")
            .text(" of axis ")
            .number(axis)
            .text(" (shape ")
            .shape(shape)
            .text(") ends before it starts; for the reverse order use a negative step")
    }

    /// A message that begins with the range.
    const fn named(&self, text: &str) -> ShapeError {
        let error = match self.start {
            Some(start) => ShapeError::new(text).signed(start),
            None => ShapeError::new(text),
        };
        let error = match self.stop {
            Some(stop) => error.text("..").signed(stop),
            None => error.text(".."),
        };
        match self.step {
            1 => error,
            step => error.text(" step ").signed(step),
        }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.named("").message())
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
