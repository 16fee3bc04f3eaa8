//! What poolings with windows have in common, along one, two and three axes.

use crate::ShapeError;
use crate::core::windows::{self, Windows};
use nn_core::{Padding, Shape};

/// The shape that a pooling gives; channels stay.
pub(crate) const fn output_shape<const N: usize>(
    layer: &'static str,
    pool_size: [usize; N],
    strides: [usize; N],
    padding: Padding,
    input: &Shape,
) -> Result<Shape, ShapeError> {
    if let Err(error) = windows::check_rank(layer, N, input) {
        return Err(error);
    }
    let windows = Windows {
        layer,
        size: pool_size,
        strides,
        dilation: [1; N],
        padding,
    };
    windows.output_shape(input, input.dims()[N + 1])
}

/// `new` and the strides of a pooling along so many axes, in a layer with the fields `pool_size` and `strides`.
macro_rules! pool_windows {
    ($n:literal, $window:literal) => {
        #[doc = concat!("Windows of ", $window, " side by side, within the input.")]
        pub const fn new(pool_size: usize) -> Self {
            Self::with_defaults().pool_size(pool_size)
        }

        const fn steps(&self) -> [usize; $n] {
            match self.strides {
                Some(strides) => strides,
                None => self.pool_size,
            }
        }
    };
}
pub(crate) use pool_windows;
