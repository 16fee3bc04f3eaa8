//! How linearly targets and predictions depend on each other.

use super::{Mean, Metric, described, metric};
use crate::losses::pair_of_metric;
use nn_core::{Result, Tensor, no_gradient};
use serde::{Deserialize, Serialize};

/// Pearson's correlation coefficient, `Σ(y - mean y)(p - mean p) / √(Σ(y - mean y)² · Σ(p - mean p)²)` along an axis, the mean over all samples: 1 for
/// a linear dependence, 0 for none, -1 for an opposite one; NaN where targets or predictions are constant along the axis.
///
/// Targets and predictions: `[batch, ..., components]`, the same shape. Source: `keras.metrics.PearsonCorrelation`.
///
/// ```
/// use nn::{metrics::{Metric, PearsonCorrelation}, Tensor};
/// let mut metric = PearsonCorrelation::new();
/// let y = Tensor::from([[0.0_f32, 1.0, 0.5], [1.0, 1.0, 0.2]]);
/// metric.update(&y, &(&y * 3.0 - 1.0), None)?;
/// assert!((metric.result() - 1.0).abs() < 1e-6);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct PearsonCorrelation {
    name: String,
    axis: isize,
    #[serde(skip)]
    mean: Mean,
}

impl Default for PearsonCorrelation {
    fn default() -> PearsonCorrelation {
        PearsonCorrelation {
            name: "pearson_correlation".to_string(),
            axis: -1,
            mean: Mean::new(),
        }
    }
}

impl PearsonCorrelation {
    /// Along the last axis.
    pub fn new() -> PearsonCorrelation {
        PearsonCorrelation::default()
    }

    /// Along this axis (Keras: the last one).
    pub fn axis(mut self, axis: isize) -> PearsonCorrelation {
        self.axis = axis;
        self
    }

    fn correlation(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = pair_of_metric(y_true, y_pred)?;
        let axis = self.axis;
        let standard = |x: &Tensor| {
            let centred = x - x.mean_axes([axis], true);
            let deviation = centred.std_axes([axis], true);
            centred / deviation
        };
        Ok((standard(&y) * standard(&p)).mean_axis(axis))
    }
}

metric!(PearsonCorrelation);

impl Metric for PearsonCorrelation {
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
