//! What is known of a value without its contents.

use super::{Elements, Truth};
use crate::base::named::BATCH;
use crate::{ANYTHING, MAX_RANK, Shape, UNKNOWN, is_known, is_named, named};

/// How many tensors and numbers a tuple or array may hold to be followed, with one more for each tuple in it.
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
    /// A tensor of which nothing more is known.
    AnyTensor,
    /// A tensor of this shape.
    Tensor(Shape, Elements),
    /// The shape of a tensor, `x.shape()`.
    Dims(Shape),
    /// A whole number; a dimension that is not known from [`UNKNOWN`] on.
    Int(isize),
    /// A number that is not a whole one.
    Scalar,
    Bool(bool),
    /// A tuple or an array, with how many items it takes.
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
    Tensor(Shape, Elements),
    Int(isize),
    /// A tuple or an array in it, of two whole numbers: how much is added on both sides of an axis.
    Pair(isize, isize),
    /// A tuple or an array in it, of so many parts, which follow.
    Many(usize),
}

impl Value {
    /// Nothing is known.
    pub const UNKNOWN: Value = Value(Kind::Unknown);
    /// The line is not reached.
    pub const NEVER: Value = Value(Kind::Never);
    /// A tensor of which nothing more is known.
    pub const TENSOR: Value = Value(Kind::AnyTensor);
    /// A number that is not a whole one.
    pub const SCALAR: Value = Value(Kind::Scalar);

    /// A tensor of a shape.
    pub const fn tensor(shape: Shape) -> Value {
        Value(Kind::Tensor(shape, Elements::Unknown))
    }

    /// The same tensor, of which it is known what it holds.
    #[must_use]
    pub const fn holding(self, elements: Elements) -> Value {
        match self.0 {
            Kind::Tensor(shape, _) => Value(Kind::Tensor(shape, elements)),
            Kind::Many(mut items, n) => {
                let mut i = 0;
                while i < n {
                    if let Item::Tensor(shape, _) = items[i] {
                        items[i] = Item::Tensor(shape, elements);
                    }
                    i += 1;
                }
                Value(Kind::Many(items, n))
            }
            _ => self,
        }
    }

    /// What the tensor holds.
    pub const fn elements(self) -> Elements {
        match self.0 {
            Kind::Tensor(_, elements) => elements,
            _ => Elements::Unknown,
        }
    }

    /// A whole number.
    pub const fn int(n: isize) -> Value {
        Value(Kind::Int(n))
    }

    /// A whole number of any type; not known if it is none of those that sizes are counted in.
    pub const fn whole(n: i128) -> Value {
        match n >= isize::MIN as i128 && n <= isize::MAX as i128 {
            true => Value::int(n as isize),
            false => Value::UNKNOWN,
        }
    }

    /// Several whole numbers.
    pub const fn ints(numbers: &[usize]) -> Value {
        if numbers.len() > MANY {
            return Value::UNKNOWN;
        }
        let mut items = [Item::Unknown; MANY];
        let mut i = 0;
        while i < numbers.len() {
            if let Kind::Int(n) = Value::whole(numbers[i] as i128).0 {
                items[i] = Item::Int(n);
            }
            i += 1;
        }
        Value(Kind::Many(items, i))
    }

    /// `true` or `false`.
    pub const fn truth_of(value: bool) -> Value {
        Value(Kind::Bool(value))
    }

    /// One input of a model, by its shape without the batch; where some of its dimensions have names, the batch has one too.
    pub const fn input(shape: &[usize], elements: Elements, has_names: bool) -> Value {
        let mut dims = [if has_names { named(BATCH) } else { UNKNOWN }; MAX_RANK];
        let mut k = 0;
        while k < shape.len() && k + 1 < MAX_RANK {
            // Another size that is not known is not the batch.
            dims[k + 1] = match is_known(shape[k]) || is_named(shape[k]) {
                true => shape[k],
                false => ANYTHING,
            };
            k += 1;
        }
        Value::tensor(Shape::new(dims.split_at(k + 1).0)).holding(elements)
    }

    /// The shape of a tensor, as a value.
    pub const fn shape(self) -> Value {
        match self.0 {
            Kind::Tensor(shape, _) => Value(Kind::Dims(shape)),
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

    /// What is known of it, which is a tensor at least.
    pub const fn or_tensor(self) -> Value {
        match self.0 {
            Kind::Tensor(..) | Kind::Never => self,
            _ => Value::TENSOR,
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
            Kind::Tensor(shape, _) => Some(shape),
            _ => None,
        }
    }

    /// Whether it is one tensor or several, of which all dimensions but the batch are known.
    pub(super) const fn is_known_output(self) -> bool {
        let all = self.flattened();
        let (shapes, n) = match (all.as_tensor(), all.as_tensors()) {
            (Some(shape), _) => ([shape; MANY], 1),
            (None, Some(all)) => all,
            (None, None) => return matches!(self.0, Kind::Never),
        };
        let (mut i, mut axis) = (0, 1);
        while i < n {
            while axis < shapes[i].rank() {
                if !is_known(shapes[i].dims()[axis]) && !is_named(shapes[i].dims()[axis]) {
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
        matches!(self.0, Kind::Unknown | Kind::AnyTensor)
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
                Item::Tensor(shape, _) => shape,
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

    /// What `as` makes of it, by the name of a type of whole numbers: the bits that have no room there are cut off.
    pub const fn cast(self, to: &str) -> Value {
        let n = match self.0 {
            Kind::Int(n) => n,
            Kind::Bool(value) => value as isize,
            _ => return self,
        };
        let is_size = !is_known(n.unsigned_abs());
        match to.as_bytes() {
            b"isize" | b"i64" | b"i128" => Value::int(n),
            b"usize" | b"u64" | b"u128" if n >= 0 => Value::int(n),
            // A size that is not known has room in these.
            b"i32" | b"u32" if is_size && n >= 0 => Value::int(n),
            _ if is_size => Value::UNKNOWN,
            b"i32" => Value::int(n as i32 as isize),
            b"u32" => Value::int(n as u32 as isize),
            b"i16" => Value::int(n as i16 as isize),
            b"u16" => Value::int(n as u16 as isize),
            b"i8" => Value::int(n as i8 as isize),
            b"u8" => Value::int(n as u8 as isize),
            // A negative number becomes a very large one.
            _ => Value::UNKNOWN,
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

    /// Whether it is a whole number from `start` to `stop`, that one included or not.
    pub const fn is_within(self, start: Value, stop: Value, is_inclusive: bool) -> Truth {
        match (self.0, start.0, stop.0) {
            (Kind::Int(n), Kind::Int(start), Kind::Int(stop)) if is_known(n.unsigned_abs()) => {
                match n >= start && (n < stop || is_inclusive && n == stop) {
                    true => Truth::True,
                    false => Truth::False,
                }
            }
            _ => Truth::Unknown,
        }
    }

    /// The dimensions that it lists, if it is a shape or a list of sizes. Sizes that are not known agree with everything.
    pub const fn as_dims(self) -> Option<Shape> {
        let Some((sizes, n)) = self.as_sizes() else {
            return None;
        };
        let (mut dims, mut i) = ([ANYTHING; MANY], 0);
        while i < n {
            if sizes[i] < 0 {
                return None;
            }
            dims[i] = sizes[i] as usize;
            i += 1;
        }
        Some(Shape::new(dims.split_at(n).0))
    }

    /// The same as numbers, with how many there are, of which one may be -1 for what is left.
    pub(super) const fn as_sizes(self) -> Option<([isize; MANY], usize)> {
        let (mut sizes, mut i) = ([ANYTHING as isize; MANY], 0);
        match self.0 {
            Kind::Many(items, n) => {
                while i < n {
                    match items[i] {
                        Item::Int(size) => sizes[i] = size,
                        Item::Many(_) | Item::Pair(..) => return None,
                        _ => {}
                    }
                    i += 1;
                }
            }
            Kind::Dims(shape) => {
                while i < shape.rank() {
                    sizes[i] = shape.dims()[i] as isize;
                    i += 1;
                }
            }
            // The size of a vector.
            Kind::Int(size) => {
                sizes[0] = size;
                i = 1;
            }
            _ => return None,
        }
        Some((sizes, i))
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
            (Kind::Tensor(a, x), Kind::Tensor(b, y)) => join_shapes(a, b).holding(x.join(y)),
            (Kind::AnyTensor | Kind::Tensor(..), Kind::AnyTensor | Kind::Tensor(..)) => {
                Value::TENSOR
            }
            (Kind::Int(a), Kind::Int(b)) if a == b => self,
            (Kind::Bool(a), Kind::Bool(b)) if a == b => self,
            (Kind::Scalar, Kind::Scalar) => self,
            (Kind::Many(..), Kind::Many(..)) if self.count() == other.count() => {
                let (mut values, n) = ([Value::UNKNOWN; MANY], self.count());
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
            Some(Value(Kind::Int(n))) if is_known(n.unsigned_abs()) || is_named(n as usize) => {
                End::At(n)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cast_as_rust_casts_them() {
        for n in [
            0_i64,
            1,
            -1,
            5,
            127,
            128,
            -128,
            -129,
            255,
            256,
            32_768,
            65_540,
            -65_537,
            2_147_483_648,
            4_294_967_295,
            4_294_967_300,
            -4_294_967_292,
            17_179_869_183,
        ] {
            let value = Value::int(n as isize);
            for (to, cast) in [
                ("i8", i128::from(n as i8)),
                ("i16", i128::from(n as i16)),
                ("i32", i128::from(n as i32)),
                ("i64", i128::from(n)),
                ("isize", n as isize as i128),
                ("u8", i128::from(n as u8)),
                ("u16", i128::from(n as u16)),
                ("u32", i128::from(n as u32)),
                ("u64", i128::from(n as u64)),
                ("usize", n as usize as i128),
                ("i128", i128::from(n)),
            ] {
                assert_eq!(value.cast(to), Value::whole(cast), "{n} as {to}");
            }
        }
        assert_eq!(Value::int(-1).cast("u128"), Value::UNKNOWN);
        assert_eq!(Value::truth_of(true).cast("u8"), Value::int(1));
        // The batch is a size, which has room in 32 bits and not in 8.
        let batch = Value::int(UNKNOWN as isize);
        assert_eq!(
            (batch.cast("i32"), batch.cast("u8")),
            (batch, Value::UNKNOWN)
        );
        assert_eq!(Value::whole(usize::MAX as i128), Value::UNKNOWN);
        let sizes = Value::ints(&[3, usize::MAX]);
        assert_eq!(
            (sizes.item(0), sizes.item(1)),
            (Value::int(3), Value::UNKNOWN)
        );
    }
}
