//! The tree of a model: modules, parameters, layers, and what is said of them by name.

#[doc(hidden)]
pub mod activity;
pub mod config;
pub(crate) mod constraint;
pub(crate) mod containers;
pub(crate) mod context;
mod debug;
pub mod initializer;
pub(crate) mod into_tensors;
pub(crate) mod json;
#[allow(missing_debug_implementations)]
pub(crate) mod keys;
pub mod layer;
mod leaf;
mod named;
pub mod own;
pub(crate) mod param;
#[allow(missing_debug_implementations)]
pub(crate) mod registered;
pub mod registry;
pub(crate) mod regularizer;
pub(crate) mod sharing;
#[allow(missing_debug_implementations)]
pub(crate) mod signature;
pub(crate) mod spelled;
pub(crate) mod structure;
pub(crate) mod tree;

pub use debug::debug;
pub use tree::*;
