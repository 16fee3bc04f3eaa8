//! How far an image may be changed by chance, as a setting.

use crate::ShapeError;
use serde::{Deserialize, Serialize};

/// Up to a number, in both directions where there are two, or between two numbers.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a number or two of them")]
pub(crate) enum Factor {
    UpTo(f64),
    Between([f64; 2]),
}

impl Factor {
    /// From where to where, not below `least`.
    pub const fn range(self, least: f64) -> [f64; 2] {
        match self {
            Factor::UpTo(most) => {
                let most = most.abs();
                [if -most > least { -most } else { least }, most]
            }
            Factor::Between([a, b]) if a > b => [b, a],
            Factor::Between(both) => both,
        }
    }

    /// An error where a number is not from `least` to `most`.
    pub const fn check(
        self,
        layer: &str,
        name: &str,
        least: f64,
        most: f64,
    ) -> Result<(), ShapeError> {
        let [a, b] = match self {
            Factor::UpTo(number) => [number; 2],
            Factor::Between(both) => both,
        };
        // So that NaN is none.
        if a >= least && a <= most && b >= least && b <= most {
            return Ok(());
        }
        let error = ShapeError::new("the ")
            .text(name)
            .text(" of ")
            .text(layer)
            .text(" is a number, or two, from ")
            .decimal(least)
            .text(" to ")
            .decimal(most);
        let error = error.text(", found ").decimal(a);
        Err(match self {
            Factor::UpTo(_) => error,
            Factor::Between(_) => error.text(" and ").decimal(b),
        })
    }
}
