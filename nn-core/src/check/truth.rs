//! Conditions, as far as they are known.

/// Whether a condition holds.
#[derive(Clone, Copy, PartialEq, Debug)]
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
