//! Images made sharper or smoother by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training `y = x + (1 - 2 f) · (smooth - x)` with an `f` that is drawn for each image, evenly from 0 to `factor`, where `smooth` is the image
/// with every pixel mixed with its neighbours: 0 gives that, 0.5 the image, 1 a sharper one. What is beyond the range of values is cut off.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomSharpness`.
///
/// ```
/// use nn::{Layer, RandomSharpness, Tensor};
/// let y = RandomSharpness::new(0.5).call(Tensor::ones([2, 4, 4, 3]), true);
/// assert_eq!(y.shape(), [2, 4, 4, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomSharpness {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomSharpness {
    /// With an `f` of up to `factor`, from 0 to 1.
    pub const fn new(factor: f64) -> RandomSharpness {
        RandomSharpness::with_defaults(Factor::UpTo(factor))
    }

    /// With an `f` from `least` to `most`, each from 0 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomSharpness {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomSharpness {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomSharpness", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomSharpness", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomSharpness", self.value_range) {
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
        if let Err(error) = images::pixels("RandomSharpness", x) {
            return Tensor::failed(error);
        }
        let f = images::each(x, self.factor.range(0.0)) * 2.0;
        // The pixel counts 5, each of its eight neighbours 1, of 13.
        let around = |x: &Tensor, axis: isize| {
            let n = x.shape()[axis as usize];
            let mut paddings = [(0, 0); 4];
            paddings[axis as usize] = (1, 1);
            let x = x.pad(paddings);
            let at = |i: usize| x.slice_axis(axis, i..i + n);
            at(0) + at(1) + at(2)
        };
        let smooth = (around(&around(x, 1), 2) + x * 4.0) / 13.0;
        let y = x + (1.0 - f) * (smooth - x);
        y.clip(self.value_range[0], self.value_range[1])
    }
}
