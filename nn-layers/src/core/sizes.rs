//! Lists of sizes, some of them left open, as configurations hold them.

use nn_core::MAX_RANK;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A few sizes without allocation, so that a layer can be made in `const` code; `None` is one that the input says.
///
/// It reads and writes a list with `null` for the open ones, and reads a single number as a list of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sizes {
    items: [Option<usize>; MAX_RANK],
    len: usize,
}

impl Sizes {
    /// The given ones, at most [`MAX_RANK`]; a compile error for more.
    pub const fn new<const N: usize>(items: [Option<usize>; N]) -> Sizes {
        const { assert!(N <= MAX_RANK, "a tensor has at most 8 dimensions") };
        Sizes::of(&items)
    }

    const fn of(items: &[Option<usize>]) -> Sizes {
        let mut sizes = Sizes {
            items: [None; MAX_RANK],
            len: items.len(),
        };
        let mut i = 0;
        while i < items.len() {
            sizes.items[i] = items[i];
            i += 1;
        }
        sizes
    }

    /// The sizes.
    pub const fn as_slice(&self) -> &[Option<usize>] {
        self.items.split_at(self.len).0
    }
}

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sizes, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a size or a list of sizes")]
        enum OneOrMore {
            One(usize),
            More(Vec<Option<usize>>),
        }
        match OneOrMore::deserialize(deserializer)? {
            OneOrMore::One(item) => Ok(Sizes::new([Some(item)])),
            OneOrMore::More(items) if items.len() <= MAX_RANK => Ok(Sizes::of(&items)),
            OneOrMore::More(items) => {
                let found = items.len();
                Err(D::Error::custom(format_args!(
                    "a tensor has at most {MAX_RANK} dimensions, found a list of {found}"
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_sizes_are_null() {
        let sizes = Sizes::new([None, Some(1)]);
        assert_eq!(serde_json::to_string(&sizes).unwrap(), "[null,1]");
        assert_eq!(serde_json::from_str::<Sizes>("[null, 1]").unwrap(), sizes);
        let one = serde_json::from_str::<Sizes>("7").unwrap();
        assert_eq!(one.as_slice(), [Some(7)]);
        assert!(serde_json::from_str::<Sizes>("[-1]").is_err());
    }
}
