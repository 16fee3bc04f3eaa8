//! Sums of values.

use super::mean::weights;
use nn_core::{DType, Result, Tensor};

/// The sum of values over many batches, each multiplied by its weight.
///
/// Source: `keras.metrics.Sum`.
///
/// ```
/// use nn::{metrics::Sum, Tensor};
/// let mut sum = Sum::new();
/// sum.update(&Tensor::from([1.0_f32, 3.0]), None)?;
/// sum.update(&Tensor::from(5.0_f32), None)?;
/// assert_eq!(sum.result(), 9.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[must_use]
pub struct Sum {
    total: f64,
}

impl Sum {
    /// Of nothing yet.
    pub fn new() -> Sum {
        Sum::default()
    }

    /// Adds values of any shape. Weights have that shape, or that of the first axes.
    ///
    /// # Errors
    /// Weights that do not fit; values that have failed.
    pub fn update(&mut self, values: &Tensor, sample_weight: Option<&Tensor>) -> Result<()> {
        let shape = values.try_shape()?;
        let values = values.cast(DType::F64);
        let values = values.try_data::<f64>()?;
        self.total += match sample_weight {
            None => values.iter().sum::<f64>(),
            Some(weight) => {
                let weight = weights(weight, shape)?;
                values
                    .iter()
                    .zip(weight.data::<f64>())
                    .map(|(v, w)| v * w)
                    .sum()
            }
        };
        Ok(())
    }

    pub(super) fn of_total(total: f64) -> Sum {
        Sum { total }
    }

    /// The sum so far.
    pub fn result(&self) -> f64 {
        self.total
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        *self = Sum::default();
    }
}
