//! Models made of layers without a `call` of their own.

mod config;
#[allow(clippy::module_inception)]
mod functional;
mod input;
mod sequential;
mod shared;

pub(crate) use config::{Argument, Arguments, OPERATION, sequence};
pub use functional::Functional;
pub use input::Input;
pub use sequential::Sequential;
pub use shared::{On, Shared, call_symbolic};
