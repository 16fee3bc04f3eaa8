//! What models of images have in common: what goes in, and what stands on top of the features.

use crate::{
    Activation, Dense, Dropout, GlobalAveragePooling2D, GlobalMaxPooling2D, Input, On, ShapeError,
};
use nn_core::{Error, Initializer, Result, Shape, Tensor, UNKNOWN, is_known};
use serde::{Deserialize, Serialize};

/// How a model without its classifier makes one vector of every image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pooling {
    /// The mean over all pixels, Keras's `"avg"`.
    #[serde(rename = "avg")]
    Average,
    /// The largest value over all pixels, Keras's `"max"`.
    Max,
}

/// The settings that models of images share.
#[derive(Clone, Debug)]
pub(super) struct Top {
    pub include_top: bool,
    pub input_shape: Option<Shape>,
    pub pooling: Option<Pooling>,
    pub classes: usize,
    pub classifier_activation: Activation,
}

/// What a model's own layers on top are called, and how they start.
pub(super) struct Names {
    /// The name of the layer of the mean.
    pub average: &'static str,
    pub max: &'static str,
    /// The rate of `top_dropout`, if there is one.
    pub dropout: Option<f64>,
    pub initializer: Initializer,
}

/// Images of this many pixels a side, where nothing else is said.
const SIDE: usize = 224;

/// The least number of pixels a side.
const LEAST: usize = 32;

impl Top {
    pub const fn new() -> Top {
        Top {
            include_top: true,
            input_shape: None,
            pooling: None,
            classes: 1000,
            classifier_activation: Activation::Softmax,
        }
    }

    /// The symbolic images: `[224, 224, 3]` under a classifier, of any size without one, unless the settings say other.
    pub fn input(&self, model: &str) -> Result<Tensor> {
        let shape = match self.input_shape {
            Some(shape) => shape,
            None if self.include_top => Shape::from([SIDE, SIDE, 3]),
            None => Shape::from([UNKNOWN, UNKNOWN, 3]),
        };
        let refuse = |why: &str| {
            let message = ShapeError::new(model).text(why).shape(&shape);
            Err(Error::shape(message.to_string()))
        };
        match *shape.dims() {
            [height, width, channels] if is_known(channels) && channels > 0 => {
                let known = is_known(height) && is_known(width);
                if self.include_top && !known {
                    return refuse(
                        " with `include_top` needs the size of its images, found `input_shape` ",
                    );
                }
                let small = |side| is_known(side) && side < LEAST;
                if small(height) || small(width) {
                    return refuse(
                        " takes images of at least 32 by 32 pixels, found `input_shape` ",
                    );
                }
            }
            _ => {
                return refuse(" expects an `input_shape` [height, width, channels], found ");
            }
        }
        Input::new(shape).name("input_layer").into_result()
    }

    /// The classifier, or the pooling that the settings ask for, on the features.
    pub fn on(&self, x: Tensor, names: &Names) -> Tensor {
        let average = |x: Tensor| GlobalAveragePooling2D::new().named(names.average).on(x);
        match (self.include_top, self.pooling) {
            (true, _) => {
                let mut x = average(x);
                if let Some(rate) = names.dropout {
                    x = Dropout::new(rate).named("top_dropout").on(x);
                }
                Dense::new(self.classes)
                    .activation(self.classifier_activation)
                    .kernel_initializer(names.initializer)
                    .named("predictions")
                    .on(x)
            }
            (false, Some(Pooling::Average)) => average(x),
            (false, Some(Pooling::Max)) => GlobalMaxPooling2D::new().named(names.max).on(x),
            (false, None) => x,
        }
    }
}

/// Zeros before and behind the pixels, so that a window of `kernel_size` with a stride of 2 sees what Keras's `correct_pad` lets it see.
pub(super) fn correct_pad(x: &Tensor, kernel_size: usize) -> [[usize; 2]; 2] {
    let half = kernel_size / 2;
    let first = |side: usize| match is_known(x.shape()[1]) && is_known(side) {
        true => half - (1 - side % 2),
        false => half - 1,
    };
    match *x.shape().dims() {
        [_, height, width, _] => [[first(height), half], [first(width), half]],
        // The padding itself says what is wrong with a tensor that is no image.
        _ => [[half, half]; 2],
    }
}

/// Builder methods for the settings in `top`, alike for all models of images.
macro_rules! top_settings {
    ($model:ident) => {
        impl $model {
            /// With the classifier (Keras: yes); without it the model gives features.
            #[must_use]
            pub const fn include_top(mut self, include_top: bool) -> Self {
                self.top.include_top = include_top;
                self
            }

            /// The shape of an image, `[height, width, channels]`, of at least 32 by 32 pixels: `[224, 224, 3]` by default with the classifier,
            /// and `[UNKNOWN, UNKNOWN, 3]`, any size, without it.
            #[must_use]
            pub fn input_shape(mut self, input_shape: impl Into<nn_core::Shape>) -> Self {
                self.top.input_shape = Some(input_shape.into());
                self
            }

            /// One vector for every image, of a model without the classifier; with the classifier it says nothing.
            #[must_use]
            pub const fn pooling(mut self, pooling: crate::applications::Pooling) -> Self {
                self.top.pooling = Some(pooling);
                self
            }

            /// The number of classes of the classifier (Keras: 1000).
            #[must_use]
            pub const fn classes(mut self, classes: usize) -> Self {
                self.top.classes = classes;
                self
            }

            /// The activation of the classifier (Keras: softmax); `Activation::Linear` gives logits.
            #[must_use]
            pub const fn classifier_activation(mut self, activation: crate::Activation) -> Self {
                self.top.classifier_activation = activation;
                self
            }
        }
    };
}
pub(super) use top_settings;
