//! Losses, metrics, optimizers, data and the training loop of the `nn` crate.

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

pub mod callbacks;
pub mod data;
mod inspect;
pub mod losses;
pub mod metrics;
pub mod optimizers;
pub mod saving;
pub mod schedules;
mod training;

nn_core::spelled!(
    callbacks::Mode,
    data::SequenceEnd,
    losses::Reduction,
    metrics::Average,
    metrics::ClassAggregation,
    metrics::Curve,
    metrics::Summation,
    training::Verbose,
);

pub use data::{Batch, Batches, Dataset, FromBatch, IntoDataset, TrainTest, datasets};
#[cfg(feature = "plot")]
pub use inspect::ImageGallery;
pub use inspect::{LayerProfile, Profile, Summary, profile, summary};
pub use metrics::Scores;
pub use saving::{LoadReport, registry};
pub use training::{
    Compile, Compiled, DefaultSteps, Fit, History, Inference, IntoLosses, Model, State, Step,
    ValidationFreq, Verbose, history,
};
