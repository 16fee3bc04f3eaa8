//! Images turned into negatives by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training turns images into their negatives, `most - x`, with a probability that is drawn from 0 to `factor` for each.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomInvert`.
///
/// ```
/// use nn::{Layer, RandomInvert, Tensor};
/// let always = RandomInvert::new().factor_between(1.0, 1.0);
/// let y = always.call(Tensor::from([55.0_f32]).reshape([1, 1, 1, 1]), true);
/// assert_eq!(y.to_vec::<f32>()?, [200.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomInvert {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomInvert {
    /// With a probability from 0 to 1.
    pub const fn new() -> RandomInvert {
        RandomInvert::with_defaults()
    }

    /// With a probability of up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> RandomInvert {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// With a probability from `least` to `most`.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomInvert {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomInvert {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomInvert", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomInvert", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomInvert", self.value_range) {
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
        let chosen = images::chosen(x, self.factor.range(0.0));
        chosen.where_(self.value_range[1] - x, x)
    }
}
