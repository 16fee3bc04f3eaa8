//! The changes of images that `RandAugment` and `AugMix` choose from.

use crate::ShapeError;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images::{self, Reading};
use crate::preprocessing::image::{
    AutoContrast, Equalization, RandomColorDegeneration, RandomPosterization, RandomRotation,
    RandomSharpness, RandomShear, RandomTranslation, Solarization, random_brightness,
    random_contrast,
};
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Shape, Tensor, is_known, random};

/// How strong the changes are, and of what images.
#[derive(Clone, Copy)]
pub(super) struct Augmentations {
    pub value_range: [f64; 2],
    pub factor: Factor,
    pub interpolation: Interpolation,
}

impl Augmentations {
    /// How many changes there are.
    pub const ALL: usize = 11;

    /// How many of them, the first ones, leave the colours that come from brightness, contrast and sharpness.
    pub const WITHOUT_COLORS: usize = 7;

    /// How many changes one after the other or side by side a layer may have, all of which are computed.
    const MOST: usize = 100;

    /// Checks the input, the settings, and how many changes are asked for.
    pub const fn check(
        self,
        layer: &str,
        input: &Shape,
        changes: Option<usize>,
    ) -> Result<(), ShapeError> {
        if let Err(error) = images::check_colors(layer, input) {
            return Err(error);
        }
        if !is_known(input.dims()[input.rank() - 1]) {
            return Err(ShapeError::new(layer)
                .text(" needs to know the channels, found ")
                .shape(input));
        }
        if let Err(error) = images::check_values(layer, self.value_range) {
            return Err(error);
        }
        if let Err(error) = self.factor.check(layer, "factor", 0.0, 1.0) {
            return Err(error);
        }
        let reading = Reading {
            interpolation: self.interpolation,
            fill_mode: FillMode::Reflect,
            fill_value: 0.0,
        };
        if let Err(error) = reading.check(layer) {
            return Err(error);
        }
        match changes {
            Some(0..=Augmentations::MOST) => Ok(()),
            _ => Err(ShapeError::new(layer)
                .text(" makes at most ")
                .number(Augmentations::MOST)
                .text(" changes of a batch")),
        }
    }

    /// A batch changed in one way, the same for all images and drawn from the first `count` and, if `or_none`, from leaving it as it is. How far is drawn
    /// for each image.
    ///
    /// What is drawn is not known while a model is traced, so every change is computed and one of them kept, as in Keras's `RandAugment`.
    pub fn one_of(self, x: &Tensor, count: usize, or_none: bool) -> Tensor {
        let ways = (count + usize::from(or_none)) as i64;
        let way = random::randint([1, 1, 1, 1], 0, ways);
        (0..count).fold(x.clone(), |changed, number| {
            way.equal(number as i64)
                .where_(self.change(number, x), changed)
        })
    }

    fn change(self, number: usize, x: &Tensor) -> Tensor {
        let [low, high] = self.factor.range(0.0);
        let (values, between) = (self.value_range, Factor::Between([low, high]));
        match number {
            0 => RandomShear::new(0.0, 0.0)
                .x_factor_between(low, high)
                .y_factor_between(low, high)
                .interpolation(self.interpolation)
                .change(x),
            1 => RandomTranslation::new(0.0, 0.0)
                .height_factor_between(low, high)
                .width_factor_between(low, high)
                .interpolation(self.interpolation)
                .change(x),
            2 => RandomRotation::new(0.0)
                .factor_between(low, high)
                .interpolation(self.interpolation)
                .change(x),
            // The most bits of eight, of which one is left.
            3 => RandomPosterization::new(((8.0 * high) as u8).max(1))
                .value_range(values)
                .change(x),
            4 => Solarization::new()
                .addition_factor_between(low, high)
                .threshold_factor_between(low, high)
                .value_range(values)
                .change(x),
            5 => AutoContrast::new().value_range(values).change(x),
            6 => Equalization::new().value_range(values).change(x),
            7 => random_brightness::change(x, between, values),
            8 => RandomColorDegeneration::new(0.0)
                .factor_between(low, high)
                .value_range(values)
                .change(x),
            9 => random_contrast::change(x, between, values),
            _ => RandomSharpness::new(0.0)
                .factor_between(low, high)
                .value_range(values)
                .change(x),
        }
    }
}
