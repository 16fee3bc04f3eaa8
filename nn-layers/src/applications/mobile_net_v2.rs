//! MobileNetV2.

use super::top::{Names, Top, correct_pad, top_settings};
use crate::{
    Add, BatchNormalization, Conv2D, DepthwiseConv2D, Functional, On, ReLU, ZeroPadding2D,
};
use nn_core::{Error, Initializer, Padding, Result, Tensor};

/// A small network of inverted residual blocks: each widens its channels, convolves every channel by itself, and narrows them again without an
/// activation.
///
/// Shapes: images `[batch, height, width, channels]`, as [`MobileNetV2::preprocess_input`] gives them, to probabilities `[batch, classes]`.
/// 3 538 984 parameters with 1000 classes and a width of 1.
///
/// Source: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018; Keras's `applications.MobileNetV2`.
///
/// ```
/// use nn::{applications::MobileNetV2, Layer, Tensor};
/// let model = MobileNetV2::new().alpha(0.35).input_shape([32, 32, 3]).classes(10).build()?;
/// assert_eq!(model.forward(Tensor::ones([1, 32, 32, 3])).shape(), [1, 10]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MobileNetV2 {
    top: Top,
    alpha: f64,
}

top_settings!(MobileNetV2);

/// Filters, blocks, and the stride of the first of them.
const STACKS: [(usize, usize, usize); 7] = [
    (16, 1, 1),
    (24, 2, 2),
    (32, 3, 2),
    (64, 4, 2),
    (96, 3, 1),
    (160, 3, 2),
    (320, 1, 1),
];

impl MobileNetV2 {
    /// With a classifier of 1000 classes on images `[224, 224, 3]`, and a width of 1.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> MobileNetV2 {
        MobileNetV2 {
            top: Top::new(),
            alpha: 1.0,
        }
    }

    /// The width of the network: the factor of the number of filters of every layer, above 0 (Keras: 1).
    #[must_use]
    pub const fn alpha(mut self, alpha: f64) -> MobileNetV2 {
        self.alpha = alpha;
        self
    }

    /// The model, with random weights.
    ///
    /// # Errors
    /// An `input_shape` that is no image, or a small one; a size that is open under a classifier; an `alpha` that is not from 0 to 100.
    pub fn build(&self) -> Result<Functional<Tensor, Tensor>> {
        if !(self.alpha > 0.0 && self.alpha <= 100.0) {
            return Err(Error::value(format!(
                "MobileNetV2 expects an `alpha` above 0 and at most 100, found {}",
                self.alpha
            )));
        }
        let images = self.top.input("MobileNetV2")?;
        let first = Conv2D::new(make_divisible(32.0 * self.alpha), 3)
            .strides(2)
            .padding(Padding::Same)
            .use_bias(false);
        let mut x = relu(
            normalize(first.named("Conv1").on(&images), "bn_Conv1"),
            "Conv1_relu",
        );
        let mut number = 0;
        for (filters, blocks, stride) in STACKS {
            for block in 0..blocks {
                let stride = if block == 0 { stride } else { 1 };
                let filters = (filters as f64 * self.alpha) as usize;
                x = inverted_residual_block(x, make_divisible(filters as f64), stride, number);
                number += 1;
            }
        }
        // The paper leaves the last convolution as wide as it is in narrower networks.
        let last = match self.alpha > 1.0 {
            true => make_divisible(1280.0 * self.alpha),
            false => 1280,
        };
        let x = Conv2D::new(last, 1).use_bias(false).named("Conv_1").on(x);
        let x = relu(normalize(x, "Conv_1_bn"), "out_relu");
        let names = Names {
            average: "global_average_pooling2d",
            max: "global_max_pooling2d",
            dropout: None,
            initializer: Initializer::GlorotUniform,
        };
        Functional::new(images, self.top.on(x, &names))
    }

    /// Pixels from 0 to 255 as the network was trained on them, from -1 to 1.
    ///
    /// Shapes: any.
    pub fn preprocess_input(images: &Tensor) -> Tensor {
        images / 127.5 - 1.0
    }
}

/// The next multiple of 8, but no less than nine tenths.
fn make_divisible(filters: f64) -> usize {
    let rounded = ((filters + 4.0) as usize / 8 * 8).max(8);
    match (rounded as f64) < 0.9 * filters {
        true => rounded + 8,
        false => rounded,
    }
}

fn normalize(x: Tensor, name: &str) -> Tensor {
    BatchNormalization::new().momentum(0.999).named(name).on(x)
}

fn relu(x: Tensor, name: &str) -> Tensor {
    ReLU::new().max_value(6.0).named(name).on(x)
}

/// Six times as many channels, each convolved by itself, and as many as asked for; added to the input if it has that shape.
fn inverted_residual_block(inputs: Tensor, filters: usize, stride: usize, number: usize) -> Tensor {
    let prefix = match number {
        0 => "expanded_conv".to_string(),
        n => format!("block_{n}"),
    };
    let named = |suffix: &str| format!("{prefix}_{suffix}");
    let channels = inputs.shape().last().copied().unwrap_or(0);
    let pointwise = |filters: usize| {
        Conv2D::new(filters, 1)
            .padding(Padding::Same)
            .use_bias(false)
    };
    let mut x = inputs.clone();
    // The first block has no wider channels.
    if number > 0 {
        x = pointwise(6 * channels).named(&named("expand")).on(x);
        x = relu(normalize(x, &named("expand_BN")), &named("expand_relu"));
    }
    let padding = match stride {
        2 => {
            x = ZeroPadding2D::new(0)
                .padding_by_side(correct_pad(&x, 3))
                .named(&named("pad"))
                .on(x);
            Padding::Valid
        }
        _ => Padding::Same,
    };
    let depthwise = DepthwiseConv2D::new(3)
        .strides(stride)
        .padding(padding)
        .use_bias(false);
    let x = depthwise.named(&named("depthwise")).on(x);
    let x = relu(
        normalize(x, &named("depthwise_BN")),
        &named("depthwise_relu"),
    );
    let x = pointwise(filters).named(&named("project")).on(x);
    let x = normalize(x, &named("project_BN"));
    match channels == filters && stride == 1 {
        true => Add::new().named(&named("add")).on([inputs, x]),
        false => x,
    }
}
