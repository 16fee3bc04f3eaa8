//! Batch and layer normalization: statistics, forward and backward.

mod batch;
mod layer;
mod moments;
mod rectifier;

pub(super) use batch::scaled;
pub use batch::{Scaling, batch_backward, batch_normalize};
pub use layer::{layer_backward, layer_normalize};
pub use moments::batch_statistics;
pub(super) use moments::tile;
pub use rectifier::{CEILING, Rectifier};
