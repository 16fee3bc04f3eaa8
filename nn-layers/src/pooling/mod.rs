//! Pooling.

mod adaptive;
mod adaptive_average_pooling1d;
mod adaptive_average_pooling2d;
mod adaptive_average_pooling3d;
mod adaptive_max_pooling1d;
mod adaptive_max_pooling2d;
mod adaptive_max_pooling3d;
mod average_pooling1d;
mod average_pooling2d;
mod average_pooling3d;
mod global_average_pooling2d;
mod global_max_pooling2d;
mod max_pooling1d;
mod max_pooling2d;
mod max_pooling3d;
mod windowed;

pub use adaptive_average_pooling1d::AdaptiveAveragePooling1D;
pub use adaptive_average_pooling2d::AdaptiveAveragePooling2D;
pub use adaptive_average_pooling3d::AdaptiveAveragePooling3D;
pub use adaptive_max_pooling1d::AdaptiveMaxPooling1D;
pub use adaptive_max_pooling2d::AdaptiveMaxPooling2D;
pub use adaptive_max_pooling3d::AdaptiveMaxPooling3D;
pub use average_pooling1d::AveragePooling1D;
pub use average_pooling2d::AveragePooling2D;
pub use average_pooling3d::AveragePooling3D;
pub use global_average_pooling2d::GlobalAveragePooling2D;
pub use global_max_pooling2d::GlobalMaxPooling2D;
pub use max_pooling1d::MaxPooling1D;
pub use max_pooling2d::MaxPooling2D;
pub use max_pooling3d::MaxPooling3D;
