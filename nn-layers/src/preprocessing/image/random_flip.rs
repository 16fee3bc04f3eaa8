//! Images flipped by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};
use serde::{Deserialize, Serialize};

/// In training turns every other image around, by a draw for each: left to right, top to bottom, or both at once.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomFlip`.
///
/// ```
/// use nn::{random, FlipMode, Layer, RandomFlip, Tensor};
/// random::set_seed(3);
/// let x = Tensor::from([1.0_f32, 2.0]).reshape([1, 1, 2, 1]);
/// let flip = RandomFlip::new().mode(FlipMode::Horizontal);
/// let y = flip.call(&x, true).to_vec::<f32>()?;
/// assert!(y == [1.0, 2.0] || y == [2.0, 1.0]);
/// assert_eq!(flip.forward(&x).to_vec::<f32>()?, [1.0, 2.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomFlip {
    /// Which way images are turned around.
    #[config(default = FlipMode::HorizontalAndVertical)]
    mode: FlipMode,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

/// Which way an image is turned around.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlipMode {
    /// Left to right.
    Horizontal,
    /// Top to bottom.
    Vertical,
    /// Both.
    HorizontalAndVertical,
}

#[model(crate = nn_core)]
impl RandomFlip {
    /// Both at once, for half of the images.
    pub const fn new() -> RandomFlip {
        RandomFlip::with_defaults()
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomFlip {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomFlip", input) {
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
        let flipped = images::each(x, [0.0, 1.0]).less_equal(0.5);
        let across = match self.mode {
            FlipMode::Vertical => x.clone(),
            _ => flipped.where_(x.flip(-2), x),
        };
        match self.mode {
            FlipMode::Horizontal => across,
            _ => flipped.where_(across.flip(-3), across),
        }
    }
}
