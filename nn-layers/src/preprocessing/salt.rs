//! The key of a hash, as a setting.

use serde::{Deserialize, Deserializer, Serialize};

/// Two numbers that make a hash another one; one number stands for both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Salt(pub [u64; 2]);

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Salt, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a whole number or two of them")]
        enum OneOrTwo {
            One(u64),
            Two([u64; 2]),
        }
        Ok(Salt(match OneOrTwo::deserialize(deserializer)? {
            OneOrTwo::One(salt) => [salt; 2],
            OneOrTwo::Two(salt) => salt,
        }))
    }
}
