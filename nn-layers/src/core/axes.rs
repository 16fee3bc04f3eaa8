//! Lists of axes, as configurations hold them.

use crate::ShapeError;
use nn_core::axis_of;
use nn_core::{MAX_RANK, Shape};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A few integers without allocation, so that a layer can be made in `const` code: axes, or the sizes that `Reshape` is given.
///
/// It reads and writes a list, and reads a single number as a list of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ints {
    items: [isize; MAX_RANK],
    len: usize,
}

impl Ints {
    /// The given ones, at most [`MAX_RANK`]; a compile error for more.
    pub const fn new<const N: usize>(items: [isize; N]) -> Ints {
        const { assert!(N <= MAX_RANK, "a tensor has at most 8 dimensions") };
        Ints::of(&items)
    }

    const fn of(items: &[isize]) -> Ints {
        let mut ints = Ints {
            items: [0; MAX_RANK],
            len: items.len(),
        };
        let mut i = 0;
        while i < items.len() {
            ints.items[i] = items[i];
            i += 1;
        }
        ints
    }

    /// The integers.
    pub const fn as_slice(&self) -> &[isize] {
        self.items.split_at(self.len).0
    }

    /// Which axes of a shape they are.
    pub const fn mask(&self, layer: &str, shape: &Shape) -> Result<[bool; MAX_RANK], ShapeError> {
        let axes = self.as_slice();
        if axes.is_empty() {
            return Err(ShapeError::new(layer).text(" needs at least one axis, found none"));
        }
        let mut mask = [false; MAX_RANK];
        let mut i = 0;
        while i < axes.len() {
            match axis_of(layer, axes[i], shape) {
                Err(error) => return Err(error),
                Ok(axis) if mask[axis] => {
                    return Err(ShapeError::new(layer)
                        .text(": axis ")
                        .signed(axes[i])
                        .text(" of ")
                        .shape(shape)
                        .text(" is given twice"));
                }
                Ok(axis) => mask[axis] = true,
            }
            i += 1;
        }
        Ok(mask)
    }
}

impl Serialize for Ints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

impl<'de> Deserialize<'de> for Ints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ints, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected an integer or a list of integers")]
        enum OneOrMore {
            One(isize),
            More(Vec<isize>),
        }
        match OneOrMore::deserialize(deserializer)? {
            OneOrMore::One(item) => Ok(Ints::new([item])),
            OneOrMore::More(items) if items.len() <= MAX_RANK => Ok(Ints::of(&items)),
            OneOrMore::More(items) => {
                let found = items.len();
                Err(D::Error::custom(format_args!(
                    "a tensor has at most {MAX_RANK} dimensions, found a list of {found}"
                )))
            }
        }
    }
}

/// Axes of a layer; a single one is written as a number, as Keras does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Axes(pub Ints);

impl Serialize for Axes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [axis] => axis.serialize(serializer),
            _ => self.0.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis_is_a_number_and_more_are_a_list() {
        for (text, axes) in [
            ("-1", Axes(Ints::new([-1]))),
            ("[1,2]", Axes(Ints::new([1, 2]))),
        ] {
            assert_eq!(serde_json::to_string(&axes).unwrap(), text);
            assert_eq!(serde_json::from_str::<Axes>(text).unwrap(), axes);
        }
        assert!(
            serde_json::from_str::<Ints>("[0,0,0,0,0,0,0,0,0]")
                .unwrap_err()
                .to_string()
                .contains("at most 8")
        );
        assert!(
            serde_json::from_str::<Axes>("\"x\"")
                .unwrap_err()
                .to_string()
                .contains("list of integers")
        );
    }

    #[test]
    fn axes_are_some_each_once_and_exist() {
        let shape = Shape::from([2, 3, 4]);
        let mask = Ints::new([-1, 1]).mask("Softmax", &shape).unwrap();
        assert_eq!(mask[..3], [false, true, true]);
        let message = |ints: Ints| {
            ints.mask("Softmax", &shape)
                .unwrap_err()
                .message()
                .to_string()
        };
        assert_eq!(
            message(Ints::new([])),
            "Softmax needs at least one axis, found none"
        );
        assert_eq!(
            message(Ints::new([2, -1])),
            "Softmax: axis -1 of [2, 3, 4] is given twice"
        );
        assert!(message(Ints::new([3])).contains("axis 3 is out of range"));
    }
}
