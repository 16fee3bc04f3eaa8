//! Layers that only act in training.

mod dropout;

pub use dropout::Dropout;
