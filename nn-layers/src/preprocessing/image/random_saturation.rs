//! Images of stronger or paler colours, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training multiplies the saturation of every image by `f / (1 - f)`, with an `f` that is drawn for it from 0 to `factor`: 0.5 leaves it as
/// it is, 0 makes it gray.
///
/// The images are in red, green and blue.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomSaturation`.
///
/// ```
/// use nn::{Layer, RandomSaturation, Tensor};
/// let gray = RandomSaturation::new(0.0).factor_between(0.0, 0.0);
/// let y = gray.call(Tensor::from([50.0_f32, 100.0, 200.0]).reshape([1, 1, 1, 3]), true);
/// assert_eq!(y.to_vec::<f32>()?, [200.0; 3]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomSaturation {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomSaturation {
    /// With an `f` of up to `factor`, from 0 to 1.
    pub const fn new(factor: f64) -> RandomSaturation {
        RandomSaturation::with_defaults(Factor::UpTo(factor))
    }

    /// With an `f` from `least` to `most`.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomSaturation {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomSaturation {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check_colors("RandomSaturation", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomSaturation", "factor", -1.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomSaturation", self.value_range) {
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

/// Images of another saturation, each by a draw of its own.
pub(super) fn change(x: &Tensor, factor: Factor, [least, most]: [f64; 2]) -> Tensor {
    let f = images::each(x, factor.range(-1.0));
    // Keras's epsilon.
    let by = (&f / (1.0 - &f + 1e-7)).squeeze(-1);
    images::recolored(x, |[hue, saturation, value]| {
        [hue, (saturation * by).clip(least, most), value]
    })
}
