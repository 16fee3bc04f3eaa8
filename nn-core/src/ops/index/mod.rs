//! Elements by number: taking, scattering, sorting, counting.

pub(crate) mod argpartition;
pub(crate) mod bincount;
pub(crate) mod cross_hashed;
pub(crate) mod fingerprint;
pub(crate) mod hash_bucket;
pub(crate) mod histogram;
pub(crate) mod in_top_k;
pub(crate) mod indices;
pub(crate) mod isin;
pub(crate) mod multi_hot;
pub(crate) mod nonzero;
pub(crate) mod one_hot;
pub(crate) mod scatter;
pub(crate) mod scatter_add;
pub(crate) mod searchsorted;
pub(crate) mod segment;
pub(crate) mod siphash;
pub(crate) mod sort;
pub(crate) mod take;
pub(crate) mod take_along;
pub(crate) mod take_along_axis;
pub(crate) mod top_k;
pub(crate) mod unique;
pub(crate) mod unravel_index;

pub use cross_hashed::{Feature, cross_features, cross_hashed};
pub use hash_bucket::hash_text;
pub use scatter::{Update, scatter};
pub use scatter_add::scatter_add;
pub use unique::Unique;
