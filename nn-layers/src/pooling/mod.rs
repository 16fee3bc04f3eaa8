//! Pooling.

mod average_pooling2d;
mod global;
mod global_average_pooling1d;
mod global_average_pooling2d;
mod global_average_pooling3d;
mod global_max_pooling1d;
mod global_max_pooling2d;
mod global_max_pooling3d;
mod max_pooling2d;
pub(crate) mod pool2d;

pub use average_pooling2d::AveragePooling2D;
pub use global_average_pooling1d::GlobalAveragePooling1D;
pub use global_average_pooling2d::GlobalAveragePooling2D;
pub use global_average_pooling3d::GlobalAveragePooling3D;
pub use global_max_pooling1d::GlobalMaxPooling1D;
pub use global_max_pooling2d::GlobalMaxPooling2D;
pub use global_max_pooling3d::GlobalMaxPooling3D;
pub use max_pooling2d::MaxPooling2D;
