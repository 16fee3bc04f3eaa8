//! Images changed in several ways by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::augmentations::Augmentations;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::ops::Interpolation;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training changes images in `num_ops` ways, one after the other. Each is drawn for the whole batch from eleven: what `RandomShear`,
/// `RandomTranslation`, `RandomRotation`, `RandomPosterization`, `Solarization`, `AutoContrast`, `Equalization`, `RandomBrightness`,
/// `RandomColorDegeneration`, `RandomContrast` and `RandomSharpness` do, with `factor` as their factor; how far is drawn for each image. Posterization
/// leaves up to `8 · factor` bits, and at least one.
///
/// The images are in red, green and blue. All eleven are computed each time, as in Keras, and one is kept: a layer for a pipeline of data more than for the
/// step of a training.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, 3]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandAugment`, but that a way which is drawn twice draws anew how far; Cubuk et al. 2020, *RandAugment: Practical automated data
/// augmentation with a reduced search space*.
///
/// ```
/// use nn::{Layer, RandAugment, Tensor};
/// let augment = RandAugment::new().num_ops(1).factor(0.3).value_range([0.0, 1.0]);
/// assert_eq!(augment.call(Tensor::random_uniform([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandAugment {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    /// How many changes follow each other, at most 100.
    #[config(default = 2)]
    num_ops: usize,
    #[config(default = Factor::UpTo(0.5), no_builder)]
    factor: Factor,
    /// How the numbers between pixels are found: `Nearest` or `Bilinear`.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandAugment {
    /// Two changes by a factor of 0.5.
    pub const fn new() -> RandAugment {
        RandAugment::with_defaults()
    }

    /// Changes by up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> RandAugment {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// Changes by from `least` to `most`, each from 0 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandAugment {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandAugment {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image of three channels, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let changes = Some(self.num_ops);
        if let Err(error) = self.augmentations().check("RandAugment", input, changes) {
            return Err(error);
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    const fn augmentations(&self) -> Augmentations {
        Augmentations {
            value_range: self.value_range,
            factor: self.factor,
            interpolation: self.interpolation,
        }
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(x)),
            false => x,
        })
    }

    fn change(&self, x: Tensor) -> Tensor {
        let augmentations = self.augmentations();
        (0..self.num_ops).fold(x, |x, _| {
            augmentations.one_of(&x, Augmentations::ALL, false)
        })
    }
}
