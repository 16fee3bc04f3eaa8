//! Convolution of images.

use crate::convolutional::convolution::Convolution;
use crate::convolutional::weights::kernel_size_by_side;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Slides `filters` small kernels over an image: `y = activation(x ∗ kernel + bias)` (a cross-correlation, as everywhere in deep
/// learning).
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', filters]`, with `height' = ⌊(height - span) / stride⌋ + 1`,
/// `span = (kernel - 1)·dilation + 1`, or with [`Padding::Same`] `⌈height / stride⌉`. Parameters: `kernel`
/// `[kernel height, kernel width, channels / groups, filters]`, `bias` `[filters]`.
///
/// Source: Keras's `Conv2D`, channels last.
///
/// ```
/// use nn::{Conv2D, Layer, Padding, Tensor};
/// let conv = Conv2D::new(32, 3).padding(Padding::Same);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 28, 1])).shape(), [2, 28, 28, 32]);
/// let tall = Conv2D::new(8, 3).kernel_size_by_side([3, 1]).strides(2);
/// assert_eq!(tall.forward(Tensor::ones([2, 28, 28, 1])).shape(), [2, 13, 14, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last", lora_rank, lora_alpha, quantization_config))]
#[must_use]
#[doc(alias = "Convolution2D")]
pub struct Conv2D {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 2],
    /// Pixels from one window to the next, down and right.
    #[config(default = [1; 2])]
    strides: [usize; 2],
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Pixels from one tap of the kernel to the next, down and right.
    #[config(default = [1; 2])]
    dilation_rate: [usize; 2],
    /// Groups of channels that do not see each other; the number divides both channels and filters.
    #[config(default = 1)]
    groups: usize,
    /// The function applied to the result.
    #[config(default = Activation::Linear)]
    activation: Activation,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
    /// A penalty on the output, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl Conv2D {
    /// `filters` kernels of `kernel_size × kernel_size` pixels, one pixel apart, within the image, with a bias and without an activation.
    pub const fn new(filters: usize, kernel_size: usize) -> Conv2D {
        Conv2D::with_defaults(filters, [kernel_size; 2])
    }

    kernel_size_by_side!("[height, width]", 2);

    /// The shape of the output, `[batch, height', width', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, there is no filter, the groups do not divide channels and filters, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.convolution().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[3]
    }

    const fn convolution(&self) -> Convolution<2> {
        Convolution {
            layer: "Conv2D",
            filters: self.filters,
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            dilation_rate: self.dilation_rate,
            groups: self.groups,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.convolution()
            .build(input, &self.kernel, self.bias.as_ref())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let y = self
            .convolution()
            .apply(&x, &self.kernel, self.bias.as_ref());
        activity::penalize(self.activity_regularizer, self.activation.apply(&y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn the_compiler_follows_shapes() {
        static CONV: Conv2D = Conv2D::new(32, 3)
            .padding(Padding::Same)
            .strides(2)
            .use_bias(false);
        let shape = CONV
            .output_shape(&Shape::from([UNKNOWN, 27, UNKNOWN, 1]))
            .unwrap();
        assert_eq!(shape.to_string(), "[_, 14, _, 32]");
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_way_out() {
        let run = |conv: Conv2D, shape: &[usize]| {
            conv.forward(Tensor::ones(shape))
                .into_result()
                .unwrap_err()
                .to_string()
        };
        let error = run(Conv2D::new(4, 3), &[2, 784]);
        assert!(error.contains("Conv2D expects rank 4 [batch, height, width, channels], found rank 2 [2, 784]; `Reshape` first"), "{error}");
        let error = run(Conv2D::new(4, 3), &[2, 2, 8, 1]);
        assert!(
            error.contains("a window of [3, 3] leaves no pixel of [2, 2, 8, 1]"),
            "{error}"
        );
        let error = run(Conv2D::new(4, 3).groups(3), &[2, 8, 8, 3]);
        assert!(
            error.contains(
                "3 groups need to divide both the channels, 3 of [2, 8, 8, 3], and the filters, 4"
            ),
            "{error}"
        );
        let error = run(Conv2D::new(4, 3).strides(0), &[2, 8, 8, 3]);
        assert!(error.contains("strides [0, 0]"), "{error}");
        let conv = Conv2D::new(4, 3);
        conv.build([8, 8, 3]).unwrap();
        let error = run(conv, &[2, 8, 8, 5]);
        assert!(
            error.contains("expected 3 channels, found 5 in [2, 8, 8, 5]"),
            "{error}"
        );
    }
}
