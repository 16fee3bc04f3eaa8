//! What convolutions along one, two and three axes have in common.

use crate::ShapeError;
use crate::convolutional::weights;
use crate::core::windows::{self, Windows};
use nn_core::ops::{ConvOptions, conv, conv_bias};
use nn_core::{Padding, Param, Result, Shape, Tensor, is_known};

/// A convolution along `N` axes, as its layer is told.
pub(crate) struct Convolution<const N: usize> {
    pub layer: &'static str,
    pub filters: usize,
    pub kernel_size: [usize; N],
    pub strides: [usize; N],
    pub padding: Padding,
    pub dilation_rate: [usize; N],
    pub groups: usize,
}

impl<const N: usize> Convolution<N> {
    /// The shape of the output, with `filters` channels.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = windows::check_rank(self.layer, N, input) {
            return Err(error);
        }
        if let Err(error) = weights::check_filters(self.layer, self.filters) {
            return Err(error);
        }
        let (channels, groups) = (input.dims()[N + 1], self.groups);
        if groups == 0
            || !self.filters.is_multiple_of(groups)
            || (is_known(channels) && !channels.is_multiple_of(groups))
        {
            let error = ShapeError::new(self.layer)
                .text(": ")
                .number(groups)
                .text(" groups need to divide both the channels, ")
                .dim(channels);
            return Err(error
                .text(" of ")
                .shape(input)
                .text(", and the filters, ")
                .number(self.filters));
        }
        self.windows().output_shape(input, self.filters)
    }

    const fn windows(&self) -> Windows<N> {
        Windows {
            layer: self.layer,
            size: self.kernel_size,
            strides: self.strides,
            dilation: self.dilation_rate,
            padding: self.padding,
        }
    }

    /// Makes the kernel, `[.., channels / groups, filters]`, and the bias.
    pub fn build(&self, input: &Shape, kernel: &Param, bias: Option<&Param>) -> Result<()> {
        self.output_shape(input)?;
        let built = kernel
            .built_dim(N)
            .map(|built| built.saturating_mul(self.groups));
        weights::check_channels(self.layer, built, input)?;
        let last = [input.dim(-1)? / self.groups, self.filters];
        kernel.build(weights::kernel_shape(self.kernel_size, last))?;
        weights::build_bias(bias, self.filters)
    }

    /// The convolution of an input, with the bias in the same pass.
    pub fn apply(&self, x: &Tensor, kernel: &Param, bias: Option<&Param>) -> Tensor {
        let options = ConvOptions {
            strides: self.strides,
            dilation: self.dilation_rate,
            groups: self.groups,
            ..ConvOptions::new(self.padding)
        };
        match bias {
            Some(bias) => conv_bias(x, kernel, bias, options),
            None => conv(x, kernel, options),
        }
    }
}
