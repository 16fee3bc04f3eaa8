//! Tensors, automatic differentiation, kernels and the module tree: the core of the `nn` crate.
//!
//! Users depend on `nn`, which re-exports what they need.

// A `ShapeError` holds its message in place: `const` code cannot allocate, and errors are rare.
#![allow(clippy::result_large_err)]

pub mod config;
mod constraint;
pub mod dtype;
mod error;
mod gradients;
mod ids;
pub mod initializer;
mod jacobian;
#[doc(hidden)]
pub mod kernels;
pub mod layer;
pub mod module;
pub mod op;
pub mod ops;
mod param;
pub mod profile;
pub mod random;
pub mod registry;
mod regularizer;
mod scope;
mod shape;
mod shape_error;
#[doc(hidden)]
pub mod statics;
pub mod storage;
mod structure;
mod tape;
mod tensor;
pub mod testing;
pub mod trace;

pub use constraint::{Axes, Constraint};
pub use dtype::{DType, Element};
pub use error::{Error, ErrorKind, Result};
pub use gradients::{Gradients, Sources};
pub use initializer::Initializer;
pub use layer::{Callable, Layer};
pub use module::{Module, Parameter};
pub use op::Op;
pub use ops::*;
pub use param::Param;
pub use regularizer::Regularizer;
pub use scope::training;
pub(crate) use shape::{ANYTHING, batches};
pub use shape::{MAX_RANK, Shape, UNKNOWN, is_known};
pub use shape_error::{ShapeError, axis_of};
pub use statics::OutputShape;
pub use structure::{IntoInput, Tensors};
pub use tape::{GradientTape, no_gradient};
pub use tensor::{Operand, Tensor};
pub use trace::InputShapes;

#[doc(hidden)]
pub mod __private {
    pub use inventory;
    pub use serde_json;
}
