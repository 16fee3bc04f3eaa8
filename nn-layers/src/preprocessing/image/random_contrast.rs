//! Images of more or less contrast, by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training `y = (x - mean) · f + mean` with the mean of each channel of an image and an `f` that is drawn for each image, evenly from
/// `1 - lower` to `1 + upper`; what is beyond the range of values is cut off. A single factor is the upper one, and the lower one is 0.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomContrast`.
///
/// ```
/// use nn::{Layer, RandomContrast, Tensor};
/// let x = Tensor::from([100.0_f32, 200.0]).reshape([1, 1, 2, 1]);
/// let y = RandomContrast::new(0.0).factor_between(0.0, 0.5).call(&x, true).to_vec::<f32>()?;
/// assert!((75.0..=100.0).contains(&y[0]) && (200.0..=225.0).contains(&y[1]));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomContrast {
    #[config]
    factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomContrast {
    /// By up to `1 + factor`, from 0 to 1.
    pub const fn new(factor: f64) -> RandomContrast {
        RandomContrast::with_defaults(Factor::UpTo(factor))
    }

    /// By from `1 - lower` to `1 + upper`, each from 0 to 1.
    pub const fn factor_between(mut self, lower: f64, upper: f64) -> RandomContrast {
        self.factor = Factor::Between([lower, upper]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomContrast {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomContrast", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomContrast", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomContrast", self.value_range) {
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

/// Images of another contrast, each by a draw of its own.
pub(super) fn change(x: &Tensor, factor: Factor, [least, most]: [f64; 2]) -> Tensor {
    let [lower, upper] = factor.range(0.0);
    let by = images::each(x, [1.0 - lower, 1.0 + upper]);
    let mean = x.mean_axes([-3], true).mean_axes([-2], true);
    ((x - &mean) * by + mean).clip(least, most)
}
