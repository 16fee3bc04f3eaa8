//! Images of which the bright parts are turned into their negatives.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training, on numbers from 0 to 255: adds a number, cuts off what is beyond, and turns what is not below a threshold into its negative,
/// `255 - x`. Both are drawn for each image, up to `addition_factor` and `threshold_factor` of 255; without factors every image becomes its negative.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `Solarization`.
///
/// ```
/// use nn::{Layer, Solarization, Tensor};
/// let y = Solarization::new().call(Tensor::from([55.0_f32]).reshape([1, 1, 1, 1]), true);
/// assert_eq!(y.to_vec::<f32>()?, [200.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct Solarization {
    #[config(default = Factor::UpTo(0.0), no_builder)]
    addition_factor: Factor,
    #[config(default = Factor::UpTo(0.0), no_builder)]
    threshold_factor: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl Solarization {
    /// Nothing added, a threshold of 0.
    pub const fn new() -> Solarization {
        Solarization::with_defaults()
    }

    /// Adds up to so much of 255, from 0 to 1.
    pub const fn addition_factor(mut self, factor: f64) -> Solarization {
        self.addition_factor = Factor::UpTo(factor);
        self
    }

    /// Adds up to `most` of 255, each from 0 to 1, and at least the number `least` itself, which Keras does not take of 255.
    pub const fn addition_factor_between(mut self, least: f64, most: f64) -> Solarization {
        self.addition_factor = Factor::Between([least, most]);
        self
    }

    /// A threshold of up to so much of 255, from 0 to 1.
    pub const fn threshold_factor(mut self, factor: f64) -> Solarization {
        self.threshold_factor = Factor::UpTo(factor);
        self
    }

    /// A threshold of up to `most` of 255, each from 0 to 1, and at least the number `least` itself, which Keras does not take of 255.
    pub const fn threshold_factor_between(mut self, least: f64, most: f64) -> Solarization {
        self.threshold_factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> Solarization {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("Solarization", input) {
            return Err(error);
        }
        if let Err(error) = self
            .addition_factor
            .check("Solarization", "addition_factor", 0.0, 1.0)
        {
            return Err(error);
        }
        if let Err(error) =
            self.threshold_factor
                .check("Solarization", "threshold_factor", 0.0, 1.0)
        {
            return Err(error);
        }
        if let Err(error) = images::check_values("Solarization", self.value_range) {
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
        let whole = [0.0, 255.0];
        let draw = |factor: Factor| {
            // Keras takes the lower one as a number from 0 to 255 as it is.
            let [low, high] = factor.range(0.0);
            images::each(x, [low, high * 255.0])
        };
        let (addition, threshold) = (draw(self.addition_factor), draw(self.threshold_factor));
        let x = images::between(x.clone(), self.value_range, whole);
        let x = (x + addition).clip(0.0, 255.0);
        let y = x.less(threshold).where_(&x, 255.0 - &x);
        images::between(y, whole, self.value_range)
    }
}
