//! What transposed convolutions along one, two and three axes have in common.

use crate::ShapeError;
use crate::convolutional::weights;
use crate::core::windows;
use nn_core::ops::{ConvTransposeOptions, conv_transpose};
use nn_core::{Padding, Param, Result, Shape, Tensor};

/// A transposed convolution along `N` axes, as its layer is told.
pub(crate) struct Transposed<const N: usize> {
    pub layer: &'static str,
    pub filters: usize,
    pub kernel_size: [usize; N],
    pub strides: [usize; N],
    pub padding: Padding,
    pub output_padding: Option<[usize; N]>,
    pub dilation_rate: [usize; N],
}

impl<const N: usize> Transposed<N> {
    const fn options(&self) -> ConvTransposeOptions<N> {
        ConvTransposeOptions {
            strides: self.strides,
            padding: self.padding,
            output_padding: self.output_padding,
            dilation: self.dilation_rate,
        }
    }

    /// The shape of the output, with `filters` channels.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = windows::check_rank(self.layer, N, input) {
            return Err(error);
        }
        if let Err(error) = weights::check_filters(self.layer, self.filters) {
            return Err(error);
        }
        let sizes = (self.kernel_size, self.strides, self.dilation_rate);
        if let Err(error) = windows::check_sizes(self.layer, sizes.0, sizes.1, sizes.2) {
            return Err(error);
        }
        if let Padding::Causal = self.padding {
            let error = ShapeError::new(self.layer);
            return Err(
                error.text(" has no causal padding; use `Padding::Valid` or `Padding::Same`")
            );
        }
        let mut output = input.with(N + 1, self.filters);
        let mut i = 0;
        while i < N {
            if let Some(more) = self.output_padding
                && more[i] >= self.strides[i]
            {
                let error = ShapeError::new(self.layer).text(" adds fewer pixels at the end than one stride: expected an `output_padding` below the strides ");
                let error = error.shape(&Shape::new(&self.strides)).text(", found ");
                return Err(error.shape(&Shape::new(&more)));
            }
            let n = input.dims()[i + 1];
            let size = self.options().output_size(i, n, self.kernel_size[i]);
            match size {
                Some(size) if n > 0 && size > 0 => output = output.with(i + 1, size),
                Some(_) => {
                    let error = ShapeError::new(self.layer).text(" with a window of ");
                    let error = error.shape(&Shape::new(&self.kernel_size));
                    let error = error.text(" makes nothing of ").shape(input);
                    return Err(error.text("; use a larger input, or an `output_padding`"));
                }
                None => {
                    let error = ShapeError::new(self.layer).text(": strides of ");
                    let error = error.shape(&Shape::new(&self.strides));
                    let error = error.text(" make more of ").shape(input);
                    return Err(error.text(" than a dimension can have (below 2³⁴)"));
                }
            }
            i += 1;
        }
        Ok(output)
    }

    /// Makes the kernel, `[.., filters, channels]`, and the bias.
    pub fn build(&self, input: &Shape, kernel: &Param, bias: Option<&Param>) -> Result<()> {
        self.output_shape(input)?;
        weights::check_channels(self.layer, kernel.built_dim(N + 1), input)?;
        let last = [self.filters, input.dim(-1)?];
        kernel.build(weights::kernel_shape(self.kernel_size, last))?;
        weights::build_bias(bias, self.filters)
    }

    /// The transposed convolution of an input, plus the bias.
    pub fn apply(&self, x: &Tensor, kernel: &Param, bias: Option<&Param>) -> Tensor {
        let y = conv_transpose(x, kernel, self.options());
        match bias {
            Some(bias) => y + bias,
            None => y,
        }
    }
}
