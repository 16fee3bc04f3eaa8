//! Means of values.

use crate::losses::expand_weight;
use nn_core::{DType, Error, Result, Shape, Tensor};

/// The mean of values over many batches: what most metrics add up with, and a counter for training loops written by hand.
///
/// Source: `keras.metrics.Mean`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::metrics::Mean;
/// let mut mean = Mean::new();
/// mean.update(&Tensor::from([1.0_f32, 3.0]), None)?;
/// mean.update(&Tensor::from(5.0_f32), None)?;
/// assert_eq!(mean.result(), 3.0);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    total: f64,
    count: f64,
}

impl Mean {
    /// Of nothing yet.
    pub fn new() -> Mean {
        Mean::default()
    }

    /// Adds values: a single one, or one for each sample on the first axis. More axes are averaged, so that every sample counts the same.
    /// Weights have the shape of the values, or of their first axes.
    ///
    /// # Errors
    /// Weights that do not fit; values that are not numbers or have failed.
    pub fn update(&mut self, values: &Tensor, sample_weight: Option<&Tensor>) -> Result<()> {
        let shape = values.try_shape()?;
        let values = values.cast(DType::F64);
        self.add(values.try_data::<f64>()?, shape, sample_weight)
    }

    /// As [`Mean::update`], with the values as `f64` and their shape.
    pub(super) fn add(
        &mut self,
        values: &[f64],
        shape: Shape,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let samples = if shape.rank() == 0 { 1 } else { shape[0] };
        if samples == 0 || values.is_empty() {
            return Err(Error::value(
                "the batch is empty: a metric needs at least one sample",
            ));
        }
        // What one value counts, so that a sample counts 1.
        let share = samples as f64 / values.len() as f64;
        match sample_weight {
            None => {
                self.total += share * values.iter().sum::<f64>();
                self.count += samples as f64;
            }
            Some(weight) => {
                let weight = weights(weight, shape)?;
                let weight = weight.data::<f64>();
                self.total += share * values.iter().zip(weight).map(|(v, w)| v * w).sum::<f64>();
                self.count += share * weight.iter().sum::<f64>();
            }
        }
        Ok(())
    }

    /// The mean, 0 of nothing.
    pub fn result(&self) -> f64 {
        if self.count == 0.0 {
            0.0
        } else {
            self.total / self.count
        }
    }

    /// The sum of weighted values, and of weights.
    pub(super) fn sums(&self) -> [f64; 2] {
        [self.total, self.count]
    }

    pub(super) fn of_sums([total, count]: [f64; 2]) -> Mean {
        Mean { total, count }
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        *self = Mean::default();
    }
}

/// Weights as `f64`, one for each value.
pub(super) fn weights(weight: &Tensor, shape: Shape) -> Result<Tensor> {
    let weight = match shape.rank() {
        0 => weight.cast(DType::F64).reshape([]),
        _ => expand_weight(weight, shape, DType::F64)?.broadcast_to(shape),
    };
    weight.try_data::<f64>()?;
    Ok(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_multiply_and_divide() {
        let mut mean = Mean::new();
        mean.update(
            &Tensor::from([1.0_f32, 3.0]),
            Some(&Tensor::from([3.0_f32, 1.0])),
        )
        .unwrap();
        assert_eq!(mean.result(), 1.5);
        mean.reset();
        assert_eq!(mean.result(), 0.0);
        mean.update(
            &Tensor::from([1.0_f32, 3.0]),
            Some(&Tensor::from([0.0_f32, 0.0])),
        )
        .unwrap();
        assert_eq!(mean.result(), 0.0);
    }

    #[test]
    fn an_error_leaves_the_mean_as_it_was() {
        let mut mean = Mean::new();
        mean.update(&Tensor::from([2.0_f32]), None).unwrap();
        let before = mean;
        let e = mean
            .update(&Tensor::zeros([4]), Some(&Tensor::zeros([3])))
            .unwrap_err()
            .to_string();
        assert!(e.contains("sample weights of shape [3] do not fit"), "{e}");
        assert!(
            mean.update(&Tensor::zeros([0]), None)
                .unwrap_err()
                .to_string()
                .contains("the batch is empty")
        );
        let failed = Tensor::zeros([2]) + Tensor::zeros([3]);
        assert!(mean.update(&failed, None).is_err());
        assert_eq!(mean, before);
    }

    #[test]
    fn every_sample_counts_the_same_however_long() {
        let mut mean = Mean::new();
        mean.update(&Tensor::zeros([1, 10]), None).unwrap();
        mean.update(&Tensor::ones([1, 2]), None).unwrap();
        assert_eq!(mean.result(), 0.5);
    }
}
