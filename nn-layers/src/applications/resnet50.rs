//! ResNet50.

use super::top::{Names, Top, top_settings};
use crate::{
    Activation, Add, BatchNormalization, Conv2D, Functional, MaxPooling2D, On, ZeroPadding2D,
};
use nn_core::{Initializer, Padding, Result, Tensor};

/// A residual network of 50 layers: four stacks of bottleneck blocks, whose convolutions learn what is to be added to their input.
///
/// Shapes: images `[batch, height, width, channels]`, as [`ResNet50::preprocess_input`] gives them, to probabilities `[batch, classes]`.
/// 25 636 712 parameters with 1000 classes.
///
/// Source: He et al., "Deep residual learning for image recognition", 2016; Keras's `applications.ResNet50`.
///
/// ```
/// use nn::{applications::ResNet50, Layer, Tensor};
/// let features = ResNet50::new().include_top(false).input_shape([32, 32, 3]).build()?;
/// assert_eq!(features.forward(Tensor::ones([1, 32, 32, 3])).shape(), [1, 1, 1, 2048]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ResNet50 {
    top: Top,
}

top_settings!(ResNet50);

/// Filters, blocks and the stride of the four stacks.
const STACKS: [(usize, usize, usize); 4] = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)];

impl ResNet50 {
    /// With a classifier of 1000 classes on images `[224, 224, 3]`.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> ResNet50 {
        ResNet50 { top: Top::new() }
    }

    /// The model, with random weights.
    ///
    /// # Errors
    /// An `input_shape` that is no image, or a small one; a size that is open under a classifier.
    pub fn build(&self) -> Result<Functional<Tensor, Tensor>> {
        let images = self.top.input("ResNet50")?;
        let x = ZeroPadding2D::new(3).named("conv1_pad").on(&images);
        let x = Conv2D::new(64, 7).strides(2).named("conv1_conv").on(x);
        let x = relu(normalize(x, "conv1_bn"), "conv1_relu");
        let x = ZeroPadding2D::new(1).named("pool1_pad").on(x);
        let mut x = MaxPooling2D::new(3).strides(2).named("pool1_pool").on(x);
        for (i, (filters, blocks, stride)) in STACKS.into_iter().enumerate() {
            for block in 1..=blocks {
                let name = format!("conv{}_block{block}", i + 2);
                let stride = if block == 1 { stride } else { 1 };
                x = residual_block(x, filters, stride, block == 1, &name);
            }
        }
        let names = Names {
            average: "avg_pool",
            max: "max_pool",
            dropout: None,
            initializer: Initializer::GlorotUniform,
        };
        Functional::new(images, self.top.on(x, &names))
    }

    /// Pixels from 0 to 255 as the network was trained on them: blue, green, red instead of red, green, blue, less the mean of ImageNet.
    ///
    /// Shapes: `[.., 3]` to `[.., 3]`.
    pub fn preprocess_input(images: &Tensor) -> Tensor {
        images.flip(-1) - Tensor::from([103.939_f32, 116.779, 123.68])
    }
}

fn normalize(x: Tensor, name: &str) -> Tensor {
    BatchNormalization::new()
        .epsilon(1.001e-5)
        .named(name)
        .on(x)
}

fn relu(x: Tensor, name: &str) -> Tensor {
    crate::ActivationLayer::new(Activation::Relu)
        .named(name)
        .on(x)
}

/// Three convolutions, added to their input, or to a convolution of it where the shapes differ.
fn residual_block(
    x: Tensor,
    filters: usize,
    stride: usize,
    convolve_shortcut: bool,
    name: &str,
) -> Tensor {
    let named = |suffix: &str| format!("{name}_{suffix}");
    let shortcut = match convolve_shortcut {
        true => {
            let conv = Conv2D::new(4 * filters, 1).strides(stride);
            normalize(conv.named(&named("0_conv")).on(&x), &named("0_bn"))
        }
        false => x.clone(),
    };
    let conv1 = Conv2D::new(filters, 1).strides(stride);
    let x = normalize(conv1.named(&named("1_conv")).on(x), &named("1_bn"));
    let x = relu(x, &named("1_relu"));
    let conv2 = Conv2D::new(filters, 3).padding(Padding::Same);
    let x = normalize(conv2.named(&named("2_conv")).on(x), &named("2_bn"));
    let x = relu(x, &named("2_relu"));
    let conv3 = Conv2D::new(4 * filters, 1);
    let x = normalize(conv3.named(&named("3_conv")).on(x), &named("3_bn"));
    let x = Add::new().named(&named("add")).on([shortcut, x]);
    relu(x, &named("out"))
}
