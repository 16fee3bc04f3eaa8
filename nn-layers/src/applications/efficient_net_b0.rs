//! EfficientNetB0.

use super::top::{Names, Top, correct_pad, top_settings};
use crate::{
    Activation, ActivationLayer, Add, BatchNormalization, Conv2D, DepthwiseConv2D, Dropout,
    Functional, GlobalAveragePooling2D, Multiply, Normalization, On, Rescaling, Reshape,
    ZeroPadding2D,
};
use nn_core::initializer::{Distribution, FanMode};
use nn_core::{Initializer, Padding, Result, Tensor};

/// A network of inverted residual blocks with squeeze-and-excitation, whose width, depth and image size were searched for together.
///
/// Shapes: images `[batch, height, width, channels]` of pixels from 0 to 255, which it rescales itself, to probabilities `[batch, classes]`.
/// 5 330 571 parameters with 1000 classes.
///
/// Source: Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019; Keras's `applications.EfficientNetB0`.
///
/// ```
/// use nn::{applications::{EfficientNetB0, Pooling}, Layer, Tensor};
/// let features = EfficientNetB0::new()
///     .include_top(false)
///     .input_shape([32, 32, 3])
///     .pooling(Pooling::Max)
///     .build()?;
/// assert_eq!(features.forward(Tensor::ones([1, 32, 32, 3])).shape(), [1, 1280]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EfficientNetB0 {
    top: Top,
}

top_settings!(EfficientNetB0);

/// Kernel size, blocks, filters, how much wider the channels become, the stride of the first block.
const STACKS: [(usize, usize, usize, usize, usize); 7] = [
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
];

/// The share of images whose block is left out at the end of the network; it grows from 0 with the depth.
const DROP_CONNECT: f64 = 0.2;

const CONVOLUTION: Initializer = Initializer::VarianceScaling {
    scale: 2.0,
    mode: FanMode::FanOut,
    distribution: Distribution::TruncatedNormal,
    input_axes: None,
    output_axes: None,
    seed: None,
};

impl EfficientNetB0 {
    /// With a classifier of 1000 classes on images `[224, 224, 3]`.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> EfficientNetB0 {
        EfficientNetB0 { top: Top::new() }
    }

    /// The model, with random weights.
    ///
    /// # Errors
    /// An `input_shape` that is no image, or a small one; a size that is open under a classifier.
    pub fn build(&self) -> Result<Functional<Tensor, Tensor>> {
        let images = self.top.input("EfficientNetB0")?;
        let x = Rescaling::new(1.0 / 255.0).named("rescaling").on(&images);
        let x = Normalization::new().axis(3).named("normalization").on(x);
        let x = ZeroPadding2D::new(0)
            .padding_by_side(correct_pad(&x, 3))
            .named("stem_conv_pad")
            .on(x);
        let stem = convolution(32, 3).strides(2);
        let x = stem.padding(Padding::Valid).named("stem_conv").on(x);
        let mut x = activate(normalize(x, "stem_bn"), "stem_activation");
        let blocks: usize = STACKS.iter().map(|stack| stack.1).sum();
        let mut number = 0;
        for (stack, (kernel_size, repeats, filters, expand, stride)) in
            STACKS.into_iter().enumerate()
        {
            for letter in ('a'..='z').take(repeats) {
                let block = Block {
                    name: format!("block{}{letter}", stack + 1),
                    kernel_size,
                    filters,
                    expand,
                    stride: if letter == 'a' { stride } else { 1 },
                    drop_rate: DROP_CONNECT * number as f64 / blocks as f64,
                };
                x = block.on(x);
                number += 1;
            }
        }
        let x = convolution(1280, 1).named("top_conv").on(x);
        let x = activate(normalize(x, "top_bn"), "top_activation");
        let names = Names {
            average: "avg_pool",
            max: "max_pool",
            dropout: Some(0.2),
            initializer: Initializer::VarianceScaling {
                scale: 1.0 / 3.0,
                mode: FanMode::FanOut,
                distribution: Distribution::Uniform,
                input_axes: None,
                output_axes: None,
                seed: None,
            },
        };
        Functional::new(images, self.top.on(x, &names))
    }

    /// The images as they are: the model itself rescales its pixels. As in Keras, for programs that try several models.
    pub fn preprocess_input(images: &Tensor) -> Tensor {
        images.clone()
    }
}

fn convolution(filters: usize, kernel_size: usize) -> Conv2D {
    Conv2D::new(filters, kernel_size)
        .padding(Padding::Same)
        .use_bias(false)
        .kernel_initializer(CONVOLUTION)
}

fn normalize(x: Tensor, name: &str) -> Tensor {
    BatchNormalization::new().named(name).on(x)
}

fn activate(x: Tensor, name: &str) -> Tensor {
    ActivationLayer::new(Activation::Silu).named(name).on(x)
}

/// An inverted residual block.
struct Block {
    name: String,
    kernel_size: usize,
    filters: usize,
    expand: usize,
    stride: usize,
    drop_rate: f64,
}

impl Block {
    fn on(&self, inputs: Tensor) -> Tensor {
        let named = |suffix: &str| format!("{}_{suffix}", self.name);
        let channels = inputs.shape().last().copied().unwrap_or(0);
        let wide = channels * self.expand;
        let mut x = inputs.clone();
        if self.expand != 1 {
            x = convolution(wide, 1).named(&named("expand_conv")).on(x);
            x = activate(
                normalize(x, &named("expand_bn")),
                &named("expand_activation"),
            );
        }
        let mut depthwise = DepthwiseConv2D::new(self.kernel_size)
            .padding(Padding::Same)
            .use_bias(false)
            .depthwise_initializer(CONVOLUTION);
        if self.stride == 2 {
            x = ZeroPadding2D::new(0)
                .padding_by_side(correct_pad(&x, self.kernel_size))
                .named(&named("dwconv_pad"))
                .on(x);
            depthwise = depthwise.padding(Padding::Valid).strides(2);
        }
        let x = depthwise.named(&named("dwconv")).on(x);
        let x = activate(normalize(x, &named("bn")), &named("activation"));
        let x = self.excite(x, channels, wide);
        let x = convolution(self.filters, 1)
            .named(&named("project_conv"))
            .on(x);
        let mut x = normalize(x, &named("project_bn"));
        if self.stride == 1 && channels == self.filters {
            if self.drop_rate > 0.0 {
                x = Dropout::new(self.drop_rate)
                    .noise_shape([None, Some(1), Some(1), Some(1)])
                    .named(&named("drop"))
                    .on(x);
            }
            x = Add::new().named(&named("add")).on([x, inputs]);
        }
        x
    }

    /// Squeeze and excitation: a factor for every channel, by the mean of all of them.
    fn excite(&self, x: Tensor, channels: usize, wide: usize) -> Tensor {
        let named = |suffix: &str| format!("{}_se_{suffix}", self.name);
        let se = GlobalAveragePooling2D::new()
            .named(&named("squeeze"))
            .on(&x);
        let se = Reshape::new([1, 1, wide as isize])
            .named(&named("reshape"))
            .on(se);
        let se = convolution((channels / 4).max(1), 1)
            .use_bias(true)
            .activation(Activation::Silu)
            .named(&named("reduce"))
            .on(se);
        let se = convolution(wide, 1)
            .use_bias(true)
            .activation(Activation::Sigmoid)
            .named(&named("expand"))
            .on(se);
        Multiply::new().named(&named("excite")).on([x, se])
    }
}
