//! Images made brighter or darker by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training adds a number to every image that is drawn for it: up to `factor` of the range of values, one way or the other; what is beyond
/// the range is cut off.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomBrightness`.
///
/// ```
/// use nn::{Layer, RandomBrightness, Tensor};
/// let brighter = RandomBrightness::new(0.0).factor_between(0.5, 0.5).value_range([0.0, 1.0]);
/// let y = brighter.call(Tensor::from([0.25_f32, 0.75]).reshape([1, 1, 2, 1]), true);
/// assert_eq!(y.to_vec::<f32>()?, [0.75, 1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomBrightness {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomBrightness {
    /// By up to `factor` of the range of values, from 0 to 1, one way or the other.
    pub const fn new(factor: f64) -> RandomBrightness {
        RandomBrightness::with_defaults(Factor::UpTo(factor))
    }

    /// By from `least` to `most` of the range of values, from -1 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomBrightness {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomBrightness {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomBrightness", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomBrightness", "factor", -1.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomBrightness", self.value_range) {
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
        change(x, self.factor, self.value_range)
    }
}

/// Images of another brightness, each by a draw of its own.
pub(super) fn change(x: &Tensor, factor: Factor, [least, most]: [f64; 2]) -> Tensor {
    let more = images::each(x, factor.range(-1.0)) * (most - least);
    (x + more).clip(least, most)
}
