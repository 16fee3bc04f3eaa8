//! What an operation is, how one runs, and what a run leaves behind: the graph, which is the program.

pub mod apply;
pub mod attributes;
pub mod by_name;
pub mod cost;
#[allow(clippy::module_inception)]
pub mod graph;
mod names;
pub(crate) mod observer;
pub mod op;
pub mod profile;
pub(crate) mod record;
pub mod rerun;
pub mod symbolic;
pub mod trace;
