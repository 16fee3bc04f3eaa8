//! Elements in other places.

pub(crate) mod batch_size;
pub(crate) mod broadcast_to;
pub(crate) mod concatenate;
pub(crate) mod depth_to_space;
pub(crate) mod diagonal;
pub(crate) mod diff;
pub(crate) mod expand_dims;
pub(crate) mod extract_sequences;
pub(crate) mod flip;
pub(crate) mod full;
pub(crate) mod hstack;
pub(crate) mod meshgrid;
pub(crate) mod moveaxis;
pub(crate) mod pad;
pub(crate) mod repeat;
pub(crate) mod reshape;
pub(crate) mod roll;
pub(crate) mod rot90;
pub(crate) mod slice;
pub(crate) mod slice_update;
pub(crate) mod spaced;
pub(crate) mod split;
pub(crate) mod squeeze;
pub(crate) mod stack;
pub(crate) mod tile;
pub(crate) mod transpose;
pub(crate) mod tri;
pub(crate) mod unstack;

pub use concatenate::concatenate;
pub use hstack::{dstack, hstack, vstack};
pub use meshgrid::meshgrid;
pub use pad::PadMode;
pub use reshape::NewShape;
pub use slice::Slice;
pub use spaced::{geomspace, linspace, logspace};
pub use stack::stack;
