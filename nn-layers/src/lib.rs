//! The layers of the `nn` crate, with Keras's names, defaults and configurations.
//!
//! Layers are made by `const fn`s and configured by builder methods, which come before the first call:
//! `Dense::new(16).activation(Activation::Sigmoid)`. Each has a `const fn output_shape`, by which shapes are checked when a model is
//! built.
//!
//! | family | layers |
//! |---|---|
//! | core | [`Dense`], [`EinsumDense`], [`Embedding`], [`Identity`], [`Lambda`], [`Masking`], [`ReversibleEmbedding`] |
//! | activations | [`ActivationLayer`], [`ELU`], [`LeakyReLU`], [`PReLU`], [`ReLU`], [`Softmax`] |
//! | convolutions | [`Conv1D`], [`Conv1DTranspose`], [`Conv2D`], [`Conv2DTranspose`], [`Conv3D`], [`Conv3DTranspose`], [`DepthwiseConv1D`], [`DepthwiseConv2D`], [`SeparableConv1D`], [`SeparableConv2D`] |
//! | pooling | [`AdaptiveAveragePooling1D`], [`AdaptiveAveragePooling2D`], [`AdaptiveAveragePooling3D`], [`AdaptiveMaxPooling1D`], [`AdaptiveMaxPooling2D`], [`AdaptiveMaxPooling3D`], [`AveragePooling1D`], [`AveragePooling2D`], [`AveragePooling3D`], [`GlobalAveragePooling1D`], [`GlobalAveragePooling2D`], [`GlobalAveragePooling3D`], [`GlobalMaxPooling1D`], [`GlobalMaxPooling2D`], [`GlobalMaxPooling3D`], [`MaxPooling1D`], [`MaxPooling2D`], [`MaxPooling3D`] |
//! | normalization | [`BatchNormalization`], [`GroupNormalization`], [`LayerNormalization`], [`RMSNormalization`], [`SpectralNormalization`], [`UnitNormalization`] |
//! | recurrent | [`Bidirectional`], [`ConvLSTM1D`], [`ConvLSTM2D`], [`ConvLSTM3D`], [`GRU`], [`GRUCell`], [`LSTM`], [`LSTMCell`], [`RNN`], [`SimpleRNN`], [`SimpleRNNCell`], [`StackedRNNCells`], [`TimeDistributed`] |
//! | attention | [`AdditiveAttention`], [`Attention`], [`GroupQueryAttention`], [`MultiHeadAttention`] |
//! | reshaping | [`Cropping1D`], [`Cropping2D`], [`Cropping3D`], [`Flatten`], [`Permute`], [`RepeatVector`], [`Reshape`], [`UpSampling1D`], [`UpSampling2D`], [`UpSampling3D`], [`ZeroPadding1D`], [`ZeroPadding2D`], [`ZeroPadding3D`] |
//! | merging | [`Add`], [`Average`], [`Concatenate`], [`Dot`], [`Maximum`], [`Minimum`], [`Multiply`], [`Subtract`] |
//! | regularization | [`ActivityRegularization`], [`AlphaDropout`], [`Dropout`], [`GaussianDropout`], [`GaussianNoise`], [`SpatialDropout1D`], [`SpatialDropout2D`], [`SpatialDropout3D`] |
//! | preprocessing | [`AugMix`], [`AutoContrast`], [`CategoryEncoding`], [`CenterCrop`], [`ContrastLimitedAdaptiveHistogramEqualization`], [`CutMix`], [`Discretization`], [`Equalization`], [`HashedCrossing`], [`Hashing`], [`IntegerLookup`], [`MelSpectrogram`], [`MaxNumBoundingBoxes`], [`MixUp`], [`Normalization`], [`RandAugment`], [`RandomBrightness`], [`RandomColorDegeneration`], [`RandomColorJitter`], [`RandomContrast`], [`RandomCrop`], [`RandomElasticTransform`], [`RandomErasing`], [`RandomFlip`], [`RandomGaussianBlur`], [`RandomGrayscale`], [`RandomHue`], [`RandomInvert`], [`RandomPerspective`], [`RandomPosterization`], [`RandomRotation`], [`RandomSaturation`], [`RandomSharpness`], [`RandomShear`], [`RandomTranslation`], [`RandomZoom`], [`Rescaling`], [`Resizing`], [`STFTSpectrogram`], [`Solarization`], [`StringLookup`], [`TextVectorization`] |
//! | put together | [`Sequential`], [`Functional`] from [`Input`]s, [`Shared`] layers |

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]
// A `ShapeError` holds its message in place: `const` code cannot allocate, and errors are rare.
#![allow(clippy::result_large_err)]

mod activations;
pub mod applications;
mod attention;
mod convolutional;
mod core;
mod defaults;
mod functional;
pub mod keras;
mod merging;
mod normalization;
mod pooling;
mod preprocessing;
mod regularization;
mod reshaping;
mod rnn;

nn_core::spelled!(
    Activation,
    FlipMode,
    MergeMode,
    OovMethod,
    OutputMode,
    ScoreMode,
    Spectrum,
    TextSplit,
    TextStandardize,
    applications::Pooling,
);

pub use activations::{
    Activate, Activation, ActivationLayer, ELU, LeakyReLU, PReLU, ReLU, Softmax,
};
pub use attention::{
    AdditiveAttention, Attention, AttentionArguments, GroupQueryAttention, MultiHeadAttention,
    ScoreMode,
};
pub use convolutional::{
    Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose, DepthwiseConv1D,
    DepthwiseConv2D, SeparableConv1D, SeparableConv2D,
};
pub use core::{Dense, EinsumDense, Embedding, Identity, Lambda, Masking, ReversibleEmbedding};
pub use functional::{Functional, Input, On, Sequential, Shared, call_symbolic};
pub use merging::{Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract};
pub use nn_core::ops::{Feature, FillMode, Interpolation};
pub use nn_core::{ShapeError, add_loss, collect_losses};
pub use normalization::{
    BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, RenormClipping,
    SpectralNormalization, UnitNormalization,
};
pub use pooling::{
    AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D, AveragePooling1D,
    AveragePooling2D, AveragePooling3D, GlobalAveragePooling1D, GlobalAveragePooling2D,
    GlobalAveragePooling3D, GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D,
    MaxPooling1D, MaxPooling2D, MaxPooling3D,
};
pub use preprocessing::{
    AugMix, AutoContrast, CategoryEncoding, CenterCrop,
    ContrastLimitedAdaptiveHistogramEqualization, CutMix, Discretization, Equalization, FlipMode,
    HashedCrossing, Hashing, IntegerLookup, MaxNumBoundingBoxes, MelSpectrogram, MixUp,
    Normalization, OovMethod, OutputMode, RandAugment, RandomBrightness, RandomColorDegeneration,
    RandomColorJitter, RandomContrast, RandomCrop, RandomElasticTransform, RandomErasing,
    RandomFlip, RandomGaussianBlur, RandomGrayscale, RandomHue, RandomInvert, RandomPerspective,
    RandomPosterization, RandomRotation, RandomSaturation, RandomSharpness, RandomShear,
    RandomTranslation, RandomZoom, Rescaling, Resizing, STFTSpectrogram, Solarization, Spectrum,
    StringLookup, TextSplit, TextStandardize, TextVectorization,
};
pub use regularization::{
    ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise,
    SpatialDropout1D, SpatialDropout2D, SpatialDropout3D,
};
pub use reshaping::{
    Cropping1D, Cropping2D, Cropping3D, Flatten, Permute, RepeatVector, Reshape, UpSampling1D,
    UpSampling2D, UpSampling3D, ZeroPadding1D, ZeroPadding2D, ZeroPadding3D,
};
pub use rnn::{
    AnyCell, Bidirectional, Cell, CellStep, ConvLSTM1D, ConvLSTM2D, ConvLSTM3D, GRU, GRUCell, LSTM,
    LSTMCell, MergeMode, RNN, SimpleRNN, SimpleRNNCell, StackedRNNCells, States, TimeDistributed,
};
#[doc(hidden)]
pub mod __private {
    pub use crate::rnn::CellClass;
    pub use nn_core::{Module, submit};
}
