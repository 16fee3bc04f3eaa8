//! Elements by number: taking, scattering, sorting.

pub(crate) mod one_hot;
pub(crate) mod scatter_add;
pub(crate) mod sort;
pub(crate) mod take;
pub(crate) mod take_along;
pub(crate) mod take_along_axis;
pub(crate) mod top_k;

pub use scatter_add::scatter_add;
