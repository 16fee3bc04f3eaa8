//! Images of fewer shades, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training keeps a few of the eight bits of every number, as many as are drawn for an image: from 1 to less than `factor`, and with two equal
/// numbers just as many.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomPosterization`.
///
/// ```
/// use nn::{Layer, RandomPosterization, Tensor};
/// let two = RandomPosterization::new(8).factor_between(2, 2);
/// let y = two.call(Tensor::from([100.0_f32, 255.0]).reshape([1, 1, 2, 1]), true);
/// assert_eq!(y.to_vec::<f32>()?, [64.0, 192.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomPosterization {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomPosterization {
    /// From 1 to less than `factor` bits, which is from 1 to 8.
    pub const fn new(factor: u8) -> RandomPosterization {
        RandomPosterization::with_defaults(Factor::UpTo(factor as f64))
    }

    /// From `least` to less than `most` bits, or as many as both say.
    pub const fn factor_between(mut self, least: u8, most: u8) -> RandomPosterization {
        self.factor = Factor::Between([least as f64, most as f64]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomPosterization {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomPosterization", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomPosterization", "factor", 1.0, 8.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomPosterization", self.value_range) {
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

    pub(super) fn change(&self, x: &Tensor) -> Tensor {
        let bits = images::each(x, self.factor.range(1.0)).floor();
        // As many shades make one.
        let each = ((8.0 - bits) * std::f64::consts::LN_2).exp().round();
        let whole = [0.0, 255.0];
        let x = images::between(x.clone(), self.value_range, whole).clip(0.0, 255.0);
        let y = (x.floor() / &each).floor() * each;
        images::between(y, whole, self.value_range)
    }
}
