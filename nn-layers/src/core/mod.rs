//! The layers everything else is built from, and what layers of all families share.

pub(crate) mod activity;
pub(crate) mod axes;
mod dense;
mod embedding;
mod lambda;
pub(crate) mod place;
pub(crate) mod seed;
pub(crate) mod windows;

pub use dense::Dense;
pub use embedding::Embedding;
pub use lambda::Lambda;
