//! Images seen at a slant by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use crate::preprocessing::image::images::Reading;
use nn_core::ops::{FillMode, Interpolation};
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training moves corners of every image (the upper left one stays) by up to half of `scale` of their distance from it, by draws for each, and draws the image
/// between them; with a probability that is drawn from `factor`, from 0 to 1 as a rule.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomPerspective`.
///
/// ```
/// use nn::{Layer, RandomPerspective, Tensor};
/// let slant = RandomPerspective::new().scale(0.3);
/// assert_eq!(slant.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomPerspective {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    /// How far corners are moved, from 0 to 1.
    #[config(default = 1.0)]
    scale: f64,
    /// How the numbers between pixels are found: `Nearest` or `Bilinear`.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    /// What stands beyond the border.
    #[config(default = 0.0)]
    fill_value: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomPerspective {
    /// With a probability from 0 to 1, and a scale of 1.
    pub const fn new() -> RandomPerspective {
        RandomPerspective::with_defaults()
    }

    /// With a probability drawn between two, from 0 to 1, for each image.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomPerspective {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomPerspective {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomPerspective", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomPerspective", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = Factor::UpTo(self.scale).check("RandomPerspective", "scale", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.reading().check("RandomPerspective") {
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
            fill_mode: FillMode::Constant,
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
        let chosen = images::chosen(x, self.factor.range(0.0));
        let moved = || 1.0 + images::each(x, [-0.5 * self.scale, 0.5 * self.scale]);
        // How much further from the first corner the others are: the second along the top, the third along the side, the last both ways.
        let [right, bottom, last_x, last_y] = [moved(), moved(), moved(), moved()];
        // The projective map that takes these corners to those of the image.
        let k = &last_x / &right + &last_y / &bottom - 1.0;
        let (a, b) = (&k / &last_x, &k / &last_y);
        let [height, width] = match images::pixels("RandomPerspective", x) {
            Ok(pixels) => pixels.map(|n| (n as f64 - 1.0).max(1.0)),
            Err(error) => return Tensor::failed(error),
        };
        let of_x = (&a - right.reciprocal()) / width;
        let of_y = (&b - bottom.reciprocal()) / height;
        let zero = k.zeros_like();
        let none = || zero.clone();
        let by = [a, none(), none(), none(), b, none(), of_x, of_y];
        chosen.where_(self.reading().transform(x, by), x)
    }
}
