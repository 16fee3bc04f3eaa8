//! Images shifted by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::images::Reading;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training shifts every image down or up by as much as `height_factor` of its height, and right or left by as much as `width_factor` of
/// its width, by draws for each.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomTranslation`.
///
/// ```
/// use nn::{Layer, RandomTranslation, Tensor};
/// let shift = RandomTranslation::new(0.1, 0.2).height_factor_between(0.0, 0.5);
/// assert_eq!(shift.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomTranslation {
    #[config]
    height_factor: Factor,
    #[config]
    width_factor: Factor,
    /// What stands beyond the border.
    #[config(default = FillMode::Reflect)]
    fill_mode: FillMode,
    /// How the numbers between pixels are found: `Nearest` or `Bilinear`.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    /// What stands beyond the border with `FillMode::Constant`.
    #[config(default = 0.0)]
    fill_value: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomTranslation {
    /// By up to these parts of height and width, from 0 to 1, one way or the other.
    pub const fn new(height_factor: f64, width_factor: f64) -> RandomTranslation {
        RandomTranslation::with_defaults(Factor::UpTo(height_factor), Factor::UpTo(width_factor))
    }

    /// Down by from `least` to `most` of the height, from -1 to 1; up by negative ones.
    pub const fn height_factor_between(mut self, least: f64, most: f64) -> RandomTranslation {
        self.height_factor = Factor::Between([least, most]);
        self
    }

    /// Right by from `least` to `most` of the width, from -1 to 1; left by negative ones.
    pub const fn width_factor_between(mut self, least: f64, most: f64) -> RandomTranslation {
        self.width_factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomTranslation {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomTranslation", input) {
            return Err(error);
        }
        if let Err(error) =
            self.height_factor
                .check("RandomTranslation", "height_factor", -1.0, 1.0)
        {
            return Err(error);
        }
        if let Err(error) = self
            .width_factor
            .check("RandomTranslation", "width_factor", -1.0, 1.0)
        {
            return Err(error);
        }
        if let Err(error) = self.reading().check("RandomTranslation") {
            return Err(error);
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    const fn reading(&self) -> Reading {
        Reading {
            interpolation: self.interpolation,
            fill_mode: self.fill_mode,
            fill_value: self.fill_value,
        }
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(&x)),
            false => x,
        })
    }

    pub(super) fn change(&self, x: &Tensor) -> Tensor {
        let [height, width] = match images::pixels("RandomTranslation", x) {
            Ok(pixels) => pixels.map(|n| n as f64),
            Err(error) => return Tensor::failed(error),
        };
        let from_y = -(images::each(x, self.height_factor.range(-1.0)) * height);
        let from_x = -(images::each(x, self.width_factor.range(-1.0)) * width);
        let (zero, one) = (from_x.zeros_like(), from_x.ones_like());
        let none = || zero.clone();
        let by = [
            one.clone(),
            none(),
            from_x,
            none(),
            one,
            from_y,
            none(),
            none(),
        ];
        self.reading().transform(x, by)
    }
}
