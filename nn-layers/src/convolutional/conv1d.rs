//! Convolution of sequences.

use crate::convolutional::convolution::Convolution;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Slides `filters` small kernels over a sequence: `y = activation(x ∗ kernel + bias)` (a cross-correlation, as everywhere in deep
/// learning).
///
/// Shapes: `[batch, time, channels] → [batch, time', filters]`, with
/// `time' = ⌊(time - span) / stride⌋ + 1`, `span = (kernel - 1)·dilation + 1`, or with [`Padding::Same`] and [`Padding::Causal`]
/// `⌈time / stride⌉`. With [`Padding::Causal`] a window sees no step after its own. Parameters: `kernel` `[kernel time, channels / groups, filters]`,
/// `bias` `[filters]`.
///
/// Source: Keras's `Conv1D`, channels last.
///
/// ```
/// use nn::{Activation, Conv1D, Layer, Padding, Tensor};
/// let conv = Conv1D::new(32, 3).padding(Padding::Causal);
/// assert_eq!(conv.forward(Tensor::ones([2, 28, 4])).shape(), [2, 28, 32]);
/// let halved = Conv1D::new(8, 3).strides(2).activation(Activation::Relu);
/// assert_eq!(halved.forward(Tensor::ones([2, 28, 4])).shape(), [2, 13, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last", lora_rank, lora_alpha, quantization_config))]
#[must_use]
#[doc(alias = "Convolution1D")]
pub struct Conv1D {
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
impl Conv1D {
    /// `filters` kernels of `kernel_size` steps, one step apart, within the sequence, with a bias and without an activation.
    pub const fn new(filters: usize, kernel_size: usize) -> Conv1D {
        Conv1D::with_defaults(filters, [kernel_size; 1])
    }

    /// The shape of the output, `[batch, time', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, there is no filter, the groups do not divide channels and filters, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.convolution().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[2]
    }

    const fn convolution(&self) -> Convolution<1> {
        Convolution {
            layer: "Conv1D",
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
    use nn_core::{Layer, Module, UNKNOWN};

    #[test]
    fn the_compiler_follows_shapes() {
        static CONV: Conv1D = Conv1D::new(32, 3).padding(Padding::Causal).strides(2);
        let of = |shape: [usize; 3]| CONV.output_shape(&Shape::from(shape)).unwrap();
        assert_eq!(of([UNKNOWN, 27, 1]).to_string(), "[_, 14, 32]");
        assert_eq!(of([UNKNOWN, UNKNOWN, 1]).to_string(), "[_, _, 32]");
    }

    #[test]
    fn one_number_stands_for_all_axes() {
        let read = |json: &str| Conv1D::from_config(&serde_json::from_str(json).unwrap());
        let conv = read(r#"{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3}}"#)
            .unwrap();
        assert_eq!(
            conv.config()["config"]["kernel_size"],
            serde_json::json!([3])
        );
        let error =
            read(r#"{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": [3, 3]}}"#);
        let error = error.err().unwrap().to_string();
        assert!(error.contains("kernel_size"), "{error}");
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_way_out() {
        let run = |conv: Conv1D, shape: &[usize]| {
            let y = conv.forward(Tensor::ones(shape));
            y.into_result().unwrap_err().to_string()
        };
        let error = run(Conv1D::new(4, 3), &[2, 8]);
        assert!(
            error.contains("Conv1D expects rank 3 [batch, time, channels], found rank 2 [2, 8]"),
            "{error}"
        );
        let error = run(Conv1D::new(4, 3).dilation_rate(2), &[2, 4, 1]);
        assert!(
            error.contains("with a window of [3] and dilation [2] leaves no step of [2, 4, 1]"),
            "{error}"
        );
        let causal = crate::Conv2D::new(2, 3).padding(Padding::Causal);
        let error = causal
            .forward(Tensor::ones([1, 5, 5, 1]))
            .into_result()
            .unwrap_err();
        assert!(
            error.to_string().contains("has no order of time"),
            "{error}"
        );
    }
}
