//! Models in the formats of other programs, for the `nn` crate.

#![forbid(unsafe_code)]

pub mod onnx;

pub use onnx::ExportOnnx;
