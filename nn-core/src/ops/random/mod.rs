//! Operations that draw random numbers.

pub(crate) mod draw;
pub(crate) mod dropout;

pub use dropout::{dropout, dropout_together};
