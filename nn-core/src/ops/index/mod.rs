//! Elements by number: taking, scattering, sorting.

pub(crate) mod cross_hashed;
pub(crate) mod fingerprint;
pub(crate) mod hash_bucket;
pub(crate) mod one_hot;
pub(crate) mod scatter_add;
pub(crate) mod siphash;
pub(crate) mod sort;
pub(crate) mod take;
pub(crate) mod take_along;
pub(crate) mod take_along_axis;
pub(crate) mod top_k;

pub use cross_hashed::{Feature, cross_features, cross_hashed};
pub use hash_bucket::hash_text;
pub use scatter_add::scatter_add;
