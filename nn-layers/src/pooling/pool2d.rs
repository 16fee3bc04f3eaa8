//! What poolings with windows have in common.

use crate::ShapeError;
use crate::core::windows::{self, Windows};
use nn_core::{Padding, Shape};

/// The shape that a pooling gives; channels stay.
pub(crate) const fn output_shape(
    layer: &'static str,
    pool_size: [usize; 2],
    strides: [usize; 2],
    padding: Padding,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if let Err(error) = windows::check_images(layer, input) {
        return Err(error);
    }
    let windows = Windows {
        layer,
        size: pool_size,
        strides,
        dilation: [1; 2],
        padding,
    };
    windows.output_shape(input, input.dims()[3])
}

/// `new` and the strides of a pooling, in a layer with the fields `pool_size` and `strides`.
macro_rules! pool2d_windows {
    () => {
        /// Windows of `pool_size × pool_size` pixels side by side, within the image.
        pub const fn new(pool_size: usize) -> Self {
            Self::with_defaults().pool_size(pool_size)
        }

        const fn steps(&self) -> [usize; 2] {
            match self.strides {
                Some(strides) => strides,
                None => self.pool_size,
            }
        }
    };
}
pub(crate) use pool2d_windows;
