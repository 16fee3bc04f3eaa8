//! Dropout of whole channels of a sequence.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::regularization::rate;
use nn_core::ops::dropout_together;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training sets each channel of a sequence to 0 with probability `rate`, all of it, and scales the others by `1 / (1 - rate)`; in inference
/// does nothing. Neighbours are alike, and dropping one of them alone would take little away.
///
/// Shapes: `[batch, time, channels]`. What is dropped follows from the thread's seed or from the layer's own.
///
/// Source: Tompson et al. 2014; Keras's `SpatialDropout1D`, channels last.
///
/// ```
/// use nn::{Layer, SpatialDropout1D, Tensor};
/// let y = SpatialDropout1D::new(0.5).call(Tensor::ones([1, 6, 1]), true).to_vec::<f32>()?;
/// assert!(y == [0.0; 6] || y == [2.0; 6]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct SpatialDropout1D {
    #[config]
    rate: f64,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl SpatialDropout1D {
    /// Drops channels with the given probability, from 0 to 1 (an error, when it runs, otherwise).
    pub const fn new(rate: f64) -> SpatialDropout1D {
        SpatialDropout1D::with_defaults(rate)
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> SpatialDropout1D {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is not a batch of sequences, or the rate is no probability.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = rate::check("SpatialDropout1D", self.rate) {
            return Err(error);
        }
        match rate::check_rank("SpatialDropout1D", 3, input) {
            Ok(()) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        match training && self.rate != 0.0 {
            true => {
                let noise = rate::of_channels(&x.shape());
                self.seed.run(|| dropout_together(&x, self.rate, noise))
            }
            false => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, random};

    #[test]
    fn channels_are_dropped_as_a_whole() {
        random::set_seed(5);
        let shape = [40, 3, 50];
        let y = SpatialDropout1D::new(0.3).call(Tensor::ones(shape), true);
        let noise = rate::of_channels(&y.shape());
        let first = y.slice_axes([(..).into(), (..1).into()]);
        assert_eq!(first.shape(), noise);
        let all = first.broadcast_to(shape).to_vec::<f32>().unwrap();
        assert_eq!(y.to_vec::<f32>().unwrap(), all);
        let share = first
            .equal(0.0)
            .cast(y.dtype())
            .mean()
            .item::<f32>()
            .unwrap();
        // Five standard errors of a share of 2000 draws.
        assert!(
            (share - 0.3).abs() <= 5.0 * (0.21_f32 / 2000.0).sqrt(),
            "{share}"
        );
    }
}
