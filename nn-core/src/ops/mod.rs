//! Tensor operations, one per file: formula, gradient, docs and tests together.

pub(crate) mod activation;
pub(crate) mod composite;
pub(crate) mod custom_gradient;
pub(crate) mod elementwise;
pub(crate) mod fail;
pub(crate) mod fused;
pub mod image;
pub(crate) mod index;
pub(crate) mod linalg;
pub(crate) mod nn;
pub(crate) mod random;
pub(crate) mod reduce;
pub(crate) mod shape;
pub(crate) mod stop_gradient;

pub use custom_gradient::custom_gradient;
pub use elementwise::{select, weighted_sum, where_};
pub use index::{
    Feature, Unique, Update, cross_features, cross_hashed, hash_text, scatter, scatter_add,
};
pub use linalg::{
    MatrixNorm, Overlap, StftOptions, einsum, fft, fft2, ifft2, irfft, irfft_with, istft,
    istft_with, rfft, rfft_with, stft, stft_with, tensordot,
};
pub use nn::{
    AttentionOptions, Conv2dOptions, ConvOptions, ConvTransposeOptions, DotProductAttentionOptions,
    FillMode, Interpolation, OverTime, Padding, RecurrentCell, RecurrentDropout, RecurrentOptions,
    RecurrentSteps, RecurrentWeights, Unseeing, Windows, adaptive_avg_pool, adaptive_max_pool,
    affine_transform, attention, attention_with_scores, avg_pool, avg_pool2d, batch_norm_inference,
    batch_norm_train, conv, conv_bias, conv_transpose, conv2d, conv2d_bias, conv2d_shape,
    ctc_beam_search_decode, ctc_greedy_decode, ctc_loss, depthwise_conv, depthwise_conv_bias,
    dot_product_attention, layer_norm, max_pool, max_pool2d, mean_squared_error,
    mean_squared_error_of_rows, pool2d_shape, recurrent, recurrent_output, resize, separable_conv,
    softmax_cross_entropy, sparse_softmax_cross_entropy, up_sampling,
};
pub use random::{dropout, dropout_together};
pub use reduce::QuantileMethod;
pub use shape::{
    AxisList, NewShape, PadMode, Slice, concatenate, dstack, geomspace, hstack, linspace, logspace,
    meshgrid, meshgrid_with, stack, vstack,
};
