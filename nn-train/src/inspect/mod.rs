//! Looking at models: summary, plot, profile.

#[cfg(feature = "plot")]
mod curves;
#[cfg(feature = "plot")]
mod gallery;
mod graph;
pub(crate) mod plot;
mod profile;
pub mod summary;

#[cfg(feature = "plot")]
pub use gallery::ImageGallery;
pub use profile::{LayerProfile, Profile, profile};
pub use summary::Summary;
