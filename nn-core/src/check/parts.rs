//! A struct of tensors of the user's own: what is known of it is a list of its fields, in the order of their declaration.

use super::failure::same;
use super::function::inputs;
use super::{Answer, Place, Value};

/// The names of the fields of a struct, as `#[derive(Tensors)]` finds them.
#[derive(Clone, Copy)]
pub struct Parts {
    names: &'static [&'static str],
    /// Whether each is one tensor.
    are_tensors: bool,
}

impl Parts {
    /// Those of a type of which nothing is known.
    pub const NONE: Parts = Parts::of(&[], false);

    /// Fields by their names.
    pub const fn of(names: &'static [&'static str], are_tensors: bool) -> Parts {
        Parts { names, are_tensors }
    }

    const fn position(self, name: &str) -> Option<usize> {
        let mut i = 0;
        while i < self.names.len() {
            if same(self.names[i].as_bytes(), name.as_bytes()) {
                return Some(i);
            }
            i += 1;
        }
        None
    }

    /// A struct that is written out, its fields in any order.
    pub const fn made_of<const N: usize>(self, fields: &[(&str, Value); N]) -> Value {
        if self.names.len() != N {
            return Value::UNKNOWN;
        }
        let (mut values, mut i) = ([Value::UNKNOWN; N], 0);
        while i < N {
            match self.position(fields[i].0) {
                Some(position) => values[position] = fields[i].1,
                None => return Value::UNKNOWN,
            }
            i += 1;
        }
        Value::many(&values)
    }

    /// A struct that a block is called with: what its call says of it.
    pub const fn taken_as(self, value: Value) -> Value {
        match value.length().as_index() {
            Some(n) if n == self.names.len() && n > 0 => value,
            _ => Value::UNKNOWN,
        }
    }

    /// What a model that takes such a struct is given, of the list of its tensors.
    ///
    /// # Errors
    /// When there are more tensors or fewer.
    pub const fn taken_from(self, input: Value, at: &Place<'_>) -> Answer {
        match (self.are_tensors, self.names.len()) {
            (false, _) => Ok(Value::UNKNOWN),
            // One tensor is not a list.
            (true, 1) => match inputs(input, 1, at) {
                Ok(input) => Ok(Value::many(&[input])),
                wrong => wrong,
            },
            (true, n) => inputs(input, n, at),
        }
    }
}

impl Value {
    /// The field of a struct with this name.
    pub const fn part(self, parts: Parts, name: &str) -> Value {
        match parts.position(name) {
            Some(i) => self.item(i),
            None => Value::UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn fields_are_found_by_name() {
        let tensor = |n: usize| Value::tensor(Shape::new(&[n]));
        let parts = Parts::of(&["wide", "deep"], true);
        let made = parts.made_of(&[("deep", tensor(2)), ("wide", tensor(1))]);
        assert_eq!(made, Value::many(&[tensor(1), tensor(2)]));
        assert_eq!(made.part(parts, "deep"), tensor(2));
        assert_eq!(made.part(parts, "dee"), Value::UNKNOWN);
        assert_eq!(made.part(Parts::NONE, "deep"), Value::UNKNOWN);
        assert_eq!(parts.made_of(&[("wide", tensor(1))]), Value::UNKNOWN);
        let other = parts.made_of(&[("wide", tensor(1)), ("high", tensor(2))]);
        assert_eq!(other, Value::UNKNOWN);
    }
}
