//! What comes out of a model.

use super::Value;
use super::value::Kind;
use crate::{Shape, ShapeError, UNKNOWN, is_named};
use std::fmt;

/// What comes out of a model, without the batch, as far as the compiler knows: the type of `Net::OUTPUT`.
///
/// It compares with the shape of one output, `Net::OUTPUT == [10]`, and of two, `([1], [1])`; it prints as `[10]`, `([1], [1])`, and
/// `_` where nothing is known. Dimensions that have names in `input` have them here: `[seq, 8]`.
#[derive(Clone, Copy)]
pub struct OutputShape {
    value: Value,
    /// The names of dimensions, the batch first.
    names: &'static [&'static str],
}

impl OutputShape {
    #[doc(hidden)]
    pub const fn of(answer: super::Answer, names: &'static [&'static str]) -> OutputShape {
        let value = match answer {
            Ok(value) => value.flattened(),
            Err(_) => Value::UNKNOWN,
        };
        OutputShape { value, names }
    }

    /// How many tensors there are; `None` if that is not known.
    pub const fn tensors(&self) -> Option<usize> {
        match self.value.0 {
            Kind::Tensor(..) => Some(1),
            Kind::Many(_, n) => Some(n),
            _ => None,
        }
    }

    /// Whether it is one output of this shape, without the batch: `==` for `const` code, such as
    /// `const _: () = assert!(Net::OUTPUT.is([10]));`.
    pub const fn is<const N: usize>(&self, dims: [usize; N]) -> bool {
        let (Some(1), Some(shape)) = (self.tensors(), self.shape(0)) else {
            return false;
        };
        let mut i = 0;
        while i < N && shape.rank() == N && shape.dims()[i] == dims[i] {
            i += 1;
        }
        shape.rank() == N && i == N
    }

    /// The shape of output `i`, without the batch; `None` if it is not known.
    pub const fn shape(&self, i: usize) -> Option<Shape> {
        let Some(mut shape) = self.with_names(i) else {
            return None;
        };
        // Elsewhere a name is a size that is not known.
        let mut axis = 0;
        while axis < shape.rank() {
            if is_named(shape.dims()[axis]) {
                shape = shape.with(axis, UNKNOWN);
            }
            axis += 1;
        }
        Some(shape)
    }

    const fn with_names(&self, i: usize) -> Option<Shape> {
        let value = match self.value.0 {
            Kind::Tensor(..) if i == 0 => self.value,
            Kind::Tensor(..) => return None,
            _ => self.value.item(i),
        };
        match value.as_tensor() {
            Some(shape) if shape.rank() > 0 => Some(shape.without(0)),
            _ => None,
        }
    }
}

impl<const N: usize> PartialEq<[usize; N]> for OutputShape {
    fn eq(&self, shape: &[usize; N]) -> bool {
        self.is(*shape)
    }
}

impl<const N: usize, const M: usize> PartialEq<([usize; N], [usize; M])> for OutputShape {
    fn eq(&self, (a, b): &([usize; N], [usize; M])) -> bool {
        let is = |i: usize, shape: &[usize]| self.shape(i).is_some_and(|own| own == *shape);
        self.tensors() == Some(2) && is(0, a) && is(1, b)
    }
}

impl fmt::Display for OutputShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |i: usize| match self.with_names(i) {
            Some(shape) => ShapeError::new("")
                .shape(&shape)
                .under(self.names)
                .to_string(),
            None => "_".to_string(),
        };
        match self.tensors() {
            Some(1) => f.write_str(&one(0)),
            Some(n) => {
                let all: Vec<String> = (0..n).map(one).collect();
                write!(f, "({})", all.join(", "))
            }
            None => f.write_str("_"),
        }
    }
}

impl fmt::Debug for OutputShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
