//! Images mixed with others of their batch by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::mixing::Mixing;
use crate::preprocessing::image::{images, mixing};
use nn_core::{IntoInput, Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training mixes every image of a batch with another one, `w · x + (1 - w) · x'`, and their labels alike. The weight `w` is drawn for each image
/// from the beta distribution Beta(alpha, alpha), and the other one by a random order of the batch, in which some images may be their own
/// partners.
///
/// Keras takes images and labels in a dictionary; here images alone go in by [`Layer::call`](nn_core::Layer::call), and both by [`MixUp::call_with_labels`]. In a
/// Functional model [`call_symbolic`](crate::call_symbolic) puts the layer on both.
///
/// In inference it does nothing. What is drawn follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same; labels `[batch, classes]`, or `[classes]` for one image, to the
/// same. Whole numbers become floats.
///
/// Source: Keras's `MixUp`; Zhang et al. 2018, *mixup: Beyond Empirical Risk Minimization*.
///
/// ```
/// use nn::{MixUp, Tensor};
/// let images = Tensor::from([0.0_f32, 1.0]).reshape([2, 1, 1, 1]);
/// let labels = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0]]);
/// let (images, labels) = MixUp::new().alpha(0.4).call_with_labels(&images, &labels, true);
/// // The second class has as much of a label as the white image has of the image.
/// assert_eq!(images.to_vec::<f32>()?, labels.index_axis(1, 1).to_vec::<f32>()?);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct MixUp {
    /// Both parameters of the beta distribution, positive: the smaller it is, the more one of two images prevails; with 1 all weights are equally
    /// probable.
    #[config(default = 0.2)]
    alpha: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl MixUp {
    /// With an `alpha` of 0.2.
    pub const fn new() -> MixUp {
        MixUp::with_defaults()
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> MixUp {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("MixUp", input) {
            return Err(error);
        }
        if let Err(error) = mixing::check_alpha("MixUp", self.alpha) {
            return Err(error);
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        self.mix(&x, None, training).0
    }

    /// Images and their labels, mixed with the same others by the same weights.
    ///
    /// Labels that do not fit the images are an error (failed tensors).
    #[track_caller]
    pub fn call_with_labels(
        &self,
        images: impl IntoInput<Tensor>,
        labels: impl IntoInput<Tensor>,
        training: bool,
    ) -> (Tensor, Tensor) {
        self.on_both(images, labels, training)
    }

    fn call_any(&self, inputs: Vec<Tensor>, training: bool) -> Vec<Tensor> {
        self.on_any(inputs, training)
    }
}

impl Mixing for MixUp {
    const NAME: &'static str = "MixUp";

    fn seed(&self) -> &Seed {
        &self.seed
    }

    fn check(&self, images: &Shape) -> Result<(), ShapeError> {
        self.output_shape(images).map(|_| ())
    }

    fn change(&self, images: &Tensor, labels: Option<Tensor>) -> (Tensor, Option<Tensor>) {
        let order = mixing::order(images);
        let shape = [images.shape()[0], 1, 1, 1];
        let weight = random::beta(shape, self.alpha, self.alpha, images.dtype());
        let of_labels = mixing::of_labels(&weight);
        let labels = labels.map(|labels| mixing::blend(&labels, &order, &of_labels));
        (mixing::blend(images, &order, &weight), labels)
    }
}
