//! Layers that turn what a program is given into what a model learns from: numbers, categories, texts, images.

mod category_encoding;
mod clean;
mod discretization;
mod hashed_crossing;
mod hashing;
mod image;
mod integer_lookup;
mod lookup;
mod mel_spectrogram;
mod normalization;
mod numbers;
mod output_mode;
mod quantiles;
mod rescaling;
mod salt;
mod stft_spectrogram;
mod string_lookup;
mod text_vectorization;

pub use category_encoding::CategoryEncoding;
pub use discretization::Discretization;
pub use hashed_crossing::HashedCrossing;
pub use hashing::Hashing;
pub use image::{
    AugMix, AutoContrast, CenterCrop, ContrastLimitedAdaptiveHistogramEqualization, CutMix,
    Equalization, FlipMode, MaxNumBoundingBoxes, MixUp, RandAugment, RandomBrightness,
    RandomColorDegeneration, RandomColorJitter, RandomContrast, RandomCrop, RandomElasticTransform,
    RandomErasing, RandomFlip, RandomGaussianBlur, RandomGrayscale, RandomHue, RandomInvert,
    RandomPerspective, RandomPosterization, RandomRotation, RandomSaturation, RandomSharpness,
    RandomShear, RandomTranslation, RandomZoom, Resizing, Solarization,
};
pub use integer_lookup::{IntegerLookup, OovMethod};
pub use mel_spectrogram::MelSpectrogram;
pub use normalization::Normalization;
pub use output_mode::OutputMode;
pub use rescaling::Rescaling;
pub use stft_spectrogram::{STFTSpectrogram, Spectrum};
pub use string_lookup::StringLookup;
pub use text_vectorization::{TextSplit, TextStandardize, TextVectorization};
