//! Images made larger or smaller by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::images::Reading;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// An image zoomed by -1 is a point: factors are greater.
const LEAST: f64 = -1.0 + f64::EPSILON;

/// In training zooms every image about its centre by a factor that is drawn for it: `1 + height_factor` of its height at most come into view, and
/// as little as `1 - height_factor`. Without a `width_factor` the width goes along.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomZoom`.
///
/// ```
/// use nn::{Layer, RandomZoom, Tensor};
/// let zoom = RandomZoom::new(0.2).width_factor_between(-0.3, -0.1);
/// assert_eq!(zoom.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomZoom {
    #[config]
    height_factor: Factor,
    #[config(default = None, no_builder)]
    width_factor: Option<Factor>,
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
impl RandomZoom {
    /// By up to `height_factor`, from 0 to 1, closer or further away.
    pub const fn new(height_factor: f64) -> RandomZoom {
        RandomZoom::with_defaults(Factor::UpTo(height_factor))
    }

    /// Between two factors, greater than -1 and up to 1: positive ones zoom out.
    pub const fn height_factor_between(mut self, least: f64, most: f64) -> RandomZoom {
        self.height_factor = Factor::Between([least, most]);
        self
    }

    /// The width by up to a factor of its own.
    pub const fn width_factor(mut self, width_factor: f64) -> RandomZoom {
        self.width_factor = Some(Factor::UpTo(width_factor));
        self
    }

    /// The width between two factors of its own.
    pub const fn width_factor_between(mut self, least: f64, most: f64) -> RandomZoom {
        self.width_factor = Some(Factor::Between([least, most]));
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomZoom {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomZoom", input) {
            return Err(error);
        }
        if let Err(error) = self
            .height_factor
            .check("RandomZoom", "height_factor", LEAST, 1.0)
        {
            return Err(error);
        }
        if let Some(factor) = self.width_factor
            && let Err(error) = factor.check("RandomZoom", "width_factor", LEAST, 1.0)
        {
            return Err(error);
        }
        if let Err(error) = self.reading().check("RandomZoom") {
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

    fn change(&self, x: &Tensor) -> Tensor {
        let zoom = |factor: Factor| images::each(x, factor.range(-1.0).map(|f| 1.0 + f));
        let by_y = zoom(self.height_factor);
        let by_x = self.width_factor.map_or_else(|| by_y.clone(), zoom);
        let [center_y, center_x] = match images::pixels("RandomZoom", x) {
            Ok(pixels) => pixels.map(|n| (n as f64 - 1.0) / 2.0),
            Err(error) => return Tensor::failed(error),
        };
        let (from_y, from_x) = ((1.0 - &by_y) * center_y, (1.0 - &by_x) * center_x);
        let zero = by_y.zeros_like();
        let none = || zero.clone();
        let by = [by_x, none(), from_x, none(), by_y, from_y, none(), none()];
        self.reading().transform(x, by)
    }
}
