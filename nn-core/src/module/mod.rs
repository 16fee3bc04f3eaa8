//! The tree of a model: modules, parameters, layers, and what is said of them by name.

pub mod config;
pub(crate) mod constraint;
pub(crate) mod context;
pub mod initializer;
pub(crate) mod json;
pub mod layer;
pub(crate) mod param;
pub mod registry;
pub(crate) mod regularizer;
pub(crate) mod structure;
pub(crate) mod tree;

pub use tree::*;
