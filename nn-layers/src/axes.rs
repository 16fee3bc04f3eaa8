//! Lists of axes, as configurations hold them.

use nn_core::MAX_RANK;
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
    /// The given ones; those beyond [`MAX_RANK`] are counted but not kept ([`Ints::is_complete`]).
    pub const fn new(items: &[isize]) -> Ints {
        let mut ints = Ints { items: [0; MAX_RANK], len: items.len() };
        let mut i = 0;
        while i < items.len() && i < MAX_RANK {
            ints.items[i] = items[i];
            i += 1;
        }
        ints
    }

    /// How many were given.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there were no more than a tensor can have dimensions.
    pub const fn is_complete(&self) -> bool {
        self.len <= MAX_RANK
    }

    /// The integers.
    pub const fn as_slice(&self) -> &[isize] {
        self.items.split_at(if self.len < MAX_RANK { self.len } else { MAX_RANK }).0
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
        Ok(match OneOrMore::deserialize(deserializer)? {
            OneOrMore::One(item) => Ints::new(&[item]),
            OneOrMore::More(items) => Ints::new(&items),
        })
    }
}

/// Axes of a layer; a single one is written as a number, as Keras does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Axes(pub Ints);

impl Axes {
    pub const fn new(axes: &[isize]) -> Axes {
        Axes(Ints::new(axes))
    }

    pub const fn as_slice(&self) -> &[isize] {
        self.0.as_slice()
    }
}

impl Serialize for Axes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_slice() {
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
        for (text, axes) in [("-1", Axes::new(&[-1])), ("[1,2]", Axes::new(&[1, 2]))] {
            assert_eq!(serde_json::to_string(&axes).unwrap(), text);
            assert_eq!(serde_json::from_str::<Axes>(text).unwrap(), axes);
        }
        assert!(!Ints::new(&[0; MAX_RANK + 1]).is_complete());
        assert!(serde_json::from_str::<Axes>("\"x\"").unwrap_err().to_string().contains("list of integers"));
    }
}
