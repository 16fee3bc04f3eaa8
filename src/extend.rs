//! For authors of operations and layers: what the parts of this crate are made of.
//!
//! A layer of your own needs none of this: `#[derive(Layer)]` and a `call` are enough, and parameters are [`Param`](crate::Param)s. Come here
//!
//! - for an **operation** with a formula and a gradient of its own: implement [`Op`] and run it by [`apply`]. It is then part of traces, replays and
//!   gradients as those of the library are;
//! - for an **activation, initializer, regularizer or constraint** with settings: implement [`Activate`], [`Initialize`], [`Regularize`] or [`Constrain`]
//!   for a type, which then stands wherever the library's own do. Without settings a function is enough (`Activation::own` and its kin);
//! - to make **layers from data**: [`config`] reads and writes Keras's configurations, [`layer_from_config`] finds a layer by its class name;
//! - to hold **layers of any type**: [`AnyLayer`] is a box of one, `Vec<AnyLayer>` several, and [`DynLayer::call_dyn`] calls them;
//! - to **look at a program**: [`trace`] gives the [`Graph`](crate::Graph) of a layer, [`attributes`] are the settings of its operations,
//!   [`first_not_finite_gradient`] says where a gradient became NaN.
//!
//! ```
//! use nn::extend::{Backward, Expected, Keeps, Op, Outputs, Spec, apply};
//! use nn::prelude::*;
//!
//! /// `x³`, with the gradient `3x²`.
//! struct Cube;
//!
//! impl Op for Cube {
//!     fn name(&self) -> &'static str {
//!         "cube"
//!     }
//!     // The result has the shape and the type of the input.
//!     fn infer(&self, inputs: &[Tensor]) -> nn::Result<Outputs<Spec>> {
//!         Ok(Spec::of(&inputs[0]).into())
//!     }
//!     fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> nn::Result<Outputs<Tensor>> {
//!         Ok(Outputs::One(&inputs[0] * &inputs[0] * &inputs[0]))
//!     }
//!     // Written with tensor operations, so that it can be differentiated again.
//!     fn backward(&self, at: &Backward<'_>) -> nn::Result<Vec<Option<Tensor>>> {
//!         Ok(vec![Some(at.upstream() * 3.0 * at.inputs[0].square())])
//!     }
//!     fn keeps(&self) -> Keeps {
//!         Keeps::INPUTS
//!     }
//! }
//!
//! let x = Tensor::from([1.0_f32, 2.0]);
//! let tape = GradientTape::new();
//! tape.watch(&x);
//! let y = apply(Cube, &[x.clone()]);
//! assert_eq!(y.to_vec::<f32>()?, [1.0, 8.0]);
//! assert_eq!(tape.gradient(&y, &x)?.to_vec::<f32>()?, [3.0, 12.0]);
//! # Ok::<(), nn::Error>(())
//! ```

pub use nn_core::apply::apply;
pub use nn_core::attributes::{self, Attribute, Attributes};
pub use nn_core::module::registry::{
    AnyLayer, DynLayer, SharedLayer, call_one, config_of, layer_from_config,
};
pub use nn_core::op::{Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec};
pub use nn_core::{
    Callable, Element, IntoInput, MAX_RANK, NotFinite, Numbers, Operand, OutputShape, Sources,
    TensorList, UNKNOWN, config, first_not_finite_gradient, is_known, op_by_name, symbolic, trace,
};
pub use nn_core::{Constrain, Initialize, Regularize};
pub use nn_layers::Activate;
