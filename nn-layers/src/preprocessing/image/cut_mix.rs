//! Images with a rectangle of others of their batch by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::mixing::Mixing;
use crate::preprocessing::image::{images, mixing};
use nn_core::{Error, IntoInput, Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training puts a rectangle of another image of the batch in place of that of every image, and mixes the labels by its area, `w · y + (1 - w) · y'`.
/// What is left of an image is drawn for each from the beta distribution Beta(alpha, alpha), whose `alpha` is drawn for the batch from 0 to
/// `factor`; a rectangle has the image's proportions and any place in it. The other image is found by a random order of the batch, in which some may be
/// their own partners.
///
/// Keras takes images and labels in a dictionary; here images alone go in by [`Layer::call`](nn_core::Layer::call), and both by [`CutMix::call_with_labels`]. In a
/// Functional model [`call_symbolic`](crate::call_symbolic) puts the layer on both.
///
/// In inference it does nothing. What is drawn follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same; labels `[batch, classes]`, or `[classes]` for one image, to the
/// same. Whole numbers become floats.
///
/// Source: Keras's `CutMix`; Yun et al. 2019, *CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features*.
///
/// ```
/// use nn::{CutMix, Tensor};
/// let images = Tensor::arange(2).reshape([2, 1, 1, 1]).broadcast_to([2, 8, 8, 3]);
/// let labels = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0]]);
/// let (images, labels) = CutMix::new().call_with_labels(&images, &labels, true);
/// assert_eq!((images.shape(), labels.shape()), ([2, 8, 8, 3].into(), [2, 2].into()));
/// // Every pixel is that of one image or the other.
/// assert!(images.to_vec::<f32>()?.iter().all(|v| *v == 0.0 || *v == 1.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct CutMix {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl CutMix {
    /// With a factor of 1.
    pub const fn new() -> CutMix {
        CutMix::with_defaults()
    }

    /// With an `alpha` of up to `factor`, from 0 to 1: the smaller it is, the more one of two images prevails.
    pub const fn factor(mut self, factor: f64) -> CutMix {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// With an `alpha` from `least` to `most`, each from 0 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> CutMix {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> CutMix {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("CutMix", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("CutMix", "factor", 0.0, 1.0) {
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

    /// Images with rectangles of others, and their labels mixed with those of the same others.
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

impl Mixing for CutMix {
    const NAME: &'static str = "CutMix";

    fn seed(&self) -> &Seed {
        &self.seed
    }

    fn check(&self, images: &Shape) -> Result<(), ShapeError> {
        self.output_shape(images).map(|_| ())
    }

    fn change(&self, x: &Tensor, labels: Option<Tensor>) -> (Tensor, Option<Tensor>) {
        let [height, width] = match images::pixels("CutMix", x) {
            Ok(pixels) => pixels,
            Err(error) => return failed(&error, labels),
        };
        let order = mixing::order(x);
        // The part of a side that a rectangle has.
        let part = (1.0 - self.kept(x)).sqrt();
        let inside = |n: usize, axis: usize| {
            let length = &part * n as f64;
            let start = images::each(x, [0.0, 1.0]) * (n as f64 - &length);
            let mut dims = [1; 4];
            dims[axis] = n;
            let places = Tensor::arange(n).cast(x.dtype()).reshape(dims);
            let before_end = places.less(&start + length);
            places.greater_equal(start).logical_and(before_end)
        };
        let rectangle = inside(height, 1).logical_and(inside(width, 2));
        let kept = mixing::of_labels(&(1.0 - part.square()));
        let labels = labels.map(|labels| mixing::blend(&labels, &order, &kept));
        (rectangle.where_(x.take(&order, 0), x), labels)
    }
}

impl CutMix {
    /// Which part of each image is kept, `[batch, 1, 1, 1]`: a number of Beta(alpha, alpha), by the method of Jöhnk (1964), since `alpha`, which is drawn
    /// too, is no setting of [`random::beta`]. Of two numbers `u` and `v`, evenly from 0 to 1, `u^(1/alpha)` and `v^(1/alpha)` are taken where their
    /// sum is at most 1, and the first is divided by it. At least every second attempt has such a sum.
    fn kept(&self, x: &Tensor) -> Tensor {
        const ATTEMPTS: usize = 32;
        let [low, high] = self.factor.range(0.0);
        // As in Keras, so that it is positive.
        let alpha = random::uniform([1, 1, 1, 1], low, high, x.dtype()) + 1e-6;
        let shape = [x.shape()[0], 1, 1, ATTEMPTS];
        // In logarithms, since these powers may be too small for a number.
        let power = || (1.0 - random::uniform(shape, 0.0, 1.0, x.dtype())).log() / &alpha;
        let (u, v) = (power(), power());
        let taken = (u.exp() + v.exp()).less_equal(1.0);
        let first = taken.cast(x.dtype()).argmax(-1).one_hot(ATTEMPTS);
        let ratio = (u - v).sigmoid();
        (ratio * first.cast(x.dtype())).sum_axes([-1], true)
    }
}

/// An error in place of images, and of labels if there are some.
fn failed(error: &Error, labels: Option<Tensor>) -> (Tensor, Option<Tensor>) {
    let failed = || Tensor::failed(error.clone());
    (failed(), labels.map(|_| failed()))
}
