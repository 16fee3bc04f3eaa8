//! Convolution of each channel of sequences by itself.

use crate::convolutional::depthwise::Depthwise;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Slides kernels of its own over each channel of a sequence: `y = activation(x ∗ kernel + bias)`, where channel `c·m + q` of the output
/// comes from channel `c` of the input and its kernel `q` of `m`, the depth multiplier.
///
/// Shapes: `[batch, time, channels] → [batch, time', channels · depth_multiplier]`, with the sizes of a
/// [`Conv1D`](crate::Conv1D). Parameters: `kernel` `[kernel time, channels, depth multiplier]`, `bias`
/// `[channels · depth multiplier]`.
///
/// Source: Keras's `DepthwiseConv1D`, channels last.
///
/// ```
/// use nn::{DepthwiseConv1D, Layer, Tensor};
/// let conv = DepthwiseConv1D::new(3).depth_multiplier(2);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 4])).shape(), [2, 26, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct DepthwiseConv1D {
    #[config]
    kernel_size: [usize; 1],
    /// Steps from one window to the next.
    #[config(default = [1; 1])]
    strides: [usize; 1],
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Kernels for each channel, each of which makes a channel of the output.
    #[config(default = 1)]
    depth_multiplier: usize,
    /// Steps from one tap of the kernel to the next.
    #[config(default = [1; 1])]
    dilation_rate: [usize; 1],
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
    kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl DepthwiseConv1D {
    /// A kernel of `kernel_size` steps for each channel, one step apart, within the sequence, with a bias and without an activation.
    pub const fn new(kernel_size: usize) -> DepthwiseConv1D {
        DepthwiseConv1D::with_defaults([kernel_size; 1])
    }

    /// The shape of the output, `[batch, time', channels · depth_multiplier]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, the depth multiplier is 0, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.depthwise().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    const fn depthwise(&self) -> Depthwise<1> {
        Depthwise {
            layer: "DepthwiseConv1D",
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            depth_multiplier: self.depth_multiplier,
            dilation_rate: self.dilation_rate,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.depthwise()
            .build(input, &self.kernel, self.bias.as_ref())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let y = self.depthwise().apply(&x, &self.kernel, self.bias.as_ref());
        activity::penalize(self.activity_regularizer, self.activation.apply(&y))
    }
}
