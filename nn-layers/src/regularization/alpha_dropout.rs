//! Dropout for self-normalizing networks.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::core::sizes::Sizes;
use crate::regularization::rate;
use nn_core::{Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// What SELU approaches for large negative numbers.
const LOWEST: f64 = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

/// In training sets each number with probability `rate` to what SELU approaches below, -1.758, and scales and moves all of them so that mean 0
/// and variance 1 stay what they are; in inference does nothing.
///
/// `y = a·(x or -1.758) + b`, `a = 1 / √((1 - rate)·(1 + rate·1.758²))`, `b = a·1.758·rate`.
///
/// Shapes: any, of floats. What is dropped follows from the thread's seed or from the layer's own.
///
/// Source: Klambauer et al. 2017; Keras's `AlphaDropout`.
///
/// ```
/// use nn::{AlphaDropout, Layer, Tensor};
/// let x = Tensor::random_normal([1000]);
/// let y = AlphaDropout::new(0.2).seed(1).call(&x, true);
/// assert!(y.mean().item::<f32>()?.abs() < 0.2 && (y.std().item::<f32>()? - 1.0).abs() < 0.2);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct AlphaDropout {
    #[config]
    rate: f64,
    #[config(default = None, no_builder)]
    noise_shape: Option<Sizes>,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl AlphaDropout {
    /// Drops with the given probability, from 0 to 1 (an error, when it runs, otherwise).
    pub const fn new(rate: f64) -> AlphaDropout {
        AlphaDropout::with_defaults(rate)
    }

    /// The shape of the draws: 1 for a dimension along which all are dropped together, `None` for one as in the input.
    pub const fn noise_shape<const N: usize>(
        mut self,
        noise_shape: [Option<usize>; N],
    ) -> AlphaDropout {
        self.noise_shape = Some(Sizes::new(noise_shape));
        self
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> AlphaDropout {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the rate is no probability, or the `noise_shape` does not fit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = rate::check("AlphaDropout", self.rate) {
            return Err(error);
        }
        match rate::noise_shape("AlphaDropout", &self.noise_shape, input, true) {
            Ok(_) => Ok(*input),
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
        let noise = match rate::noise_shape("AlphaDropout", &self.noise_shape, &x.shape(), false) {
            Ok(noise) => noise,
            Err(error) => return Tensor::failed(error.into()),
        };
        let kept = self.seed.run(|| random::bernoulli(noise, 1.0 - self.rate));
        // With a rate of 1 nothing is kept, and no scale can bring the variance back: Keras's numbers are infinite there, these are 0.
        let a = match self.rate < 1.0 {
            true => ((1.0 - self.rate) * (1.0 + self.rate * LOWEST * LOWEST)).powf(-0.5),
            false => 0.0,
        };
        let b = -a * LOWEST * self.rate;
        kept.where_(&x, LOWEST) * a + b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{DType, Layer, UNKNOWN};

    #[test]
    fn mean_and_variance_stay() {
        random::set_seed(4);
        let n = 100_000;
        let x = random::normal([n], 0.0, 1.0, DType::F64);
        for rate in [0.1, 0.5] {
            let y = AlphaDropout::new(rate).call(&x, true);
            let y = y.cast(DType::F64);
            let (mean, std) = (
                y.mean().item::<f64>().unwrap(),
                y.std().item::<f64>().unwrap(),
            );
            // Five standard errors.
            let tolerance = 5.0 / (n as f64).sqrt();
            assert!(
                mean.abs() <= tolerance && (std - 1.0).abs() <= tolerance,
                "{mean} {std}"
            );
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let x = Tensor::ones([8]);
        let y = AlphaDropout::new(0.0).call(&x, true);
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0; 8]);
        let y = AlphaDropout::new(1.0).call(&x, true);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0; 8]);
        let error = AlphaDropout::new(1.5)
            .forward(&x)
            .into_result()
            .unwrap_err();
        assert!(
            error.to_string().contains("a probability from 0 to 1"),
            "{error}"
        );
        let open = Shape::from([UNKNOWN, 3]);
        let layer = AlphaDropout::new(0.5).noise_shape([Some(1), None]);
        assert_eq!(layer.output_shape(&open).unwrap(), open);
    }
}
