//! Dropout.

use crate::ShapeError;
use nn_core::ops::dropout;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training sets each number to 0 with probability `rate` and scales the others by `1 / (1 - rate)`, so that the expected sum
/// stays the same; in inference does nothing.
///
/// Shapes: any. What is dropped follows from the thread's seed ([`nn_core::random::set_seed`]), not from how many threads compute it.
///
/// Source: Srivastava et al. 2014; Keras's `Dropout`.
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::Dropout;
/// let dropout = Dropout::new(0.5);
/// let x = Tensor::ones([64, 8]);
/// assert_eq!(dropout.forward(&x).to_vec::<f32>()?, [1.0; 512]);
/// assert!(dropout.call(&x, true).to_vec::<f32>()?.iter().all(|v| *v == 0.0 || *v == 2.0));
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(noise_shape, seed))]
pub struct Dropout {
    #[config]
    rate: f64,
}

#[model(crate = nn_core)]
impl Dropout {
    /// Drops with the given probability, from 0 to 1 (an error, when it runs, otherwise).
    pub const fn new(rate: f64) -> Dropout {
        Dropout { rate }
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the rate is no probability.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if self.rate >= 0.0 && self.rate <= 1.0 {
            return Ok(*input);
        }
        let error = ShapeError::new("the rate of Dropout is a probability from 0 to 1, found ");
        Err(error
            .decimal(self.rate)
            .text("; `Dropout::new(0.5)` drops half"))
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        match training && self.rate != 0.0 {
            true => dropout(&x, self.rate),
            false => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{GradientTape, Layer, random};

    #[test]
    fn drops_the_asked_share_and_keeps_the_mean() {
        random::set_seed(4);
        for rate in [0.1, 0.5, 0.9] {
            let n = 40_000;
            let y = Dropout::new(rate)
                .call(Tensor::ones([n]), true)
                .to_vec::<f32>()
                .unwrap();
            let dropped = y.iter().filter(|v| **v == 0.0).count() as f64 / n as f64;
            // Five standard errors of a share of n draws.
            let tolerance = 5.0 * (rate * (1.0 - rate) / n as f64).sqrt();
            assert!((dropped - rate).abs() <= tolerance, "{rate}: {dropped}");
            let scale = (1.0 / (1.0 - rate)) as f32;
            assert!(y.iter().all(|v| *v == 0.0 || *v == scale));
        }
    }

    #[test]
    fn the_gradient_passes_where_the_value_did() {
        random::set_seed(1);
        let x = Tensor::ones([100]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = Dropout::new(0.5).call(&x, true);
        let gradient = tape.gradient(&y.sum(), &x).unwrap();
        assert_eq!(
            gradient.to_vec::<f32>().unwrap(),
            y.to_vec::<f32>().unwrap()
        );
    }

    #[test]
    fn the_ends_of_the_range_and_what_is_beyond() {
        let x = Tensor::ones([8]);
        assert_eq!(
            Dropout::new(0.0).call(&x, true).to_vec::<f32>().unwrap(),
            [1.0; 8]
        );
        assert_eq!(
            Dropout::new(1.0).call(&x, true).to_vec::<f32>().unwrap(),
            [0.0; 8]
        );
        for rate in [-0.1, 1.5, f64::NAN, f64::INFINITY] {
            let error = Dropout::new(rate).call(&x, false).ok().unwrap_err();
            assert!(
                error.to_string().contains("a probability from 0 to 1"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_seed_fixes_what_is_dropped() {
        let draw = || {
            random::set_seed(3);
            Dropout::new(0.5)
                .call(Tensor::ones([50]), true)
                .to_vec::<f32>()
                .unwrap()
        };
        assert_eq!(draw(), draw());
    }
}
