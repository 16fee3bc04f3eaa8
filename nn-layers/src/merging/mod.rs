//! Layers that make one tensor of several.

mod add;
mod average;
mod concatenate;
mod dot;
mod maximum;
pub(crate) mod merge;
mod minimum;
mod multiply;
mod subtract;

pub use add::Add;
pub use average::Average;
pub use concatenate::Concatenate;
pub use dot::Dot;
pub use maximum::Maximum;
pub use minimum::Minimum;
pub use multiply::Multiply;
pub use subtract::Subtract;
