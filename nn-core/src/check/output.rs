//! What comes out of a model.

use super::Value;
use super::value::Kind;
use crate::Shape;
use std::fmt;

/// What comes out of a model, without the batch, as far as the compiler knows: the type of `Net::OUTPUT`.
///
/// It compares with the shape of one output, `Net::OUTPUT == [10]`, and of two, `([1], [1])`; it prints as `[10]`, `([1], [1])`, and
/// `_` where nothing is known.
#[derive(Clone, Copy)]
pub struct OutputShape(Value);

impl OutputShape {
    #[doc(hidden)]
    pub const fn of(answer: super::Answer) -> OutputShape {
        OutputShape(match answer {
            Ok(value) => value,
            Err(_) => Value::UNKNOWN,
        })
    }

    /// How many tensors there are; `None` if that is not known.
    pub const fn tensors(&self) -> Option<usize> {
        match self.0.0 {
            Kind::Tensor(_) => Some(1),
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
        let value = match self.0.0 {
            Kind::Tensor(_) if i == 0 => self.0,
            Kind::Tensor(_) => return None,
            _ => self.0.item(i),
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
        let one = |i: usize| match self.shape(i) {
            Some(shape) => shape.to_string(),
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
