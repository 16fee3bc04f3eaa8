//! What is known of a value without its contents.

use crate::{ANYTHING, MAX_RANK, Shape, UNKNOWN, is_known};
use std::fmt;

/// How many tensors a tuple or array may hold to be followed.
pub(super) const MANY: usize = 8;

/// What the compiler knows of an expression in a `call`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Value(pub(super) Kind);

// Nothing can be boxed in `const` code.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind {
    /// This line is not reached.
    Never,
    /// Nothing.
    Unknown,
    /// A tensor of this shape.
    Tensor(Shape),
    /// The shape of a tensor, `x.shape()`.
    Dims(Shape),
    /// A whole number; a dimension that is not known from [`UNKNOWN`] on.
    Int(isize),
    /// A number that is not a whole one.
    Scalar,
    Bool(bool),
    /// A tuple or an array.
    Many([Item; MANY], usize),
    /// `start..stop`.
    Range(End, End),
}

/// An end of a range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum End {
    /// There is none: `..3`.
    Open,
    Unknown,
    At(isize),
}

/// A part of a tuple or array.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Item {
    Unknown,
    Tensor(Shape),
    Int(isize),
}

/// Whether a condition holds.
#[derive(Clone, Copy)]
pub enum Truth {
    /// It does.
    True,
    /// It does not.
    False,
    /// It is not known.
    Unknown,
}

impl Truth {
    /// Whether the branch for `value` may be taken.
    pub const fn may_be(self, value: bool) -> bool {
        matches!(
            (self, value),
            (Truth::Unknown, _) | (Truth::True, true) | (Truth::False, false)
        )
    }

    /// Whether it is not known which branch is taken.
    pub const fn is_open(self) -> bool {
        matches!(self, Truth::Unknown)
    }

    /// Both.
    pub const fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    /// At least one of both.
    pub const fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::True, _) | (_, Truth::True) => Truth::True,
            (Truth::False, Truth::False) => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

impl Value {
    /// Nothing is known.
    pub const UNKNOWN: Value = Value(Kind::Unknown);
    /// The line is not reached.
    pub const NEVER: Value = Value(Kind::Never);
    /// A number that is not a whole one.
    pub const SCALAR: Value = Value(Kind::Scalar);

    /// A tensor of a shape.
    pub const fn tensor(shape: Shape) -> Value {
        Value(Kind::Tensor(shape))
    }

    /// A whole number.
    pub const fn int(n: isize) -> Value {
        Value(Kind::Int(n))
    }

    /// Several whole numbers.
    pub const fn ints(numbers: &[usize]) -> Value {
        let mut items = [Item::Unknown; MANY];
        let mut i = 0;
        while i < numbers.len() && i < MANY {
            items[i] = Item::Int(numbers[i] as isize);
            i += 1;
        }
        Value(Kind::Many(items, i))
    }

    /// `true` or `false`.
    pub const fn truth_of(value: bool) -> Value {
        Value(Kind::Bool(value))
    }

    /// A tuple or array.
    pub const fn many(values: &[Value]) -> Value {
        if values.len() > MANY {
            return Value::UNKNOWN;
        }
        let mut items = [Item::Unknown; MANY];
        let mut i = 0;
        while i < values.len() {
            items[i] = match values[i].0 {
                Kind::Tensor(shape) => Item::Tensor(shape),
                Kind::Int(n) => Item::Int(n),
                _ => Item::Unknown,
            };
            i += 1;
        }
        Value(Kind::Many(items, values.len()))
    }

    /// The input of a model: one shape without its batch for each tensor.
    pub const fn input(shapes: &[&[usize]]) -> Value {
        let mut values = [Value::UNKNOWN; MANY];
        let mut i = 0;
        while i < shapes.len() && i < MANY {
            let mut dims = [UNKNOWN; MAX_RANK];
            let mut k = 0;
            while k < shapes[i].len() && k + 1 < MAX_RANK {
                // Another size that is not known is not the batch.
                dims[k + 1] = match is_known(shapes[i][k]) {
                    true => shapes[i][k],
                    false => ANYTHING,
                };
                k += 1;
            }
            values[i] = Value::tensor(Shape::new(dims.split_at(k + 1).0));
            i += 1;
        }
        match i {
            1 => values[0],
            n => Value::many(values.split_at(n).0),
        }
    }

    /// The shape of a tensor, as a value.
    pub const fn shape(self) -> Value {
        match self.0 {
            Kind::Tensor(shape) => Value(Kind::Dims(shape)),
            _ => Value::UNKNOWN,
        }
    }

    /// A parameter of this shape.
    pub const fn parameter(self) -> Value {
        match self.as_dims() {
            Some(shape) => Value::tensor(shape),
            None => Value::UNKNOWN,
        }
    }

    /// Part `i` of a tuple or array, or of a shape.
    pub const fn item(self, i: usize) -> Value {
        match self.0 {
            Kind::Many(items, n) if i < n => match items[i] {
                Item::Unknown => Value::UNKNOWN,
                Item::Tensor(shape) => Value::tensor(shape),
                Item::Int(n) => Value::int(n),
            },
            Kind::Dims(shape) if i < shape.rank() => Value::int(shape.dims()[i] as isize),
            Kind::Never => Value::NEVER,
            _ => Value::UNKNOWN,
        }
    }

    /// The number, if it is a known one from 0 on.
    pub const fn as_index(self) -> Option<usize> {
        match self.0 {
            Kind::Int(n) if n >= 0 && is_known(n as usize) => Some(n as usize),
            _ => None,
        }
    }

    /// The shape, if it is a tensor.
    pub const fn as_tensor(self) -> Option<Shape> {
        match self.0 {
            Kind::Tensor(shape) => Some(shape),
            _ => None,
        }
    }

    /// Whether it is one tensor or several, of which all dimensions but the batch are known.
    pub(super) const fn is_known_output(self) -> bool {
        let (shapes, n) = match (self.as_tensor(), self.as_tensors()) {
            (Some(shape), _) => ([shape; MANY], 1),
            (None, Some(all)) => all,
            (None, None) => return matches!(self.0, Kind::Never),
        };
        let (mut i, mut axis) = (0, 1);
        while i < n {
            while axis < shapes[i].rank() {
                if !is_known(shapes[i].dims()[axis]) {
                    return false;
                }
                axis += 1;
            }
            (i, axis) = (i + 1, 1);
        }
        true
    }

    /// Whether nothing is known of it.
    pub(super) const fn is_unknown(self) -> bool {
        matches!(self.0, Kind::Unknown)
    }

    /// The shapes with their number, if it is a tuple or array of tensors.
    pub const fn as_tensors(self) -> Option<([Shape; MANY], usize)> {
        let Kind::Many(items, n) = self.0 else {
            return None;
        };
        let mut shapes = [Shape::SCALAR; MANY];
        let mut i = 0;
        while i < n {
            shapes[i] = match items[i] {
                Item::Tensor(shape) => shape,
                _ => return None,
            };
            i += 1;
        }
        Some((shapes, n))
    }

    /// Whether it is true, as the condition of an `if`.
    pub const fn truth(self) -> Truth {
        match self.0 {
            Kind::Bool(true) => Truth::True,
            Kind::Bool(false) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// A range, the ends of which may be missing.
    pub const fn range(start: Option<Value>, stop: Option<Value>, is_inclusive: bool) -> Value {
        let stop = match (End::of(stop), is_inclusive) {
            // Behind the last element is the end of the axis.
            (End::At(-1), true) => End::Open,
            (End::At(n), true) => End::At(n + 1),
            (end, _) => end,
        };
        Value(Kind::Range(End::of(start), stop))
    }

    /// How many parts it has, if it is a tuple or an array.
    pub const fn length(self) -> Value {
        match self.0 {
            Kind::Many(_, n) => Value::int(n as isize),
            Kind::Dims(shape) => Value::int(shape.rank() as isize),
            _ => Value::UNKNOWN,
        }
    }

    /// The part at a position that may not be known.
    pub const fn item_at(self, position: Value) -> Value {
        match position.as_index() {
            Some(i) => self.item(i),
            None => Value::UNKNOWN,
        }
    }

    /// The number behind this one.
    pub const fn next(self) -> Value {
        match self.as_known() {
            Some(n) => Value::int(n + 1),
            None => Value::UNKNOWN,
        }
    }

    /// The number, if it is a known one: what is computed from the batch is not.
    pub const fn as_known(self) -> Option<isize> {
        match self.0 {
            Kind::Int(n) if is_known(n.unsigned_abs()) => Some(n),
            _ => None,
        }
    }

    /// What a cast to an unsigned type makes of it: a negative number becomes another one.
    pub const fn unsigned(self) -> Value {
        match self.0 {
            Kind::Int(n) if n < 0 => Value::UNKNOWN,
            Kind::Bool(value) => Value::int(value as isize),
            _ => self,
        }
    }

    /// Whether it equals a number or truth.
    pub const fn equals(self, other: Value) -> Truth {
        match (self.0, other.0) {
            (Kind::Int(a), Kind::Int(b)) if is_known(a.unsigned_abs()) => match a == b {
                true => Truth::True,
                false => Truth::False,
            },
            (Kind::Bool(a), Kind::Bool(b)) => match a == b {
                true => Truth::True,
                false => Truth::False,
            },
            _ => Truth::Unknown,
        }
    }

    /// The dimensions that it lists, if it is a shape or a list of sizes. Sizes that are not known agree with everything.
    pub const fn as_dims(self) -> Option<Shape> {
        let (items, n) = match self.0 {
            Kind::Many(items, n) => (items, n),
            Kind::Dims(shape) => return Some(shape),
            _ => return None,
        };
        let mut dims = [ANYTHING; MANY];
        let mut i = 0;
        while i < n {
            if let Item::Int(size) = items[i] {
                if size < 0 {
                    return None;
                }
                dims[i] = size as usize;
            }
            i += 1;
        }
        Some(Shape::new(dims.split_at(n).0))
    }

    /// `a && b`, and `a || b` with `or`.
    pub const fn and_or(self, or: bool, other: Value) -> Value {
        match (self.0, other.0) {
            (Kind::Bool(a), _) if a == or => self,
            (_, Kind::Bool(b)) if b == or => other,
            (Kind::Bool(_), Kind::Bool(_)) => Value::truth_of(!or),
            _ => Value::UNKNOWN,
        }
    }

    /// What is known if it is either of two.
    pub const fn join(self, other: Value) -> Value {
        match (self.0, other.0) {
            (Kind::Never, _) => other,
            (_, Kind::Never) => self,
            (Kind::Tensor(a), Kind::Tensor(b)) => join_shapes(a, b),
            (Kind::Int(a), Kind::Int(b)) if a == b => self,
            (Kind::Bool(a), Kind::Bool(b)) if a == b => self,
            (Kind::Scalar, Kind::Scalar) => self,
            (Kind::Many(_, n), Kind::Many(_, m)) if n == m => {
                let mut values = [Value::UNKNOWN; MANY];
                let mut i = 0;
                while i < n {
                    values[i] = self.item(i).join(other.item(i));
                    i += 1;
                }
                Value::many(values.split_at(n).0)
            }
            _ => Value::UNKNOWN,
        }
    }
}

impl End {
    const fn of(end: Option<Value>) -> End {
        match end {
            None => End::Open,
            Some(Value(Kind::Int(n))) if is_known(n.unsigned_abs()) => End::At(n),
            Some(_) => End::Unknown,
        }
    }

    /// The end, if there is one.
    pub(super) const fn as_option(self) -> Option<isize> {
        match self {
            End::At(n) => Some(n),
            _ => None,
        }
    }
}

/// The dimensions that two shapes share; nothing if they differ in rank.
const fn join_shapes(a: Shape, b: Shape) -> Value {
    if a.rank() != b.rank() {
        return Value::UNKNOWN;
    }
    let mut shape = a;
    let mut i = 0;
    while i < a.rank() {
        if a.dims()[i] != b.dims()[i] {
            shape = shape.with(i, ANYTHING);
        }
        i += 1;
    }
    Value::tensor(shape)
}

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
