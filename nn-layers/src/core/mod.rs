//! The layers everything else is built from, and what layers of all families share.

pub(crate) mod axes;
mod dense;
mod einsum_dense;
mod embedding;
mod equation;
pub(crate) mod floats;
mod identity;
mod lambda;
mod masking;
pub(crate) mod place;
pub(crate) mod range;
mod reversible_embedding;
pub(crate) mod seed;
pub(crate) mod sizes;
pub(crate) mod unit;
pub(crate) mod windows;

pub(crate) use nn_core::activity;

pub use dense::Dense;
pub use einsum_dense::EinsumDense;
pub use embedding::Embedding;
pub use identity::Identity;
pub use lambda::Lambda;
pub use masking::Masking;
pub use reversible_embedding::ReversibleEmbedding;
