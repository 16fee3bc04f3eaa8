//! Tensors, automatic differentiation, kernels and the module tree: the core of the `nn` crate.
//!
//! Users depend on `nn-model`, the library `nn`, which re-exports what they need.

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]
// A `ShapeError` holds its message in place: `const` code cannot allocate, and errors are rare.
#![allow(clippy::result_large_err)]

mod autodiff;
mod base;
// What the compiler computes is shown to nobody.
#[allow(missing_debug_implementations)]
#[doc(hidden)]
pub mod check;
mod graph;
pub mod module;
pub mod ops;
mod tensor;
pub mod testing;

pub use autodiff::gradients::{Gradients, Sources};
pub use autodiff::tape::{GradientTape, NotFinite, first_not_finite_gradient};
pub(crate) use base::dim::{
    ANYTHING, batches, dim_plus, dim_times, is_made_of_open_size, too_long,
};
pub use base::dim::{UNKNOWN, is_known};
pub use base::error::{Error, ErrorKind, Result};
pub use base::named::agree;
pub(crate) use base::named::{as_many, better, is_named, left_of_names, named, named_quotient};
pub use base::shape::{MAX_RANK, Shape};
pub(crate) use base::shape_error::axes_of;
pub use base::shape_error::{ShapeError, axis_of};
#[doc(hidden)]
pub use check as statics;
pub use check::OutputShape;
pub use graph::apply;
pub use graph::attributes::{self, Attributes};
pub use graph::by_name::op_by_name;
pub use graph::cost::LayerCost;
pub use graph::graph::{self as program, Graph};
pub use graph::op::{self, Op};
pub use graph::profile;
pub use graph::record::no_gradient;
pub use graph::rerun::rerun;
#[cfg(feature = "ndarray")]
pub use ndarray;
pub use serde_json;

pub use graph::symbolic;
pub use graph::trace::{self, InputShapes};
#[doc(hidden)]
pub use module::activity;
pub use module::constraint::{Axes, Constrain, Constraint};
#[doc(hidden)]
pub use module::context::{Added, collect_added};
pub use module::context::{add_loss, collect_losses, floatx, set_floatx, training};
pub use module::initializer::{self, Initialize, Initializer};
pub use module::into_tensors::IntoTensors;
pub use module::layer::{self, Callable, InputOf, Layer, OutputOf};
pub use module::own;
pub use module::param::Param;
pub use module::regularizer::{Regularize, Regularizer};
pub use module::structure::{IntoInput, Tensors};
pub use module::{Module, Parameter, config, registry};
pub use nn_kernels::{DType, Element, ParseDTypeError, with_dtype, with_float, with_number};
pub use ops::*;
pub use tensor::random;
pub use tensor::{Numbers, Operand, Tensor, TensorList};

#[doc(hidden)]
pub mod __private {
    pub use crate::base::columns;
    pub use crate::module::containers::{Layers, OrNot};
    pub use crate::module::keys::{FieldKeys, ModelKeys};
    pub use crate::module::registered::{Registered, Registry, registered};
    pub use crate::module::registry::{AnyLayer, IsLayer, IsSomethingElse, LayerClass, Probe};
    pub use crate::module::signature::{
        Argument, Given, Kind, Otherwise, Outcome, Plain, Returned, Select, Shaped,
        must_be_returned,
    };
    pub use crate::module::spelled::{read_spelled, spell};
    pub use crate::module::structure::named;
    pub use crate::{__class as class, collect, submit};
    pub use nn_kernels::{ArrayBuilder, memory};
    pub use serde_json;
}
