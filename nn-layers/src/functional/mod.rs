//! Models made of layers without a `call` of their own.

mod arguments;
mod call;
mod config;
#[allow(clippy::module_inception)]
mod functional;
mod indexing;
mod input;
mod json;
mod operations;
mod order;
mod plan;
mod read;
mod sequential;
mod shared;
mod signature;

pub(crate) use config::{DROP_MASKS, OPERATION};
pub use functional::Functional;
pub(crate) use indexing::with_index;
pub use input::Input;
pub(crate) use json::{keras_dtype, shape_to_json};
pub(crate) use operations::to_keras;
pub(crate) use read::sequence;
pub use sequential::Sequential;
pub use shared::{On, Shared, call_symbolic};
pub(crate) use signature::for_keras;
