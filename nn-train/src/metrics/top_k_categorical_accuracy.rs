//! How often the right class is among the k best, for one-hot targets.

use super::{
    Mean, Metric, check_k, described, metric, sparse_categorical_accuracy::best,
    sparse_top_k_categorical_accuracy::among_best,
};
use crate::losses::pair_of_metric;
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// The share of rows in which fewer than `k` classes score higher than the one where the target is greatest. Targets and predictions:
/// `[batch, ..., classes]`, the same shape.
///
/// Source: `keras.metrics.TopKCategoricalAccuracy`.
///
/// ```
/// use nn::{metrics::{Metric, TopKCategoricalAccuracy}, Tensor};
/// let mut top = TopKCategoricalAccuracy::new(2);
/// let y = Tensor::from([[0.0_f32, 0.0, 1.0], [1.0, 0.0, 0.0]]);
/// top.update(&y, &Tensor::from([[0.1_f32, 0.5, 0.4], [0.2, 0.5, 0.3]]), None)?;
/// assert_eq!(top.result(), 0.5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct TopKCategoricalAccuracy {
    name: String,
    k: usize,
    #[serde(skip)]
    mean: Mean,
}

impl Default for TopKCategoricalAccuracy {
    /// Among the 5 best.
    fn default() -> TopKCategoricalAccuracy {
        TopKCategoricalAccuracy {
            name: "top_k_categorical_accuracy".to_string(),
            k: 5,
            mean: Mean::new(),
        }
    }
}

impl TopKCategoricalAccuracy {
    /// Among the `k` best (Keras: 5).
    pub fn new(k: usize) -> TopKCategoricalAccuracy {
        TopKCategoricalAccuracy {
            k,
            ..TopKCategoricalAccuracy::default()
        }
    }
}

metric!(TopKCategoricalAccuracy);

impl Metric for TopKCategoricalAccuracy {
    described!(mean, Up);

    fn check(&self) -> Result<()> {
        check_k(Self::CLASS, self.k)
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let (y_true, y_pred) = pair_of_metric(y_true, y_pred)?;
        among_best(
            &mut self.mean,
            self.k,
            &best(&y_true)?.0,
            &y_pred,
            sample_weight,
        )
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
