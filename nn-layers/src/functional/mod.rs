//! Models made of layers without a `call` of their own.

mod config;
#[allow(clippy::module_inception)]
mod functional;
mod input;
mod operations;
mod sequential;
mod shared;

pub(crate) use config::{OPERATION, sequence};
pub use functional::Functional;
pub use input::Input;
pub(crate) use operations::to_keras;
pub use sequential::Sequential;
pub use shared::{On, Shared, call_symbolic};
