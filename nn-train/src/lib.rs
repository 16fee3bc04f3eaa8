//! Losses, metrics, optimizers, data and the training loop of the `nn` crate.

mod batch;
pub mod callbacks;
mod compile;
mod compiled;
pub mod data;
pub mod datasets;
mod fit;
mod graph;
pub mod history;
pub mod losses;
pub mod metrics;
mod model;
pub mod optimizers;
mod plot;
mod progress;
pub mod registry;
pub mod saving;
pub mod schedules;
mod scores;
mod state;
mod step;
pub mod summary;

pub use batch::{Batch, FromBatch};
pub use compile::{Compile, IntoLosses};
pub use compiled::Compiled;
pub use data::{Batches, Dataset, IntoDataset, IntoTensors, TrainTest};
pub use fit::Fit;
pub use history::History;
pub use model::{DefaultSteps, Model};
pub use progress::Verbose;
pub use saving::LoadReport;
pub use scores::Scores;
pub use state::State;
pub use step::Step;
pub use summary::Summary;
