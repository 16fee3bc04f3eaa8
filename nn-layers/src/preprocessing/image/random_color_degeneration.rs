//! Images of paler colours, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::ops::image::rgb_to_grayscale;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training `y = x + f · (gray - x)` with an `f` that is drawn for each image: up to `factor`, one way or the other; what is beyond the range of values
/// is cut off.
///
/// The images are in red, green and blue.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomColorDegeneration`.
///
/// ```
/// use nn::{Layer, RandomColorDegeneration, Tensor};
/// let gray = RandomColorDegeneration::new(0.0).factor_between(1.0, 1.0);
/// let y = gray.call(Tensor::from([255.0_f32, 0.0, 0.0]).reshape([1, 1, 1, 3]), true);
/// assert!(y.to_vec::<f32>()?.iter().all(|v| (v - 76.2195).abs() < 1e-3));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomColorDegeneration {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomColorDegeneration {
    /// By up to `factor`, from 0 to 1, one way or the other.
    pub const fn new(factor: f64) -> RandomColorDegeneration {
        RandomColorDegeneration::with_defaults(Factor::UpTo(factor))
    }

    /// By from `least` to `most`, from -1 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomColorDegeneration {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomColorDegeneration {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check_colors("RandomColorDegeneration", input) {
            return Err(error);
        }
        if let Err(error) = self
            .factor
            .check("RandomColorDegeneration", "factor", -1.0, 1.0)
        {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomColorDegeneration", self.value_range) {
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
        let f = images::each(x, self.factor.range(-1.0));
        let y = x + f * (rgb_to_grayscale(x) - x);
        y.clip(self.value_range[0], self.value_range[1])
    }
}
