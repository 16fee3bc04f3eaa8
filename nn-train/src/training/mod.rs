//! Compiling a model, the training loop and one step of it.

mod bar;
mod compile;
mod compiled;
mod fit;
pub mod history;
mod inference;
mod model;
mod not_finite;
pub(crate) mod predict;
pub(crate) mod progress;
pub(crate) mod resume;
mod running;
mod session;
mod state;
mod step;
mod tracked;
mod weights;

pub use compile::{Compile, IntoLosses};
pub use compiled::Compiled;
pub use fit::{Fit, ValidationFreq};
pub use history::History;
pub use inference::Inference;
pub use model::{DefaultSteps, Model};
pub use progress::Verbose;
pub use state::State;
pub use step::Step;
