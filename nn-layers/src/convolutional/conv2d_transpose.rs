//! Transposed convolution of images.

use crate::convolutional::transposed::Transposed;
use crate::convolutional::weights::kernel_size_by_side;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The way back of a convolution: every pixel of the input adds its kernel, scaled, to the output, `strides` from that of the next one;
/// then the bias and the activation.
///
/// Shapes: `[batch, height, width, channels] → [batch, height', width', filters]`, with
/// `height' = (height - 1)·stride + max(span, stride)`, `span = (kernel - 1)·dilation + 1`, or with [`Padding::Same`] `height·stride`.
/// With an output padding it is `(height - 1)·stride + span + output_padding`, with [`Padding::Same`] too
/// `(height - 1)·stride + span mod 2 + output_padding`. Parameters: `kernel`
/// `[kernel height, kernel width, filters, channels]`, `bias` `[filters]`.
///
/// Source: Zeiler et al. 2010; Keras's `Conv2DTranspose`, channels last.
///
/// ```
/// use nn::{Conv2DTranspose, Layer, Padding, Tensor};
/// let double = Conv2DTranspose::new(16, 2).strides(2);
/// assert_eq!(double.forward(Tensor::ones([2, 7, 7, 32])).shape(), [2, 14, 14, 16]);
/// let same = Conv2DTranspose::new(16, 3).strides_by_side([2, 1]).padding(Padding::Same);
/// assert_eq!(same.forward(Tensor::ones([2, 7, 7, 32])).shape(), [2, 14, 7, 16]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "ConvTranspose2d")]
#[doc(alias = "Convolution2DTranspose")]
pub struct Conv2DTranspose {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 2],
    /// Pixels of the output from one pixel of the input to the next, down and right.
    #[config(default = [1; 2])]
    strides: [usize; 2],
    /// How much of what the kernels reach is kept.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Pixels added at the end of each axis, fewer than a stride, to choose among the sizes that a convolution takes to that of the input.
    #[config(default = None)]
    output_padding: Option<[usize; 2]>,
    /// Pixels of the output from one tap of the kernel to the next, down and right.
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
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl Conv2DTranspose {
    /// `filters` kernels of `kernel_size × kernel_size` pixels, one pixel apart, with a bias and without an activation; all that they reach is kept.
    pub const fn new(filters: usize, kernel_size: usize) -> Conv2DTranspose {
        Conv2DTranspose::with_defaults(filters, [kernel_size; 2])
    }

    kernel_size_by_side!("[height, width]", 2);

    /// The shape of the output, `[batch, height', width', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of images, there is no filter, an output padding is not below its stride, or the output would be
    /// empty or too large.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.transposed().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[3]
    }

    const fn transposed(&self) -> Transposed<2> {
        Transposed {
            layer: "Conv2DTranspose",
            filters: self.filters,
            kernel_size: self.kernel_size,
            strides: self.strides,
            padding: self.padding,
            output_padding: self.output_padding,
            dilation_rate: self.dilation_rate,
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.transposed()
            .build(input, &self.kernel, self.bias.as_ref())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let y = self
            .transposed()
            .apply(&x, &self.kernel, self.bias.as_ref());
        activity::penalize(self.activity_regularizer, self.activation.apply(&y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module, UNKNOWN};

    #[test]
    fn the_compiler_follows_shapes() {
        static UP: Conv2DTranspose = Conv2DTranspose::new(8, 3).strides(2).padding(Padding::Same);
        let shape = UP.output_shape(&Shape::from([UNKNOWN, 7, UNKNOWN, 4]));
        assert_eq!(shape.unwrap().to_string(), "[_, 14, _, 8]");
    }

    #[test]
    fn filters_come_before_channels() {
        let up = Conv2DTranspose::new(8, 3).kernel_size_by_side([3, 2]);
        let _ = up
            .forward(Tensor::ones([1, 4, 4, 5]))
            .into_result()
            .unwrap();
        assert_eq!(up.parameters()[0].shape(), [3, 2, 8, 5]);
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_way_out() {
        let run = |layer: Conv2DTranspose| {
            let y = layer.forward(Tensor::ones([2, 3, 3, 1]));
            y.into_result().unwrap_err().to_string()
        };
        let error = run(Conv2DTranspose::new(2, 3).strides(2).output_padding(2));
        assert!(
            error.contains("an `output_padding` below the strides [2, 2], found [2, 2]"),
            "{error}"
        );
        let error = run(Conv2DTranspose::new(2, 3).padding(Padding::Causal));
        assert!(error.contains("has no causal padding"), "{error}");
        let error = run(Conv2DTranspose::new(0, 3));
        assert!(error.contains("at least one filter"), "{error}");
        let error = run(Conv2DTranspose::new(2, 3).dilation_rate(0));
        assert!(error.contains("dilation [0, 0]"), "{error}");
    }
}
