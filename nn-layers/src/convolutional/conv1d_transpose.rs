//! Transposed convolution of sequences.

use crate::convolutional::transposed::Transposed;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// The way back of a convolution: every step of the input adds its kernel, scaled, to the output, `strides` from that of the next one;
/// then the bias and the activation.
///
/// Shapes: `[batch, time, channels] → [batch, time', filters]`, with
/// `time' = (time - 1)·stride + max(span, stride)`, `span = (kernel - 1)·dilation + 1`, or with [`Padding::Same`] `time·stride`.
/// With an output padding it is `(time - 1)·stride + span + output_padding`, with [`Padding::Same`] too
/// `(time - 1)·stride + span mod 2 + output_padding`. Parameters: `kernel`
/// `[kernel time, filters, channels]`, `bias` `[filters]`.
///
/// Source: Zeiler et al. 2010; Keras's `Conv1DTranspose`, channels last.
///
/// ```
/// use nn::{Conv1DTranspose, Layer, Padding, Tensor};
/// let double = Conv1DTranspose::new(8, 3).strides(2).padding(Padding::Same);
/// assert_eq!(double.forward(Tensor::ones([2, 7, 4])).shape(), [2, 14, 8]);
/// let longer = Conv1DTranspose::new(8, 3).strides(2).output_padding(1);
/// assert_eq!(longer.forward(Tensor::ones([2, 7, 4])).shape(), [2, 16, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
#[doc(alias = "ConvTranspose1d")]
pub struct Conv1DTranspose {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 1],
    /// Steps of the output from one step of the input to the next.
    #[config(default = [1; 1])]
    strides: [usize; 1],
    /// How much of what the kernels reach is kept.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Steps added at the end, fewer than a stride, to choose among the sizes that a convolution takes to that of the input.
    #[config(default = None)]
    output_padding: Option<[usize; 1]>,
    /// Steps of the output from one tap of the kernel to the next.
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
    #[param(initializer = Initializer::GlorotUniform)]
    kernel: Param,
    /// `None` without a bias.
    #[param(initializer = Initializer::Zeros, when = use_bias)]
    bias: Option<Param>,
}

#[model(crate = nn_core)]
impl Conv1DTranspose {
    /// `filters` kernels of `kernel_size` steps, one step apart, with a bias and without an activation; all that they reach is kept.
    pub const fn new(filters: usize, kernel_size: usize) -> Conv1DTranspose {
        Conv1DTranspose::with_defaults(filters, [kernel_size; 1])
    }

    /// The shape of the output, `[batch, time', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, there is no filter, an output padding is not below its stride, or the output would be
    /// empty or too large.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.transposed().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    const fn transposed(&self) -> Transposed<1> {
        Transposed {
            layer: "Conv1DTranspose",
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
