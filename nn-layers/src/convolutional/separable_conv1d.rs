//! Convolution of sequences in two steps: over each channel, then over all channels of a step.

use crate::convolutional::depthwise::Depthwise;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// A convolution of each channel of a sequence by itself, then one of single steps over all channels:
/// `y = activation((x ∗ depthwise_kernel) ∗ pointwise_kernel + bias)`. It has far fewer weights than a [`Conv1D`](crate::Conv1D).
///
/// Shapes: `[batch, time, channels] → [batch, time', filters]`, with the sizes of a [`Conv1D`](crate::Conv1D). Parameters:
/// `depthwise_kernel` `[kernel time, channels, depth multiplier]`, `pointwise_kernel`
/// `[1, channels · depth multiplier, filters]`, `bias` `[filters]`.
///
/// Source: Chollet 2017; Keras's `SeparableConv1D`, channels last.
///
/// ```
/// use nn::{Layer, Module, SeparableConv1D, Tensor};
/// let conv = SeparableConv1D::new(16, 3);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 4])).shape(), [2, 26, 16]);
/// assert_eq!(conv.count_params(), 3 * 4 + 4 * 16 + 16);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct SeparableConv1D {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 1],
    /// Steps from one window to the next.
    #[config(default = [1; 1])]
    strides: [usize; 1],
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Steps from one tap of the kernel to the next.
    #[config(default = [1; 1])]
    dilation_rate: [usize; 1],
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
impl SeparableConv1D {
    /// `filters` channels from kernels of `kernel_size` steps, one step apart, within the sequence, with a bias and without an
    /// activation.
    pub const fn new(filters: usize, kernel_size: usize) -> SeparableConv1D {
        SeparableConv1D::with_defaults(filters, [kernel_size; 1])
    }

    /// The shape of the output, `[batch, time', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, there is no filter, the depth multiplier is 0, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.depthwise().separable_output_shape(self.filters, input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    const fn depthwise(&self) -> Depthwise<1> {
        Depthwise {
            layer: "SeparableConv1D",
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
