//! Batch and layer normalization: statistics, forward and backward.

mod batch;
mod layer;

pub use batch::{Scaling, batch_backward, batch_normalize, batch_statistics};
pub use layer::{layer_backward, layer_normalize};
