//! Attention layers.

mod additive_attention;
mod arguments;
#[allow(clippy::module_inception)] // Keras's name of the layer, in the file that it leads one to
mod attention;
mod group_query_attention;
mod masks;
mod multi_head;
mod multi_head_attention;
mod projection;
mod score_mode;
mod scores;

pub use additive_attention::AdditiveAttention;
pub use arguments::AttentionArguments;
pub use attention::Attention;
pub use group_query_attention::GroupQueryAttention;
pub use multi_head_attention::MultiHeadAttention;
use projection::Projection;
pub use score_mode::ScoreMode;
