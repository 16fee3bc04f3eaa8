//! Compiling a model, the training loop and one step of it.

mod compile;
mod compiled;
mod fit;
pub mod history;
mod model;
pub(crate) mod progress;
mod scores;
mod state;
mod step;

pub use compile::{Compile, IntoLosses};
pub use compiled::Compiled;
pub use fit::Fit;
pub use history::History;
pub use model::{DefaultSteps, Model};
pub use progress::Verbose;
pub use scores::Scores;
pub use state::State;
pub use step::Step;
