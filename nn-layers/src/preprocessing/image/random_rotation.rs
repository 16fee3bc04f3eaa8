//! Images rotated by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::images::Reading;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training rotates every image about its centre by an angle that is drawn for it: `factor` of a whole turn at most, one way or the other.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomRotation`.
///
/// ```
/// use nn::{ops::FillMode, Layer, RandomRotation, Tensor};
/// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]).reshape([1, 2, 2, 1]);
/// // A quarter of a turn, whatever is drawn.
/// let quarter = RandomRotation::new(0.0).factor_between(0.25, 0.25).fill_mode(FillMode::Nearest);
/// let y = quarter.call(&x, true);
/// nn::testing::assert_close(&y.flatten(), &Tensor::from([2.0_f32, 4.0, 1.0, 3.0]), 1e-5);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomRotation {
    #[config]
    factor: Factor,
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
impl RandomRotation {
    /// By up to `factor` of a whole turn, from 0 to 1, one way or the other.
    pub const fn new(factor: f64) -> RandomRotation {
        RandomRotation::with_defaults(Factor::UpTo(factor))
    }

    /// By from `least` to `most` of a whole turn, from -1 to 1; positive ones are counter-clockwise.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomRotation {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomRotation {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomRotation", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomRotation", "factor", -1.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.reading().check("RandomRotation") {
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
        let [low, high] = self.factor.range(-1.0);
        let angle = images::each(x, [low * 360.0, high * 360.0]) * (std::f64::consts::PI / 180.0);
        let [center_y, center_x] = match images::pixels("RandomRotation", x) {
            Ok(pixels) => pixels.map(|n| 0.5 * (n as f64 - 1.0)),
            Err(error) => return Tensor::failed(error),
        };
        let (cos, sin) = (angle.cos(), angle.sin());
        let zero = angle.zeros_like();
        let from_x = center_x - &cos * center_x + &sin * center_y;
        let from_y = center_y - &sin * center_x - &cos * center_y;
        let by = [
            cos.clone(),
            -&sin,
            from_x,
            sin,
            cos,
            from_y,
            zero.clone(),
            zero,
        ];
        self.reading().transform(x, by)
    }
}
