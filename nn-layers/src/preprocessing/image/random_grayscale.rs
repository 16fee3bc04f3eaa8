//! Images turned gray by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::ops::image::rgb_to_grayscale;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training turns images gray with a probability of `factor`, by a draw for each: every channel becomes `0.2989 red + 0.587 green + 0.114 blue`.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomGrayscale`.
///
/// ```
/// use nn::{Layer, RandomGrayscale, Tensor};
/// let y = RandomGrayscale::new().factor(1.0).call(Tensor::from([255.0_f32, 0.0, 0.0]).reshape([1, 1, 1, 3]), true);
/// assert!(y.to_vec::<f32>()?.iter().all(|v| (v - 76.2195).abs() < 1e-3));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomGrayscale {
    /// The probability, from 0 to 1.
    #[config(default = 0.5)]
    factor: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomGrayscale {
    /// With a probability of a half.
    pub const fn new() -> RandomGrayscale {
        RandomGrayscale::with_defaults()
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomGrayscale {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomGrayscale", input) {
            return Err(error);
        }
        if let Err(error) = Factor::UpTo(self.factor).check("RandomGrayscale", "factor", 0.0, 1.0) {
            return Err(error);
        }
        let channels = input.dims()[input.rank() - 1];
        if channels != 1 {
            return match images::check_colors("RandomGrayscale", input) {
                Ok(()) => Ok(*input),
                Err(error) => Err(error),
            };
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
        if x.shape()[3] == 1 {
            return x.clone();
        }
        let chosen = images::each(x, [0.0, 1.0]).less(self.factor);
        chosen.where_(rgb_to_grayscale(x), x)
    }
}
