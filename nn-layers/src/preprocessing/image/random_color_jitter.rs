//! Images of other colours, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::{
    random_brightness, random_contrast, random_hue, random_saturation,
};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training what `RandomBrightness`, `RandomContrast`, `RandomSaturation` and `RandomHue` do, in this order, each if it has a factor.
///
/// The images are in red, green and blue.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomColorJitter`.
///
/// ```
/// use nn::{Layer, RandomColorJitter, Tensor};
/// let jitter = RandomColorJitter::new().brightness_factor(0.2).hue_factor(0.1);
/// assert_eq!(jitter.call(Tensor::ones([2, 4, 4, 3]), true).shape(), [2, 4, 4, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomColorJitter {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = None, no_builder)]
    brightness_factor: Option<Factor>,
    #[config(default = None, no_builder)]
    contrast_factor: Option<Factor>,
    #[config(default = None, no_builder)]
    saturation_factor: Option<Factor>,
    #[config(default = None, no_builder)]
    hue_factor: Option<Factor>,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomColorJitter {
    /// None of them, until it is given a factor.
    pub const fn new() -> RandomColorJitter {
        RandomColorJitter::with_defaults()
    }

    /// The factor of `RandomBrightness`.
    pub const fn brightness_factor(mut self, factor: f64) -> RandomColorJitter {
        self.brightness_factor = Some(Factor::UpTo(factor));
        self
    }

    /// Both factors of `RandomBrightness`.
    pub const fn brightness_factor_between(mut self, least: f64, most: f64) -> RandomColorJitter {
        self.brightness_factor = Some(Factor::Between([least, most]));
        self
    }

    /// The factor of `RandomContrast`.
    pub const fn contrast_factor(mut self, factor: f64) -> RandomColorJitter {
        self.contrast_factor = Some(Factor::UpTo(factor));
        self
    }

    /// Both factors of `RandomContrast`.
    pub const fn contrast_factor_between(mut self, least: f64, most: f64) -> RandomColorJitter {
        self.contrast_factor = Some(Factor::Between([least, most]));
        self
    }

    /// The factor of `RandomSaturation`.
    pub const fn saturation_factor(mut self, factor: f64) -> RandomColorJitter {
        self.saturation_factor = Some(Factor::UpTo(factor));
        self
    }

    /// Both factors of `RandomSaturation`.
    pub const fn saturation_factor_between(mut self, least: f64, most: f64) -> RandomColorJitter {
        self.saturation_factor = Some(Factor::Between([least, most]));
        self
    }

    /// The factor of `RandomHue`.
    pub const fn hue_factor(mut self, factor: f64) -> RandomColorJitter {
        self.hue_factor = Some(Factor::UpTo(factor));
        self
    }

    /// Both factors of `RandomHue`.
    pub const fn hue_factor_between(mut self, least: f64, most: f64) -> RandomColorJitter {
        self.hue_factor = Some(Factor::Between([least, most]));
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomColorJitter {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check_colors("RandomColorJitter", input) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomColorJitter", self.value_range) {
            return Err(error);
        }
        let factors = [
            (self.brightness_factor, "brightness_factor", -1.0),
            (self.contrast_factor, "contrast_factor", 0.0),
            (self.saturation_factor, "saturation_factor", -1.0),
            (self.hue_factor, "hue_factor", 0.0),
        ];
        let mut i = 0;
        while i < factors.len() {
            let (factor, name, least) = factors[i];
            if let Some(factor) = factor
                && let Err(error) = factor.check("RandomColorJitter", name, least, 1.0)
            {
                return Err(error);
            }
            i += 1;
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(&x)),
            false => x,
        })
    }

    fn change(&self, x: &Tensor) -> Tensor {
        let steps: [(Option<Factor>, Change); 4] = [
            (self.brightness_factor, random_brightness::change),
            (self.contrast_factor, random_contrast::change),
            (self.saturation_factor, random_saturation::change),
            (self.hue_factor, random_hue::change),
        ];
        steps
            .into_iter()
            .fold(x.clone(), |x, (factor, change)| match factor {
                Some(factor) => change(&x, factor, self.value_range),
                None => x,
            })
    }
}

/// What one of the layers does in training.
type Change = fn(&Tensor, Factor, [f64; 2]) -> Tensor;
