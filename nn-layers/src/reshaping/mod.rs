//! Layers that move elements without computing.

mod flatten;
mod reshape;
mod up_sampling;
mod up_sampling1d;
mod up_sampling2d;
mod up_sampling3d;
mod zero_padding2d;

pub use flatten::Flatten;
pub use reshape::Reshape;
pub use up_sampling1d::UpSampling1D;
pub use up_sampling2d::UpSampling2D;
pub use up_sampling3d::UpSampling3D;
pub use zero_padding2d::ZeroPadding2D;
