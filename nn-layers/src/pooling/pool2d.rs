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

/// The settings of a pooling as builder methods, in a layer with the fields `pool_size`, `strides` and `padding`.
macro_rules! pool2d_builders {
    () => {
        /// Windows of `pool_size × pool_size` pixels side by side, within the image.
        pub const fn new(pool_size: usize) -> Self {
            Self {
                pool_size: [pool_size; 2],
                strides: None,
                padding: nn_core::Padding::Valid,
            }
        }

        /// `[height, width]` of the window, where they differ.
        #[must_use]
        pub const fn pool_shape(mut self, pool_size: [usize; 2]) -> Self {
            self.pool_size = pool_size;
            self
        }

        /// Pixels from one window to the next; the size of the window if this is not called.
        #[must_use]
        pub const fn strides(self, strides: usize) -> Self {
            self.stride_shape([strides; 2])
        }

        /// Pixels from one window to the next, `[down, right]`, where they differ.
        #[must_use]
        pub const fn stride_shape(mut self, strides: [usize; 2]) -> Self {
            self.strides = Some(strides);
            self
        }

        /// What happens at the border.
        #[must_use]
        pub const fn padding(mut self, padding: nn_core::Padding) -> Self {
            self.padding = padding;
            self
        }

        const fn steps(&self) -> [usize; 2] {
            match self.strides {
                Some(strides) => strides,
                None => self.pool_size,
            }
        }
    };
}
pub(crate) use pool2d_builders;
