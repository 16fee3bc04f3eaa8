//! Convolution of each channel of images by itself.

use crate::convolutional::depthwise::Depthwise;
use crate::convolutional::weights::kernel_size_by_side;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Slides kernels of its own over each channel of an image: `y = activation(x ∗ kernel + bias)`, where channel `c·m + q` of the output
/// comes from channel `c` of the input and its kernel `q` of `m`, the depth multiplier.
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', channels · depth_multiplier]`, with the sizes of a
/// [`Conv2D`](crate::Conv2D). Parameters: `kernel` `[kernel height, kernel width, channels, depth multiplier]`, `bias`
/// `[channels · depth multiplier]`.
///
/// Source: Keras's `DepthwiseConv2D`, channels last.
///
/// ```
/// use nn::{DepthwiseConv2D, Layer, Padding, Tensor};
/// let conv = DepthwiseConv2D::new(3).strides(2).padding(Padding::Same);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 28, 16])).shape(), [2, 14, 14, 16]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct DepthwiseConv2D {
    #[config]
    kernel_size: [usize; 2],
    /// Pixels from one window to the next, down and right.
    #[config(default = [1; 2])]
    strides: [usize; 2],
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Kernels for each channel, each of which makes a channel of the output.
    #[config(default = 1)]
    depth_multiplier: usize,
    /// Pixels from one tap of the kernel to the next, down and right.
    #[config(default = [1; 2])]
    dilation_rate: [usize; 2],
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
impl DepthwiseConv2D {
    /// A kernel of `kernel_size × kernel_size` pixels for each channel, one pixel apart, within the image, with a bias and without an activation.
    pub const fn new(kernel_size: usize) -> DepthwiseConv2D {
        DepthwiseConv2D::with_defaults([kernel_size; 2])
    }

    kernel_size_by_side!("[height, width]", 2);

    /// The shape of the output, `[batch, height', width', channels · depth_multiplier]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, the depth multiplier is 0, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.depthwise().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[3]
    }

    const fn depthwise(&self) -> Depthwise<2> {
        Depthwise {
            layer: "DepthwiseConv2D",
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

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn each_channel_has_kernels_of_its_own() {
        let conv = DepthwiseConv2D::new(1)
            .depth_multiplier(2)
            .depthwise_initializer(Initializer::Ones);
        let x = Tensor::from([2.0_f32, 3.0]).reshape([1, 1, 1, 2]);
        let y = conv.forward(&x).to_vec::<f32>().unwrap();
        assert_eq!(y, [2.0, 2.0, 3.0, 3.0]);
        let error = conv
            .forward(Tensor::ones([1, 1, 1, 3]))
            .into_result()
            .unwrap_err();
        let error = error.to_string();
        assert!(error.contains("expected 2 channels, found 3"), "{error}");
        let none = DepthwiseConv2D::new(3).depth_multiplier(0);
        let error = none
            .forward(Tensor::ones([1, 3, 3, 3]))
            .into_result()
            .unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("a depth multiplier of at least 1"),
            "{error}"
        );
    }
}
