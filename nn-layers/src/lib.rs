//! The layers of the `nn` crate, with Keras's names, defaults and configurations.
//!
//! Layers are made by `const fn`s and configured by builder methods, which come before the first call:
//! `Dense::new(16).activation(Activation::Sigmoid)`. Each has a `const fn output_shape`, by which shapes are checked when a model is
//! built.

// A `ShapeError` holds its message in place: `const` code cannot allocate, and errors are rare.
#![allow(clippy::result_large_err)]

mod activation;
mod activation_layer;
mod activity;
mod add;
mod average;
mod average_pooling2d;
mod axes;
mod batch_normalization;
mod concatenate;
mod conv2d;
mod dense;
mod dropout;
mod elu;
mod embedding;
mod flatten;
mod global_average_pooling2d;
mod global_max_pooling2d;
mod gru;
mod layer_normalization;
mod leaky_relu;
mod lstm;
mod max_pooling2d;
mod maximum;
mod merge;
mod minimum;
mod multiply;
mod place;
mod pool2d;
mod prelu;
mod recurrent;
mod relu;
mod reshape;
mod sequential;
mod simple_rnn;
mod softmax;
mod subtract;
mod weights;
mod windows;
mod zero_padding2d;

pub use activation::Activation;
pub use activation_layer::Activation as ActivationLayer;
pub use activity::{add_loss, collect_losses};
pub use add::Add;
pub use average::Average;
pub use average_pooling2d::AveragePooling2D;
pub use batch_normalization::BatchNormalization;
pub use concatenate::Concatenate;
pub use conv2d::Conv2D;
pub use dense::Dense;
pub use dropout::Dropout;
pub use elu::ELU;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use global_average_pooling2d::GlobalAveragePooling2D;
pub use global_max_pooling2d::GlobalMaxPooling2D;
pub use gru::GRU;
pub use layer_normalization::LayerNormalization;
pub use leaky_relu::LeakyReLU;
pub use lstm::LSTM;
pub use max_pooling2d::MaxPooling2D;
pub use maximum::Maximum;
pub use minimum::Minimum;
pub use multiply::Multiply;
pub use nn_core::ShapeError;
pub use prelu::PReLU;
pub use relu::ReLU;
pub use reshape::Reshape;
pub use sequential::Sequential;
pub use simple_rnn::SimpleRNN;
pub use softmax::Softmax;
pub use subtract::Subtract;
pub use zero_padding2d::ZeroPadding2D;
