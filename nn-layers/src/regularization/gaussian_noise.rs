//! Additive noise.

use crate::ShapeError;
use crate::core::seed::Seed;
use nn_core::{Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training adds a normal number of mean 0 to each number; in inference does nothing.
///
/// Shapes: any, of floats. The noise follows from the thread's seed or from the layer's own.
///
/// Source: Keras's `GaussianNoise`.
///
/// ```
/// use nn::{GaussianNoise, Layer, Tensor};
/// let noisy = GaussianNoise::new(0.5).seed(1).call(Tensor::zeros([1000]), true);
/// assert!((noisy.std().item::<f32>()? - 0.5).abs() < 0.1);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct GaussianNoise {
    #[config]
    stddev: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl GaussianNoise {
    /// With a standard deviation from 0 to 1 (an error, when it runs, otherwise).
    pub const fn new(stddev: f64) -> GaussianNoise {
        GaussianNoise::with_defaults(stddev)
    }

    /// A seed of the layer's own, so that its noise depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> GaussianNoise {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the standard deviation is not from 0 to 1.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if self.stddev >= 0.0 && self.stddev <= 1.0 {
            return Ok(*input);
        }
        let error = ShapeError::new("the stddev of GaussianNoise is a number from 0 to 1, found ");
        Err(error
            .decimal(self.stddev)
            .text("; scale the input to about 1 for more"))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        match training && self.stddev != 0.0 {
            true => {
                let (shape, dtype) = (x.shape(), x.dtype());
                x + self
                    .seed
                    .run(|| random::normal(shape, 0.0, self.stddev, dtype))
            }
            false => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{DType, Layer};

    #[test]
    fn the_noise_has_the_deviation_asked_for() {
        random::set_seed(4);
        let n = 100_000;
        let y = GaussianNoise::new(0.4).call(Tensor::full([n], 2.0_f64), true) - 2.0;
        let y = y.cast(DType::F64);
        let (mean, std) = (
            y.mean().item::<f64>().unwrap(),
            y.std().item::<f64>().unwrap(),
        );
        // Five standard errors.
        let tolerance = 5.0 * 0.4 / (n as f64).sqrt();
        assert!(
            mean.abs() <= tolerance && (std - 0.4).abs() <= tolerance,
            "{mean} {std}"
        );
        for stddev in [-0.1, 1.5, f64::NAN] {
            let error = GaussianNoise::new(stddev)
                .forward(Tensor::ones([2]))
                .into_result();
            assert!(
                error
                    .unwrap_err()
                    .to_string()
                    .contains("a number from 0 to 1")
            );
        }
    }
}
