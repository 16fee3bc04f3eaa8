//! Images sheared by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::images::Reading;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training shears every image: shifts its rows by up to `x_factor` of a pixel more from one to the next, and its columns by up to `y_factor`, by
/// draws for each, both one way or both the other.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomShear`.
///
/// ```
/// use nn::{Layer, RandomShear, Tensor};
/// let shear = RandomShear::new(0.3, 0.0);
/// assert_eq!(shear.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomShear {
    #[config(default = Factor::UpTo(0.0), no_builder)]
    x_factor: Factor,
    #[config(default = Factor::UpTo(0.0), no_builder)]
    y_factor: Factor,
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
impl RandomShear {
    /// Rows by up to `x_factor` and columns by up to `y_factor` of a pixel more each, from 0 to 1.
    pub const fn new(x_factor: f64, y_factor: f64) -> RandomShear {
        let mut layer = RandomShear::with_defaults();
        layer.x_factor = Factor::UpTo(x_factor);
        layer.y_factor = Factor::UpTo(y_factor);
        layer
    }

    /// Rows by from `least` to `most` of a pixel more each.
    pub const fn x_factor_between(mut self, least: f64, most: f64) -> RandomShear {
        self.x_factor = Factor::Between([least, most]);
        self
    }

    /// Columns by from `least` to `most` of a pixel more each.
    pub const fn y_factor_between(mut self, least: f64, most: f64) -> RandomShear {
        self.y_factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomShear {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomShear", input) {
            return Err(error);
        }
        if let Err(error) = self.x_factor.check("RandomShear", "x_factor", -1.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.y_factor.check("RandomShear", "y_factor", -1.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.reading().check("RandomShear") {
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
        let sign = images::sign(x);
        let by_y = images::each(x, self.y_factor.range(-1.0)) * &sign;
        let by_x = images::each(x, self.x_factor.range(-1.0)) * &sign;
        let (zero, one) = (sign.zeros_like(), sign.ones_like());
        let none = || zero.clone();
        let by = [one.clone(), by_x, none(), by_y, one, none(), none(), none()];
        self.reading().transform(x, by)
    }
}
