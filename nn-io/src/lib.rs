//! Models in the formats of other programs, for the `nn` crate.

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

pub mod onnx;

pub use onnx::ExportOnnx;
