//! Chapters about what is special here.

#[doc = include_str!("../docs/shapes.md")]
pub mod shapes {}

#[doc = include_str!("../docs/graph.md")]
pub mod graph {}

#[doc = include_str!("../docs/mistakes.md")]
pub mod mistakes {}

#[doc = include_str!("../docs/performance.md")]
#[doc = ""]
#[doc = include_str!("../docs/growth.svg")]
pub mod performance {}

#[cfg(feature = "onnx")]
#[doc = include_str!("../docs/onnx.md")]
pub mod onnx {}
#[doc = include_str!("../docs/promises.md")]
pub mod promises {}
