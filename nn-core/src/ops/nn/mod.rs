//! Convolution, pooling, normalization, recurrence and losses, each as one operation.

pub(crate) mod attention;
pub(crate) mod avg_pool2d;
pub(crate) mod batch_norm;
pub(crate) mod batch_norm_inference;
pub(crate) mod conv2d;
pub(crate) mod layer_norm;
pub(crate) mod max_pool2d;
pub(crate) mod mean_squared_error;
pub(crate) mod norm;
pub(crate) mod padding;
pub(crate) mod recurrent;
pub(crate) mod softmax_cross_entropy;
pub(crate) mod sparse_softmax_cross_entropy;

pub use attention::{AttentionOptions, Unseeing, attention, attention_with_scores};
pub use avg_pool2d::avg_pool2d;
pub use batch_norm::batch_norm_train;
pub use batch_norm_inference::batch_norm_inference;
pub use conv2d::{Conv2dOptions, conv2d, conv2d_bias, conv2d_shape};
pub use layer_norm::layer_norm;
pub use max_pool2d::{max_pool2d, pool2d_shape};
pub use mean_squared_error::{mean_squared_error, mean_squared_error_of_rows};
pub use padding::Padding;
pub use recurrent::{
    RecurrentCell, RecurrentMasks, RecurrentOptions, RecurrentSteps, RecurrentWeights, recurrent,
    recurrent_output,
};
pub use softmax_cross_entropy::softmax_cross_entropy;
pub use sparse_softmax_cross_entropy::sparse_softmax_cross_entropy;
