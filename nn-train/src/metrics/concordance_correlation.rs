//! How well predictions agree with targets, scale and offset included.

use super::{Mean, Metric, described, metric};
use crate::losses::pair_of_metric;
use nn_core::{Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// The concordance correlation coefficient, `2 · mean((y - mean p)(p - mean p)) / (var y + var p + (mean y - mean p)²)` along an axis, the mean over all
/// samples: 1 where predictions are the targets, less the less they agree, in scale and offset too.
///
/// Targets and predictions: `[batch, ..., components]`, the same shape. Source: `keras.metrics.ConcordanceCorrelation`.
///
/// ```
/// use nn::{metrics::{Metric, ConcordanceCorrelation}, Tensor};
/// let mut metric = ConcordanceCorrelation::new();
/// let y = Tensor::from([[0.0_f32, 1.0, 0.5], [1.0, 1.0, 0.2]]);
/// metric.update(&y, &y, None)?;
/// assert!((metric.result() - 1.0).abs() < 1e-5);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct ConcordanceCorrelation {
    name: String,
    axis: isize,
    #[serde(skip)]
    mean: Mean,
}

impl Default for ConcordanceCorrelation {
    fn default() -> ConcordanceCorrelation {
        ConcordanceCorrelation {
            name: "concordance_correlation".to_string(),
            axis: -1,
            mean: Mean::new(),
        }
    }
}

impl ConcordanceCorrelation {
    /// Along the last axis.
    pub fn new() -> ConcordanceCorrelation {
        ConcordanceCorrelation::default()
    }

    /// Along this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> ConcordanceCorrelation {
        self.axis = axis;
        self
    }

    fn correlation(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = pair_of_metric(y_true, y_pred)?;
        let axis = self.axis;
        let [y_mean, p_mean] = [&y, &p].map(|x| x.mean_axes([axis], true));
        let variances = y.var_axes([axis], true) + p.var_axes([axis], true);
        let covariance = (&y - &p_mean) * (&p - &p_mean);
        let norm = variances + (y_mean - p_mean).square() + 1e-7;
        Ok((2.0 * covariance / norm).mean_axis(axis))
    }
}

metric!(ConcordanceCorrelation);

impl Metric for ConcordanceCorrelation {
    described!(mean, Up);

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let correlations = no_gradient(|| self.correlation(y_true, y_pred))?;
        self.mean.update_of(y_pred, &correlations, sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }
}
