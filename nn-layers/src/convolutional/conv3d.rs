//! Convolution of volumes.

use crate::convolutional::convolution::Convolution;
use crate::convolutional::weights::kernel_size_by_side;
use crate::core::activity;
use crate::{Activation, ShapeError};
use nn_core::{Initializer, Padding, Param, Regularizer, Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// Slides `filters` small kernels over a volume: `y = activation(x ∗ kernel + bias)` (a cross-correlation, as everywhere in deep
/// learning).
///
/// Shapes: `[batch, depth, height, width, channels] → [batch, depth', height', width', filters]`, with
/// `depth' = ⌊(depth - span) / stride⌋ + 1`, `span = (kernel - 1)·dilation + 1`, or with [`Padding::Same`]
/// `⌈depth / stride⌉`. Parameters: `kernel` `[kernel depth, kernel height, kernel width, channels / groups, filters]`,
/// `bias` `[filters]`.
///
/// Source: Keras's `Conv3D`, channels last.
///
/// ```
/// use nn::{Conv3D, Layer, Padding, Tensor};
/// let conv = Conv3D::new(16, 3).padding(Padding::Same);
/// assert_eq!(conv.forward(Tensor::ones([2, 8, 9, 10, 1])).shape(), [2, 8, 9, 10, 16]);
/// let flat = Conv3D::new(4, 3).kernel_size_by_side([1, 3, 3]).strides(2);
/// assert_eq!(flat.forward(Tensor::ones([2, 8, 9, 10, 1])).shape(), [2, 4, 4, 4, 4]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last", lora_rank, lora_alpha, quantization_config))]
#[must_use]
#[doc(alias = "Convolution3D")]
pub struct Conv3D {
    #[config]
    filters: usize,
    #[config]
    kernel_size: [usize; 3],
    /// Voxels from one window to the next along depth, height and width.
    #[config(default = [1; 3])]
    strides: [usize; 3],
    /// What happens at the border.
    #[config(default = Padding::Valid)]
    padding: Padding,
    /// Voxels from one tap of the kernel to the next along depth, height and width.
    #[config(default = [1; 3])]
    dilation_rate: [usize; 3],
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
impl Conv3D {
    /// `filters` kernels of `kernel_size × kernel_size × kernel_size` voxels, one voxel apart, within the volume, with a bias and without an activation.
    pub const fn new(filters: usize, kernel_size: usize) -> Conv3D {
        Conv3D::with_defaults(filters, [kernel_size; 3])
    }

    kernel_size_by_side!("[depth, height, width]", 3);

    /// The shape of the output, `[batch, depth', height', width', filters]`.
    ///
    /// # Errors
    /// When the input is not a batch of volumes, there is no filter, the groups do not divide channels and filters, or no window fits.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        self.convolution().output_shape(input)
    }

    /// The size for which its kernel is made by the first call.
    const fn kept_size(&self, input: &Shape) -> usize {
        input.dims()[4]
    }

    const fn convolution(&self) -> Convolution<3> {
        Convolution {
            layer: "Conv3D",
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
