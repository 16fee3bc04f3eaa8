//! One file for everything: safetensors with parameters and buffers under their paths, optimizer state under `optimizer/`,
//! what callbacks keep under `callbacks/`, and in the metadata the configuration as JSON in Keras's vocabulary (`nn`) and checksums of everything (`nn.checksums`). Python's
//! safetensors reads it as it is.
//!
//! What is saved can be loaded: a configuration that would not come back as it is, two parameters of one path, layers nested too deep
//! for a reader are errors of `save`, which then has not touched the file from before. A file is written beside its final name and
//! renamed when complete, so an interrupted or failed save leaves the file from before, and two who save to one path leave one of their
//! two files. What an interrupted save left behind is removed by the next one.
//!
//! Reading takes time and memory in proportion to the file, whatever the file says; configurations may be nested 1000 levels deep.

pub(crate) mod format;
mod load;
pub mod registry;
mod save;
mod weights;
mod write_whole;

pub(crate) use load::{load_compiled, load_model, take_up};
pub(crate) use save::{Rebuild, check_training, save};
pub use weights::LoadReport;
pub(crate) use weights::{load_weights, load_weights_partial};
pub(crate) use write_whole::check_writable;
#[doc(hidden)]
pub use write_whole::write_whole;
