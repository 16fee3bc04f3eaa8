//! Looking at models: summary, plot, profile.

mod graph;
pub(crate) mod plot;
mod profile;
pub mod summary;

pub use profile::{LayerProfile, Profile, profile};
pub use summary::Summary;
