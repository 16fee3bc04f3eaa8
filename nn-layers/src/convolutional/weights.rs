//! The weights of convolutions.

use crate::ShapeError;
use nn_core::{Error, Param, Result, Shape};

/// Checks that a convolution makes at least one channel.
pub(crate) const fn check_filters(layer: &str, filters: usize) -> Result<(), ShapeError> {
    if filters > 0 {
        return Ok(());
    }
    let error = ShapeError::new(layer);
    Err(error.text(" expects at least one filter, found 0; each makes one channel of the output"))
}

/// Checks that an input has the channels for which the kernel was built, if it was.
pub(crate) fn check_channels(layer: &str, built: Option<usize>, input: &Shape) -> Result<()> {
    let found = input[input.rank() - 1];
    match built {
        Some(channels) if channels != found => Err(Error::shape(format!(
            "expected {channels} channels, found {}: a {layer} keeps the channels of its first call; use another {layer} for this input",
            ShapeError::new("").dim(found).text(" in ").shape(input),
        ))),
        _ => Ok(()),
    }
}

/// The shape of a kernel: its size along each axis, then two numbers of channels.
pub(crate) fn kernel_shape<const N: usize>(size: [usize; N], channels: [usize; 2]) -> Shape {
    Shape::from([&size[..], &channels].concat())
}

/// Gives a bias its shape, if there is one.
pub(crate) fn build_bias(bias: Option<&Param>, channels: usize) -> Result<()> {
    bias.map_or(Ok(()), |bias| bias.build([channels]))
}

/// The method of a layer with the field `kernel_size` along several axes.
macro_rules! kernel_size_by_side {
    ($sides:literal, $n:literal) => {
        #[doc = concat!("`", $sides, "` of the kernel, where they differ.")]
        pub const fn kernel_size_by_side(mut self, kernel_size: [usize; $n]) -> Self {
            self.kernel_size = kernel_size;
            self
        }
    };
}
pub(crate) use kernel_size_by_side;
