//! Layers that move elements without computing.

mod flatten;
mod reshape;
mod zero_padding2d;

pub use flatten::Flatten;
pub use reshape::Reshape;
pub use zero_padding2d::ZeroPadding2D;
