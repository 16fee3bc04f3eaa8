//! What is known of several values: a tuple, an array, a list, and what is in those.

use super::value::{Item, Kind, MANY};
use super::{Truth, Value};
use crate::{ANYTHING, MAX_RANK, Shape, is_known};

impl Value {
    /// A tuple or array.
    pub const fn many(values: &[Value]) -> Value {
        if values.len() > MANY {
            return Value::UNKNOWN;
        }
        let (mut items, mut used) = ([Item::Unknown; MANY], 0);
        let mut i = 0;
        while i < values.len() {
            // What comes behind needs a place each.
            let left = MANY - used - (values.len() - i - 1);
            used = match values[i].0 {
                Kind::Many([Item::Int(first), Item::Int(second), ..], 2) => {
                    items[used] = Item::Pair(first, second);
                    used + 1
                }
                Kind::Many(inner, n) if n < left => {
                    items[used] = Item::Many(values[i].count());
                    let mut k = 0;
                    while k < n {
                        items[used + 1 + k] = inner[k];
                        k += 1;
                    }
                    used + 1 + n
                }
                one => {
                    items[used] = match one {
                        Kind::Tensor(shape, elements) => Item::Tensor(shape, elements),
                        Kind::Int(n) => Item::Int(n),
                        _ => Item::Unknown,
                    };
                    used + 1
                }
            };
            i += 1;
        }
        Value(Kind::Many(items, used))
    }

    /// A list of tensors with one more; of others it is not known what they are collected to.
    #[must_use]
    pub const fn pushed(self, last: Value) -> Value {
        match (self.0, last.0) {
            (Kind::Many(mut items, n), Kind::Tensor(shape, elements)) if n < MANY => {
                items[n] = Item::Tensor(shape, elements);
                Value(Kind::Many(items, n + 1))
            }
            _ => Value::UNKNOWN,
        }
    }

    /// What a `Vec` is after `list.push(last)`: of what is no tensor and no number only that it is there.
    #[must_use]
    pub const fn appended(self, last: Value) -> Value {
        match self.0 {
            Kind::Many(mut items, n) if n < MANY => {
                items[n] = match last.0 {
                    Kind::Tensor(shape, elements) => Item::Tensor(shape, elements),
                    Kind::Int(number) => Item::Int(number),
                    _ => Item::Unknown,
                };
                Value(Kind::Many(items, n + 1))
            }
            Kind::Dims(shape) if shape.rank() < MAX_RANK => {
                let (mut dims, mut i) = ([ANYTHING; MAX_RANK], 0);
                while i < shape.rank() {
                    dims[i] = shape.dims()[i];
                    i += 1;
                }
                if let Kind::Int(size) = last.0
                    && size >= 0
                {
                    dims[i] = size as usize;
                }
                Value(Kind::Dims(Shape::new(dims.split_at(i + 1).0)))
            }
            Kind::Never => self,
            _ => Value::UNKNOWN,
        }
    }

    /// The place that is `i` before the last one of so many.
    pub const fn from_end(self, i: Value) -> Value {
        match (self.as_known(), i.as_known()) {
            (Some(n), Some(i)) => Value::int(n - 1 - i),
            _ => Value::UNKNOWN,
        }
    }

    /// Part `i` of a tuple or array, or of a shape.
    pub const fn item(self, i: usize) -> Value {
        match self.0 {
            Kind::Many(items, n) => {
                let (mut at, mut before) = (0, 0);
                while at < n && before < i {
                    at += width(&items, at);
                    before += 1;
                }
                if at < n {
                    part(&items, at)
                } else {
                    Value::UNKNOWN
                }
            }
            Kind::Dims(shape) if i < shape.rank() => Value::int(shape.dims()[i] as isize),
            Kind::Never => Value::NEVER,
            _ => Value::UNKNOWN,
        }
    }

    /// The part behind which there are `i - 1` others, as `item` counts from the start.
    pub const fn item_from_end(self, i: usize) -> Value {
        let n = match self.0 {
            Kind::Many(..) => self.count(),
            Kind::Dims(shape) => shape.rank(),
            Kind::Never => return Value::NEVER,
            _ => 0,
        };
        if i <= n && i > 0 {
            self.item(n - i)
        } else {
            Value::UNKNOWN
        }
    }

    /// Whether it has so many parts, or so many and perhaps more.
    pub const fn has_length(self, n: usize, or_more: bool) -> Truth {
        match self.length().as_index() {
            Some(length) if length == n || (or_more && length > n) => Truth::True,
            Some(_) => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// How many parts it has; 0 if that is not known.
    pub(super) const fn count(self) -> usize {
        let Kind::Many(items, n) = self.0 else {
            return 0;
        };
        let (mut at, mut count) = (0, 0);
        while at < n {
            at += width(&items, at);
            count += 1;
        }
        count
    }

    /// How many parts it has, if it is a tuple or an array.
    pub const fn length(self) -> Value {
        match self.0 {
            Kind::Many(..) => Value::int(self.count() as isize),
            Kind::Dims(shape) => Value::int(shape.rank() as isize),
            _ => Value::UNKNOWN,
        }
    }

    /// The numbers of a list with how many they are, if all of them are known.
    pub(super) const fn numbers(self) -> Option<([isize; MANY], usize)> {
        let Kind::Many(items, n) = self.0 else {
            return None;
        };
        let (mut numbers, mut i) = ([0; MANY], 0);
        while i < n {
            numbers[i] = match items[i] {
                Item::Int(number) if is_known(number.unsigned_abs()) => number,
                _ => return None,
            };
            i += 1;
        }
        Some((numbers, n))
    }

    /// The same without tuples in it: all tensors and numbers, in order.
    pub(super) const fn flattened(self) -> Value {
        let Kind::Many(items, n) = self.0 else {
            return self;
        };
        let (mut flat, mut count, mut i) = ([Item::Unknown; MANY], 0, 0);
        while i < n {
            if !matches!(items[i], Item::Many(_)) {
                flat[count] = items[i];
                count += 1;
            }
            i += 1;
        }
        Value(Kind::Many(flat, count))
    }

    /// Tensor `i` of those that a model is given.
    pub const fn leaf(self, i: usize) -> Value {
        match self.0 {
            Kind::Tensor(..) | Kind::AnyTensor if i == 0 => self,
            Kind::Many(..) => self.item(i),
            _ => Value::UNKNOWN,
        }
    }

    /// The one before which so many others and this one end the list.
    pub const fn leaf_from_end(self, i: usize) -> Value {
        match self.0 {
            Kind::Tensor(..) if i == 1 => self,
            Kind::Many(..) if i >= 1 && i <= self.count() => self.item(self.count() - i),
            _ => Value::UNKNOWN,
        }
    }

    /// Those from `i` on, as a list.
    pub const fn leaves_from(self, i: usize) -> Value {
        let n = match self.0 {
            Kind::Tensor(..) => 1,
            Kind::Many(..) => self.count(),
            _ => return Value::UNKNOWN,
        };
        let mut leaves = [Value::UNKNOWN; MANY];
        let mut k = i;
        while k < n {
            leaves[k - i] = self.leaf(k);
            k += 1;
        }
        Value::many(leaves.split_at(n.saturating_sub(i)).0)
    }
}

/// How many items the part at a place takes, with those in it.
const fn width(items: &[Item; MANY], at: usize) -> usize {
    let (mut width, mut left) = (0, 1);
    while left > 0 && at + width < MANY {
        left -= 1;
        if let Item::Many(n) = items[at + width] {
            left += n;
        }
        width += 1;
    }
    width
}

/// The part at a place.
const fn part(items: &[Item; MANY], at: usize) -> Value {
    match items[at] {
        Item::Unknown => Value::UNKNOWN,
        Item::Tensor(shape, elements) => Value::tensor(shape).holding(elements),
        Item::Int(n) => Value::int(n),
        Item::Pair(first, second) => Value::many(&[Value::int(first), Value::int(second)]),
        Item::Many(_) => {
            let n = width(items, at) - 1;
            let (mut inner, mut i) = ([Item::Unknown; MANY], 0);
            while i < n {
                inner[i] = items[at + 1 + i];
                i += 1;
            }
            Value(Kind::Many(inner, n))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(n: usize) -> Value {
        Value::tensor(Shape::new(&[n]))
    }

    #[test]
    fn tuples_hold_tuples() {
        let inner = Value::many(&[t(2), Value::many(&[t(3)]), Value::int(4)]);
        let all = Value::many(&[t(1), inner, Value::UNKNOWN, t(5)]);
        assert_eq!((all.count(), all.item(1).count()), (4, 3));
        assert_eq!(all.item(1), inner);
        assert_eq!(all.item(1).item(1).item(0), t(3));
        assert_eq!((all.item(2), all.item(3)), (Value::UNKNOWN, t(5)));
        assert_eq!(all.item(4), Value::UNKNOWN);
        assert_eq!(inner.flattened().count(), 3);
        assert_eq!(all.join(all), all);
    }

    #[test]
    fn parts_are_counted_from_both_ends() {
        let dims = Value(Kind::Dims(Shape::new(&[2, 3, 4])));
        let list = Value::many(&[t(1), t(2)]);
        assert_eq!(
            (dims.item_from_end(1), dims.item_from_end(3)),
            (Value::int(4), Value::int(2))
        );
        assert_eq!(
            (list.item_from_end(2), list.item_from_end(3)),
            (t(1), Value::UNKNOWN)
        );
        assert_eq!(dims.has_length(3, false), Truth::True);
        assert_eq!(
            (dims.has_length(2, true), dims.has_length(4, true)),
            (Truth::True, Truth::False)
        );
        assert_eq!(Value::UNKNOWN.has_length(0, false), Truth::Unknown);
    }

    #[test]
    fn what_has_no_place_is_unknown() {
        let full = Value::many(&[t(1); MANY]);
        assert_eq!((full.count(), full.item(MANY - 1)), (MANY, t(1)));
        let all = Value::many(&[full, t(2)]);
        assert_eq!((all.item(0), all.item(1)), (Value::UNKNOWN, t(2)));
        let six = Value::many(&[t(1); MANY - 2]);
        assert_eq!(Value::many(&[six, t(2)]).item(0), six);
        assert_eq!(Value::many(&[six, t(2), t(3)]).item(0), Value::UNKNOWN);
        assert_eq!(Value::many(&[t(1); MANY + 1]), Value::UNKNOWN);
    }

    #[test]
    fn a_model_is_given_a_list() {
        let list = Value::many(&[t(1), t(2), t(3)]);
        assert_eq!((list.leaf(0), list.leaf_from_end(1)), (t(1), t(3)));
        assert_eq!(list.leaves_from(1), Value::many(&[t(2), t(3)]));
        assert_eq!(t(1).leaves_from(0), Value::many(&[t(1)]));
        assert_eq!((t(1).leaf(0), t(1).leaf_from_end(1)), (t(1), t(1)));
        assert_eq!(list.leaves_from(3).count(), 0);
    }
}
