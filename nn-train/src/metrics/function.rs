//! What `Compile::metric` takes: metrics, and functions of targets and predictions.

use super::{LossMetric, Metric};
use nn_core::Tensor;

/// A [`Metric`], or a function or closure `Fn(&Tensor, &Tensor) -> Tensor` of targets and predictions, of which the mean over all samples
/// is reported, under its name: that of the function, `metric` for a closure.
///
/// `Kind` tells the two apart, and is never written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    label = "expected a metric, or a function `|y_true: &Tensor, y_pred: &Tensor| -> Tensor`"
)]
pub trait IntoMetric<Kind> {
    /// The metric.
    fn into_metric(self) -> Box<dyn Metric>;
}

/// A metric as it is.
#[doc(hidden)]
pub enum Stateful {}

/// A function.
#[doc(hidden)]
pub enum Function {}

impl<M: Metric + 'static> IntoMetric<Stateful> for M {
    fn into_metric(self) -> Box<dyn Metric> {
        Box::new(self)
    }
}

impl<F: Fn(&Tensor, &Tensor) -> Tensor + Send + Sync + 'static> IntoMetric<Function> for F {
    fn into_metric(self) -> Box<dyn Metric> {
        let metric = LossMetric::new(self);
        match Metric::name(&metric) {
            "loss" => Box::new(metric.name("metric")),
            _ => Box::new(metric),
        }
    }
}
