//! Losses as metrics.

use super::accumulated::Accumulated;
use super::{Direction, Mean, Metric};
use crate::losses::{self, Loss};
use nn_core::{Error, Result, Tensor, no_gradient};
use serde_json::{Value, json};
use std::sync::Arc;

/// The mean of any loss over all samples, without the loss's own reduction.
///
/// `LossMetric::new(MeanSquaredError::new())` is `keras.metrics.MeanSquaredError`, and so on for every loss. In configurations it is
/// Keras's `MeanMetricWrapper`.
///
/// ```
/// use nn_core::Tensor;
/// use nn_train::losses::MeanAbsoluteError;
/// use nn_train::metrics::{LossMetric, Metric};
/// let mut metric = LossMetric::new(MeanAbsoluteError::new());
/// metric.update(&Tensor::from([[1.0_f32], [2.0]]), &Tensor::from([[1.0_f32], [4.0]]), None)?;
/// assert_eq!((Metric::name(&metric), metric.result()), ("mean_absolute_error", 1.0));
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone)]
pub struct LossMetric {
    loss: Arc<dyn Loss>,
    name: String,
    mean: Mean,
}

impl LossMetric {
    const CLASS: &'static str = "MeanMetricWrapper";

    /// The mean of a loss, under its name.
    pub fn new(loss: impl Loss + 'static) -> LossMetric {
        let name = loss.name().to_string();
        LossMetric {
            loss: Arc::new(loss),
            name,
            mean: Mean::new(),
        }
    }

    /// Reported under another name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> LossMetric {
        self.name = name.into();
        self
    }

    /// A loss found by its class name, under the name that the configuration gives.
    pub(super) fn of_config(loss: Box<dyn Loss>, config: &Value) -> LossMetric {
        let metric = LossMetric::new(loss);
        match config.pointer("/config/name").and_then(Value::as_str) {
            Some(name) => metric.name(name),
            None => metric,
        }
    }

    fn from_config(config: &Value) -> Result<LossMetric> {
        match config.pointer("/config/fn") {
            Some(loss) => Ok(LossMetric::of_config(losses::from_config(loss)?, config)),
            None => Err(Error::format(format!(
                "a {} needs a loss as `fn`, found {config}",
                LossMetric::CLASS
            ))),
        }
    }
}

impl Metric for LossMetric {
    fn name(&self) -> &str {
        &self.name
    }

    fn update(
        &mut self,
        y_true: &Tensor,
        y_pred: &Tensor,
        sample_weight: Option<&Tensor>,
    ) -> Result<()> {
        let losses = no_gradient(|| self.loss.losses(y_true, y_pred));
        self.mean.update_of(y_pred, &losses, sample_weight)
    }

    fn result(&self) -> f64 {
        self.mean.result()
    }

    fn reset(&mut self) {
        self.mean.reset();
    }

    fn direction(&self) -> Option<Direction> {
        Some(Direction::Down)
    }

    fn check(&self) -> Result<()> {
        self.loss.check()
    }

    fn state(&self) -> Option<Vec<f64>> {
        Some(self.mean.numbers())
    }

    fn restore(&mut self, state: &[f64]) -> Result<()> {
        self.mean.take_up(state)
    }

    fn config(&self) -> Value {
        json!({"class_name": LossMetric::CLASS, "config": {"fn": self.loss.config(), "name": self.name}})
    }

    fn boxed_clone(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

crate::register!(Metric: LossMetric as "MeanMetricWrapper");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::{Huber, SparseCategoricalCrossentropy};
    use crate::metrics::from_config;

    #[test]
    fn configurations_of_keras_and_our_own() {
        let metric = LossMetric::new(Huber::new().delta(0.5)).name("h");
        let back = from_config(&metric.config()).unwrap();
        assert_eq!((back.name(), back.config()), ("h", metric.config()));
        let keras = json!({"class_name": "MeanSquaredError", "config": {"name": "mse", "dtype": "float32"}});
        assert_eq!(from_config(&keras).unwrap().name(), "mse");
        let e = from_config(&json!({"class_name": "Nope", "config": {}}))
            .err()
            .unwrap()
            .to_string();
        assert!(e.contains("no metric is called Nope"), "{e}");
    }

    #[test]
    fn an_ignored_class_counts_as_zero() {
        let loss = SparseCategoricalCrossentropy::from_logits().ignore_class(-1);
        let mut metric = LossMetric::new(loss);
        metric
            .update(&Tensor::from([0_i64, -1]), &Tensor::zeros([2, 2]), None)
            .unwrap();
        assert!((metric.result() - 0.5 * 2.0_f64.ln()).abs() < 1e-7);
    }
}
