//! What a layer or an operation says about a shape that it does not take, in a form that works in `const` evaluation too.
//!
//! Every layer has a `const fn output_shape`. It runs when a model is built and when the compiler checks one, so its message is put
//! together without allocation: one wording for both.

use super::named::Linear;
use crate::{Error, MAX_RANK, Shape, is_known};
use std::fmt;

/// Bytes of the longest message; what goes beyond is cut off.
const CAPACITY: usize = 480;

/// Why a layer does not take inputs of a shape.
///
/// ```
/// use nn::{Shape, ShapeError, UNKNOWN};
/// const ERROR: ShapeError = ShapeError::new("Pair expects 2 columns, found ").shape(&Shape::new(&[UNKNOWN, 784]));
/// assert_eq!(ERROR.message(), "Pair expects 2 columns, found [_, 784]");
/// ```
#[derive(Clone, Copy)]
pub struct ShapeError {
    text: [u8; CAPACITY],
    len: usize,
}

impl ShapeError {
    /// A message that begins so.
    pub const fn new(text: &str) -> ShapeError {
        let empty = ShapeError {
            text: [0; CAPACITY],
            len: 0,
        };
        empty.text(text)
    }

    /// A rank other than the one needed. `layout` names the dimensions, `hint` the way out.
    pub const fn rank(
        layer: &str,
        rank: usize,
        layout: &str,
        found: &Shape,
        hint: &str,
    ) -> ShapeError {
        let error = ShapeError::new(layer)
            .text(" expects rank ")
            .number(rank)
            .text(" ")
            .text(layout);
        error
            .text(", found rank ")
            .number(found.rank())
            .text(" ")
            .shape(found)
            .text("; ")
            .text(hint)
    }

    /// Two shapes that do not broadcast; `verb` is what was to be done with them.
    pub const fn broadcast(verb: &str, a: &Shape, b: &Shape) -> ShapeError {
        let error = ShapeError::new("cannot ");
        let error = match verb.as_bytes() {
            // Operations whose name is no verb.
            b"maximum" | b"minimum" | b"pow" => error.text("apply `").text(verb).text("` to"),
            _ => error.text(verb),
        };
        let error = error.text(" ").shape(a);
        error
            .text(" and ")
            .shape(b)
            .text(": aligned at the end, dimensions must agree or be 1")
    }

    /// The message continued with a text.
    #[must_use]
    pub const fn text(self, text: &str) -> ShapeError {
        self.bytes(text.as_bytes())
    }

    pub(super) const fn bytes(mut self, bytes: &[u8]) -> ShapeError {
        let mut i = 0;
        while i < bytes.len() && self.len < CAPACITY {
            self.text[self.len] = bytes[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// The message continued with a number.
    #[must_use]
    pub const fn number(self, number: usize) -> ShapeError {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = number;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.bytes(digits.split_at(start).1)
    }

    /// The message continued with a possibly negative number.
    #[must_use]
    pub const fn signed(self, number: isize) -> ShapeError {
        let sign = if number < 0 { "-" } else { "" };
        self.text(sign).number(number.unsigned_abs())
    }

    /// The message continued with a number that is not a whole one, to three places; above 10¹⁵ with its power of ten, `3.403e38`.
    #[must_use]
    pub const fn decimal(self, number: f64) -> ShapeError {
        if number.is_nan() {
            return self.text("NaN");
        }
        let sign = if number < 0.0 { "-" } else { "" };
        if number.is_infinite() {
            return self.text(sign).text("inf");
        }
        if number.abs() > 1e15 {
            // Its thousandths are more than a `usize` counts.
            let (mut first, mut power) = (number / 1e15, 15);
            while first.abs() >= 9.9995 {
                (first, power) = (first / 10.0, power + 1);
            }
            return self.decimal(first).text("e").number(power);
        }
        let thousandths = (number.abs() * 1000.0 + 0.5) as usize;
        let error = self.text(sign).number(thousandths / 1000);
        let (mut rest, mut place) = (thousandths % 1000, 100);
        let mut error = if rest == 0 { error } else { error.text(".") };
        while rest > 0 {
            error = error.number(rest / place);
            rest %= place;
            place /= 10;
        }
        error
    }

    /// The message continued with a dimension, `_` if it is not known.
    #[must_use]
    pub const fn dim(self, dim: usize) -> ShapeError {
        match (is_known(dim), Linear::of(dim)) {
            (true, _) => self.number(dim),
            (false, Some(form)) => self.linear(form),
            (false, None) => self.text("_"),
        }
    }

    /// The message continued with a shape, as [`Shape`] prints: `[_, 784]`.
    #[must_use]
    pub const fn shape(self, shape: &Shape) -> ShapeError {
        let dims = shape.dims();
        let mut error = self.text("[");
        let mut i = 0;
        while i < dims.len() {
            error = error.text(if i > 0 { ", " } else { "" }).dim(dims[i]);
            i += 1;
        }
        error.text("]")
    }

    /// The message continued with a list of numbers: `[0, -1]`.
    #[must_use]
    pub const fn list(self, numbers: &[isize]) -> ShapeError {
        let mut error = self.text("[");
        let mut i = 0;
        while i < numbers.len() {
            error = error.text(if i > 0 { ", " } else { "" }).signed(numbers[i]);
            i += 1;
        }
        error.text("]")
    }

    /// The message.
    pub const fn message(&self) -> &str {
        let bytes = self.text.split_at(self.len).0;
        match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // The cut at the capacity went through a character.
            Err(error) => match std::str::from_utf8(bytes.split_at(error.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }
}

impl fmt::Debug for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for ShapeError {}

impl From<ShapeError> for Error {
    #[cold]
    fn from(error: ShapeError) -> Error {
        Error::shape(error.message())
    }
}

/// A possibly negative axis of a shape as an index; `who` asks for it, and may be empty.
///
/// # Errors
/// When there is no such axis.
pub const fn axis_of(who: &str, axis: isize, shape: &Shape) -> Result<usize, ShapeError> {
    let rank = shape.rank() as isize;
    if axis >= -rank && axis < rank {
        return Ok(if axis < 0 { axis + rank } else { axis } as usize);
    }
    let error = ShapeError::new(who)
        .text(if who.is_empty() { "axis " } else { ": axis " })
        .signed(axis)
        .text(" is out of range for ")
        .shape(shape);
    if rank == 0 {
        return Err(error.text("; a scalar has no axes"));
    }
    Err(error
        .text("; axes run from ")
        .signed(-rank)
        .text(" to ")
        .signed(rank - 1))
}

/// Possibly negative axes of a shape as indices, of which there are as many.
///
/// # Errors
/// When there is no such axis, or a list names one twice.
pub(crate) const fn axes_of(
    axes: &[isize],
    shape: &Shape,
) -> Result<[usize; MAX_RANK], ShapeError> {
    let (mut indices, mut named, mut i) = ([0; MAX_RANK], [false; MAX_RANK], 0);
    while i < axes.len() {
        let index = match axis_of("", axes[i], shape) {
            Ok(index) => index,
            Err(error) => return Err(error),
        };
        if named[index] {
            return Err(ShapeError::new("axis ")
                .signed(axes[i])
                .text(" of ")
                .shape(shape)
                .text(" is given twice in ")
                .list(axes));
        }
        // More axes than there are would be one of them twice.
        (indices[i], named[index]) = (index, true);
        i += 1;
    }
    Ok(indices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UNKNOWN;

    #[test]
    fn messages_are_made_by_the_compiler_too() {
        const ERROR: ShapeError = ShapeError::new("found ")
            .shape(&Shape::new(&[UNKNOWN, 20]))
            .text(" at ")
            .signed(-3);
        assert_eq!(ERROR.message(), "found [_, 20] at -3");
        assert_eq!(
            ShapeError::new("").number(usize::MAX).message(),
            usize::MAX.to_string()
        );
    }

    #[test]
    fn large_numbers_are_named_as_such() {
        let decimal = |number: f64| ShapeError::new("").decimal(number).to_string();
        assert_eq!(decimal(-2.25), "-2.25");
        assert_eq!(decimal(1e15), "1000000000000000");
        assert_eq!(decimal(1e308), "1e308");
        assert_eq!(decimal(f64::MAX), "1.798e308");
        assert_eq!(decimal(9.99999e18), "1e19");
        assert_eq!(decimal(-3.4e38), "-3.4e38");
        assert_eq!(decimal(f64::INFINITY), "inf");
        assert_eq!(decimal(f64::NEG_INFINITY), "-inf");
    }

    #[test]
    fn a_message_too_long_is_cut_between_characters() {
        let long = "a".repeat(CAPACITY - 1);
        assert_eq!(ShapeError::new(&long).text("é").message(), long);
    }

    #[test]
    fn axes_count_from_both_ends() {
        let shape = Shape::from([4, 5, 6]);
        assert_eq!(axis_of("Layer", -1, &shape).unwrap(), 2);
        let error = axis_of("Softmax", 3, &shape).unwrap_err();
        assert_eq!(
            error.message(),
            "Softmax: axis 3 is out of range for [4, 5, 6]; axes run from -3 to 2"
        );
        assert_eq!(
            axis_of("", -1, &Shape::SCALAR).unwrap_err().message(),
            "axis -1 is out of range for []; a scalar has no axes"
        );
    }
}
