//! Models made of layers without a `call` of their own.

mod arguments;
mod config;
#[allow(clippy::module_inception)]
mod functional;
mod input;
mod json;
mod operations;
mod order;
mod plan;
mod read;
mod sequential;
mod shared;

pub(crate) use config::OPERATION;
pub use functional::Functional;
pub use input::Input;
pub(crate) use operations::to_keras;
pub(crate) use read::sequence;
pub use sequential::Sequential;
pub use shared::{On, Shared, call_symbolic};
