//! What `Compile::metric` takes: metrics, losses, and functions of targets and predictions.

use super::{LossMetric, Metric, cosine_similarity};
use crate::losses::{CosineSimilarity, Loss};
use std::any::Any;

/// A [`Metric`], or a [`Loss`], of which the mean over all samples is reported under its name: a loss of this crate, or a function or closure
/// `Fn(&Tensor, &Tensor) -> Tensor` of targets and predictions, under the function's name, `metric` for a closure.
///
/// `Kind` tells the two apart, and is never written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    label = "expected a metric, a loss, or a function `|y_true: &Tensor, y_pred: &Tensor| -> Tensor`",
    note = "a metric is a value of its type: `SparseCategoricalAccuracy::new()`, `MeanAbsoluteError::new()`; a loss under a name of its own is \
            `LossMetric::new(MeanSquaredError::new()).name(\"mse\")`"
)]
pub trait IntoMetric<Kind> {
    /// The metric.
    fn into_metric(self) -> Box<dyn Metric>;
}

/// A metric as it is.
#[derive(Debug)]
#[doc(hidden)]
pub enum Stateful {}

/// A loss, or a function, which is one.
#[derive(Debug)]
#[doc(hidden)]
pub enum Averaged {}

impl<M: Metric + 'static> IntoMetric<Stateful> for M {
    fn into_metric(self) -> Box<dyn Metric> {
        Box::new(self)
    }
}

impl<L: Loss + 'static> IntoMetric<Averaged> for L {
    fn into_metric(self) -> Box<dyn Metric> {
        // Of the cosine similarity Keras's metric is the opposite of the loss.
        let any: &dyn Any = &self;
        if let Some(loss) = any.downcast_ref::<CosineSimilarity>() {
            return Box::new(cosine_similarity::CosineSimilarity::new().axis(loss.axis));
        }
        let metric = LossMetric::new(self);
        match Metric::name(&metric) {
            "loss" => Box::new(metric.name("metric")),
            _ => Box::new(metric),
        }
    }
}
