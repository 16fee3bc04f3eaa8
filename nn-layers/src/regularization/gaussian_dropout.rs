//! Multiplicative noise.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::regularization::rate;
use nn_core::{Error, Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training multiplies each number by a normal one of mean 1 and standard deviation `√(rate / (1 - rate))`, the noise that [`crate::Dropout`]
/// of the same rate has; in inference does nothing.
///
/// Shapes: any, of floats. The noise follows from the thread's seed or from the layer's own.
///
/// Source: Srivastava et al. 2014; Keras's `GaussianDropout`.
///
/// ```
/// use nn::{GaussianDropout, Layer, Tensor};
/// let noisy = GaussianDropout::new(0.2).seed(1).call(Tensor::ones([1000]), true);
/// assert!((noisy.std().item::<f32>()? - 0.5).abs() < 0.1);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct GaussianDropout {
    #[config]
    rate: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl GaussianDropout {
    /// With the noise of a dropout of this probability, from 0 to below 1 (an error, when it runs in training, otherwise).
    pub const fn new(rate: f64) -> GaussianDropout {
        GaussianDropout::with_defaults(rate)
    }

    /// A seed of the layer's own, so that its noise depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> GaussianDropout {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the rate is no probability.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match rate::check("GaussianDropout", self.rate) {
            Ok(()) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        if !training || self.rate == 0.0 {
            return x;
        }
        if self.rate >= 1.0 {
            return Tensor::failed(Error::value(
                "GaussianDropout of rate 1 has noise without bound, √(rate / (1 - rate)): give it a rate below 1",
            ));
        }
        let stddev = (self.rate / (1.0 - self.rate)).sqrt();
        let noise = self
            .seed
            .run(|| random::normal(x.shape(), 1.0, stddev, x.dtype()));
        x * noise
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{DType, Layer};

    #[test]
    fn the_noise_is_that_of_the_rate() {
        random::set_seed(4);
        let n = 100_000;
        let y = GaussianDropout::new(0.3).call(Tensor::full([n], 2.0_f64), true) / 2.0;
        let y = y.cast(DType::F64);
        let (mean, std) = (
            y.mean().item::<f64>().unwrap(),
            y.std().item::<f64>().unwrap(),
        );
        let stddev = (0.3_f64 / 0.7).sqrt();
        // Five standard errors.
        let tolerance = 5.0 * stddev / (n as f64).sqrt();
        assert!(
            (mean - 1.0).abs() <= tolerance && (std - stddev).abs() <= tolerance,
            "{mean} {std}"
        );
        let error = GaussianDropout::new(1.0)
            .call(Tensor::ones([2]), true)
            .into_result();
        assert!(error.unwrap_err().to_string().contains("a rate below 1"));
    }
}
