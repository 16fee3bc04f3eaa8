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

/// Refuses a path that names another format than the one that a `what` is drawn in.
#[cfg(feature = "plot")]
fn only_svg(path: &std::path::Path, what: &str) -> nn_core::Result<()> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => Ok(()),
        _ => Err(nn_core::Error::value(format!(
            "{}: a {what} is drawn as SVG; use a path that ends in .svg",
            path.display()
        ))),
    }
}
