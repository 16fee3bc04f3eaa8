//! Products of matrices and tensors.

pub(crate) mod dot;
pub(crate) mod einsum;
pub(crate) mod matmul;
pub(crate) mod outer;
pub(crate) mod tensordot;

pub use einsum::einsum;
pub use tensordot::tensordot;
