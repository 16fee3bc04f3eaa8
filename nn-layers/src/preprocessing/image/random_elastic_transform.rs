//! Images warped as in water by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::ops::image::elastic_transform_by;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{DType, Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training warps images as in water (Simard et al. 2003): every pixel is what stands a random distance away, where neighbours move
/// together; with a probability that is drawn from `factor` for each image. Another number, drawn once for the batch from `scale`, times a
/// tenth of the longer side is how far pixels move, and times a twentieth of the shorter side how far together. In inference it does
/// nothing.
///
/// What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomElasticTransform`. The bell curve that blurs the distances is as wide as the greatest `scale` asks for; Keras cuts
/// it off at three deviations of the one drawn.
///
/// ```
/// use nn::{Layer, RandomElasticTransform, Tensor};
/// let warp = RandomElasticTransform::new().scale(0.5);
/// assert_eq!(warp.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomElasticTransform {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    #[config(default = Factor::UpTo(1.0), no_builder)]
    scale: Factor,
    /// How the numbers between pixels are found: `Nearest` or `Bilinear`.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    /// What stands beyond the border.
    #[config(default = FillMode::Reflect)]
    fill_mode: FillMode,
    /// What stands beyond the border with `FillMode::Constant`.
    #[config(default = 0.0)]
    fill_value: f64,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomElasticTransform {
    /// With a probability and a scale from 0 to 1.
    pub const fn new() -> RandomElasticTransform {
        RandomElasticTransform::with_defaults()
    }

    /// With a probability of up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> RandomElasticTransform {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// With a probability from `least` to `most`.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomElasticTransform {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Warped by up to `scale`, from 0 to 1.
    pub const fn scale(mut self, scale: f64) -> RandomElasticTransform {
        self.scale = Factor::UpTo(scale);
        self
    }

    /// Warped by from `least` to `most`, each from 0 to 1.
    pub const fn scale_between(mut self, least: f64, most: f64) -> RandomElasticTransform {
        self.scale = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomElasticTransform {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        const NAME: &str = "RandomElasticTransform";
        if let Err(error) = images::check(NAME, input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check(NAME, "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.scale.check(NAME, "scale", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_interpolation(NAME, self.interpolation) {
            return Err(error);
        }
        if let Err(error) = images::check_values(NAME, self.value_range) {
            return Err(error);
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
        let [height, width] = match images::pixels("RandomElasticTransform", x) {
            Ok(pixels) => pixels,
            Err(error) => return Tensor::failed(error),
        };
        let [low, high] = self.scale.range(0.0);
        if high == 0.0 || self.factor.range(0.0)[1] == 0.0 {
            return x.clone();
        }
        let chosen = images::chosen(x, self.factor.range(0.0));
        let drawn = random::uniform([], low, high, DType::F64);
        let [longer, shorter] = [height.max(width) as f64, height.min(width) as f64];
        let alpha = &drawn * (0.1 * longer);
        // Not quite 0, where the bell curve would be 0 / 0.
        let sigma = drawn * (0.05 * shorter) + 1e-6;
        let size = (6.0 * 0.05 * shorter * high) as usize | 1;
        let order = match self.interpolation {
            Interpolation::Nearest => 0,
            _ => 1,
        };
        let warped = elastic_transform_by(
            x,
            &alpha,
            &sigma,
            size,
            order,
            self.fill_mode,
            self.fill_value,
        );
        let [least, most] = self.value_range;
        chosen.where_(warped, x).clip(least, most)
    }
}
