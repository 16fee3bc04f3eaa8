//! A place in memory for layers without fields.

/// A byte, so that every layer has an address of its own: a running layer is recognised by it, and two values of size zero may share one.
#[derive(Default, Clone)]
pub(crate) struct Place(#[allow(dead_code)] u8);

impl Place {
    pub(crate) const fn new() -> Place {
        Place(0)
    }
}
