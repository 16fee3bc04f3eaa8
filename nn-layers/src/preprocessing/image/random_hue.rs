//! Images of other hues, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training turns the hue of every image by a part of the circle of colours that is drawn for it: up to half of `factor`, one way or the other.
///
/// The images are in red, green and blue.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomHue`.
///
/// ```
/// use nn::{Layer, RandomHue, Tensor};
/// let y = RandomHue::new(0.2).call(Tensor::ones([2, 4, 4, 3]), true);
/// assert_eq!(y.shape(), [2, 4, 4, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomHue {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomHue {
    /// By up to half of `factor`, from 0 to 1, one way or the other.
    pub const fn new(factor: f64) -> RandomHue {
        RandomHue::with_defaults(Factor::UpTo(factor))
    }

    /// By half of what is drawn from `least` to `most`, each from 0 to 1, one way or the other.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomHue {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomHue {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check_colors("RandomHue", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomHue", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomHue", self.value_range) {
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

/// Images of another hue, each by a draw of its own.
pub(super) fn change(x: &Tensor, factor: Factor, values: [f64; 2]) -> Tensor {
    let by = images::sign(x) * images::each(x, factor.range(0.0)) * 0.5;
    let x = images::between(x.clone(), values, [0.0, 1.0]);
    let colors = images::recolored(&x, |[hue, saturation, value]| {
        let hue = hue + by.squeeze(-1);
        let hue = hue.greater(1.0).where_(&hue - 1.0, hue);
        let hue = hue.less(0.0).where_(&hue + 1.0, hue);
        [hue, saturation, value]
    });
    images::between(colors.clip(0.0, 1.0), [0.0, 1.0], values)
}
