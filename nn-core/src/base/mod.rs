//! What everything else stands on: shapes, errors, identities, windows, texts in columns.

pub mod columns;
pub(crate) mod dim;
pub(crate) mod error;
pub(crate) mod ids;
pub(crate) mod named;
pub(crate) mod shape;
pub(crate) mod shape_error;
pub(crate) mod window;
