//! Convolution, pooling, normalization, recurrence and losses, each as one operation.

pub(crate) mod affine_transform;
pub(crate) mod attention;
pub(crate) mod avg_pool;
pub(crate) mod batch_norm;
pub(crate) mod batch_norm_inference;
pub(crate) mod conv;
pub(crate) mod ctc;
pub(crate) mod dot_product_attention;
pub(crate) mod layer_norm;
pub(crate) mod max_pool;
pub(crate) mod mean_squared_error;
pub(crate) mod norm;
pub(crate) mod padding;
pub(crate) mod pools;
pub(crate) mod recurrent;
pub(crate) mod resize;
pub(crate) mod rms_normalization;
pub(crate) mod softmax_cross_entropy;
pub(crate) mod sparse_softmax_cross_entropy;
pub(crate) mod unfold;

pub use affine_transform::{FillMode, affine_transform};
pub use attention::{AttentionOptions, Unseeing, attention, attention_with_scores};
pub use avg_pool::{adaptive_avg_pool, avg_pool, avg_pool2d};
pub use batch_norm::batch_norm_train;
pub use batch_norm_inference::batch_norm_inference;
pub use conv::{
    Conv2dOptions, ConvOptions, ConvTransposeOptions, conv, conv_bias, conv_transpose, conv2d,
    conv2d_bias, conv2d_shape, depthwise_conv, depthwise_conv_bias, separable_conv,
};
pub use ctc::{ctc_beam_search_decode, ctc_greedy_decode, ctc_loss};
pub use dot_product_attention::{DotProductAttentionOptions, dot_product_attention};
pub use layer_norm::layer_norm;
pub use max_pool::{adaptive_max_pool, max_pool, max_pool2d, pool2d_shape};
pub use mean_squared_error::{mean_squared_error, mean_squared_error_of_rows};
pub use padding::Padding;
pub use recurrent::{
    OverTime, RecurrentCell, RecurrentDropout, RecurrentOptions, RecurrentSteps, RecurrentWeights,
    recurrent, recurrent_output,
};
pub use resize::{Interpolation, resize, up_sampling};
pub use softmax_cross_entropy::softmax_cross_entropy;
pub use sparse_softmax_cross_entropy::sparse_softmax_cross_entropy;
pub use unfold::Windows;
