//! What convolutions of each channel by itself have in common, along one and two axes.

use crate::ShapeError;
use crate::convolutional::weights;
use crate::core::windows::{self, Windows};
use nn_core::ops::{ConvOptions, conv, conv_bias, depthwise_conv, depthwise_conv_bias};
use nn_core::{Padding, Param, Result, Shape, Tensor, is_known};

/// A convolution of each channel along `N` axes, as its layer is told.
pub(crate) struct Depthwise<const N: usize> {
    pub layer: &'static str,
    pub kernel_size: [usize; N],
    pub strides: [usize; N],
    pub padding: Padding,
    pub depth_multiplier: usize,
    pub dilation_rate: [usize; N],
}

impl<const N: usize> Depthwise<N> {
    /// The shape of the output, with `depth_multiplier` channels for each of the input.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = windows::check_rank(self.layer, N, input) {
            return Err(error);
        }
        if self.depth_multiplier == 0 {
            let error = ShapeError::new(self.layer);
            return Err(error.text(" expects a depth multiplier of at least 1, found 0; each channel makes as many channels of the output"));
        }
        let channels = input.dims()[N + 1];
        let more = channels.saturating_mul(self.depth_multiplier);
        if is_known(channels) && !is_known(more) {
            let error = ShapeError::new(self.layer).text(": ");
            let error = error
                .number(self.depth_multiplier)
                .text(" times the channels of ");
            return Err(error
                .shape(input)
                .text(" are more than a dimension can have (below 2³⁴)"));
        }
        let windows = Windows {
            layer: self.layer,
            size: self.kernel_size,
            strides: self.strides,
            dilation: self.dilation_rate,
            padding: self.padding,
        };
        windows.output_shape(input, more)
    }

    /// As [`Self::output_shape`], with a convolution of single pixels after it that makes `filters` channels.
    pub const fn separable_output_shape(
        &self,
        filters: usize,
        input: &Shape,
    ) -> Result<Shape, ShapeError> {
        match (
            self.output_shape(input),
            weights::check_filters(self.layer, filters),
        ) {
            (Ok(shape), Ok(())) => Ok(shape.with(N + 1, filters)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// Makes the kernel, `[.., channels, depth multiplier]`.
    pub fn build_kernel(&self, input: &Shape, kernel: &Param) -> Result<()> {
        weights::check_channels(self.layer, kernel.built_dim(N), input)?;
        let last = [input.dim(-1)?, self.depth_multiplier];
        kernel.build(weights::kernel_shape(self.kernel_size, last))
    }

    /// Makes the kernel, and the bias of as many numbers as there are channels in the output.
    pub fn build(&self, input: &Shape, kernel: &Param, bias: Option<&Param>) -> Result<()> {
        let output = self.output_shape(input)?;
        self.build_kernel(input, kernel)?;
        weights::build_bias(bias, output.dim(-1)?)
    }

    /// Makes both kernels and the bias of a separable convolution.
    pub fn build_separable(
        &self,
        filters: usize,
        input: &Shape,
        [kernel, pointwise]: [&Param; 2],
        bias: Option<&Param>,
    ) -> Result<()> {
        self.separable_output_shape(filters, input)?;
        self.build_kernel(input, kernel)?;
        let last = [input.dim(-1)? * self.depth_multiplier, filters];
        pointwise.build(weights::kernel_shape([1; N], last))?;
        weights::build_bias(bias, filters)
    }

    fn options(&self) -> ConvOptions<N> {
        ConvOptions {
            strides: self.strides,
            dilation: self.dilation_rate,
            ..ConvOptions::new(self.padding)
        }
    }

    /// The convolution of each channel, with the bias in the same pass.
    pub fn apply(&self, x: &Tensor, kernel: &Param, bias: Option<&Param>) -> Tensor {
        match bias {
            Some(bias) => depthwise_conv_bias(x, kernel, bias, self.options()),
            None => depthwise_conv(x, kernel, self.options()),
        }
    }

    /// The convolution of each channel, then that of single pixels over all channels, with the bias in the same pass.
    pub fn apply_separable(
        &self,
        x: &Tensor,
        [kernel, pointwise]: [&Param; 2],
        bias: Option<&Param>,
    ) -> Tensor {
        let (deep, options) = (self.apply(x, kernel, None), ConvOptions::<N>::default());
        match bias {
            Some(bias) => conv_bias(&deep, pointwise, bias, options),
            None => conv(&deep, pointwise, options),
        }
    }
}
