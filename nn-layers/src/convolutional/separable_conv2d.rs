//! Convolution of images in two steps: over each channel, then over all channels of a pixel.

use crate::convolutional::depthwise::Depthwise;
use crate::convolutional::weights::kernel_size_by_side;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// A convolution of each channel of an image by itself, then one of single pixels over all channels:
/// `y = activation((x ∗ depthwise_kernel) ∗ pointwise_kernel + bias)`. It has far fewer weights than a [`Conv2D`](crate::Conv2D).
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', filters]`, with the sizes of a [`Conv2D`](crate::Conv2D). Parameters:
/// `depthwise_kernel` `[kernel height, kernel width, channels, depth multiplier]`, `pointwise_kernel`
/// `[1, 1, channels · depth multiplier, filters]`, `bias` `[filters]`.
///
/// Source: Chollet 2017; Keras's `SeparableConv2D`, channels last.
///
/// ```
/// use nn::{Layer, Module, Padding, SeparableConv2D, Tensor};
/// let conv = SeparableConv2D::new(32, 3).padding(Padding::Same);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 28, 16])).shape(), [2, 28, 28, 32]);
/// assert_eq!(conv.count_params(), 3 * 3 * 16 + 16 * 32 + 32);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "SeparableConvolution2D")]
pub struct SeparableConv2D {
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
    /// Kernels for each channel, each of which makes a channel between the two convolutions.
    #[config(default = 1)]
    depth_multiplier: usize,
    /// The function applied to the result.
    #[config(default = Activation::Linear)]
    activation: Activation,
    /// With or without a bias.
    #[config(default = true)]
    use_bias: bool,
    /// A penalty on the output, divided by the batch size and added to the loss.
    #[config(default = None)]
    activity_regularizer: Option<Regularizer>,
    #[param(initializer = Initializer::GlorotUniform, keys = depthwise)]
    depthwise_kernel: Param,
    #[param(initializer = Initializer::GlorotUniform, keys = pointwise)]
    pointwise_kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl SeparableConv2D {
    /// `filters` channels from kernels of `kernel_size × kernel_size` pixels, one pixel apart, within the image, with a bias and without an
    /// activation.
    pub const fn new(filters: usize, kernel_size: usize) -> SeparableConv2D {
        SeparableConv2D::with_defaults(filters, [kernel_size; 2])
    }

    kernel_size_by_side!("[height, width]", 2);

    /// The shape of the output, `[batch, height', width', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, there is no filter, the depth multiplier is 0, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.depthwise().separable_output_shape(self.filters, input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[3]
    }

    const fn depthwise(&self) -> Depthwise<2> {
        Depthwise {
            layer: "SeparableConv2D",
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            depth_multiplier: self.depth_multiplier,
            dilation_rate: self.dilation_rate,
        }
    }

    const fn kernels(&self) -> [&Param; 2] {
        [&self.depthwise_kernel, &self.pointwise_kernel]
    }

    fn build(&self, input: &Shape) -> Result<()> {
        let (kernels, bias) = (self.kernels(), self.bias.as_ref());
        self.depthwise()
            .build_separable(self.filters, input, kernels, bias)
    }

    fn call(&self, x: Tensor) -> Tensor {
        let y = self
            .depthwise()
            .apply_separable(&x, self.kernels(), self.bias.as_ref());
        activity::penalize(self.activity_regularizer, self.activation.apply(&y))
    }
}
