//! Losses as metrics.

use super::accumulated::Accumulated;
use super::{Direction, Mean, Metric};
use crate::losses::{self, Loss, expand_weight, masked_weight};
use crate::saving::registry::{self, Class};
use nn_core::{DType, Error, Result, Tensor, no_gradient};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;

/// The mean of any loss over all samples, without the loss's own reduction.
///
/// `LossMetric::new(MeanSquaredError::new())` is `keras.metrics.MeanSquaredError`, and so on for every loss. In configurations it is
/// Keras's `MeanMetricWrapper`.
///
/// ```
/// use nn::{losses::MeanAbsoluteError, metrics::{LossMetric, Metric}, Tensor};
/// let mut metric = LossMetric::new(MeanAbsoluteError::new());
/// metric.update(&Tensor::from([[1.0_f32], [2.0]]), &Tensor::from([[1.0_f32], [4.0]]), None)?;
/// assert_eq!((Metric::name(&metric), metric.result()), ("mean_absolute_error", 1.0));
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
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

    /// Reported under another name. The name that it has is `Metric::name(&metric)`: on this type `.name(..)` sets it, as Keras's argument.
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
}

/// Keras's `MeanMetricWrapper` of a loss, or of a function that Keras or [`register!`](crate::register) knows by its name, with settings beside it.
fn wrapper(config: &Value) -> Result<Box<dyn Metric>> {
    let Some(wrapped) = config.pointer("/config/fn") else {
        return Err(Error::format(format!(
            "a {} needs a loss or a function as `fn`, found {config}",
            LossMetric::CLASS
        )));
    };
    let mut settings = config["config"].clone();
    settings.as_object_mut().map(|entries| entries.remove("fn"));
    if let Some(loss) = registry::of_function(wrapped, &settings, losses::classes()) {
        return Ok(Box::new(LossMetric::of_config(
            losses::from_config(&loss)?,
            config,
        )));
    }
    let classes = registry::registered::<Class<dyn Metric>>();
    if let Some(metric) = registry::of_function(wrapped, &settings, classes) {
        return super::from_config(&metric);
    }
    let loss =
        losses::from_config(wrapped).map_err(|e| match registry::is_of_closure(wrapped) {
            true => registry::unknown("metric", "Metric", wrapped),
            false => e,
        })?;
    Ok(Box::new(LossMetric::of_config(loss, config)))
}

impl fmt::Debug for LossMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LossMetric")
            .field("loss", &self.loss.name())
            .field("name", &self.name)
            .field("mean", &self.mean)
            .finish()
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
        let shape = losses.try_shape()?;
        let weight = masked_weight(y_pred, shape, sample_weight, DType::F64)?;
        // As in Keras, what the loss leaves out counts nothing where there are weights, and is a loss of 0 where there are none.
        let weight = match (weight, self.loss.kept(y_true, y_pred)) {
            (Some(weight), Some(kept)) => {
                let weight = expand_weight(&weight, shape, DType::F64)?;
                Some(weight * kept.cast(DType::F64))
            }
            (weight, _) => weight,
        };
        self.mean.update(&losses, weight.as_ref())
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

registry::submit! {
    Class<dyn Metric> = Class { class_name: LossMetric::CLASS, from_config: wrapper }
}

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
        let function = |name| json!({"class_name": "function", "config": name});
        let wrapper = |name, threshold| {
            json!({"class_name": "MeanMetricWrapper",
                "config": {"fn": function(name), "name": "own", "threshold": threshold}})
        };
        let accuracy = from_config(&wrapper("binary_accuracy", 0.7)).unwrap();
        let config =
            json!({"class_name": "BinaryAccuracy", "config": {"name": "own", "threshold": 0.7}});
        assert_eq!((accuracy.name(), accuracy.config()), ("own", config));
        let refused = |config: &Value| from_config(config).err().unwrap().to_string();
        let e = refused(&wrapper("huber", 0.7));
        assert!(e.contains("Huber: unknown entry `threshold`"), "{e}");
        let e = refused(&wrapper("sharpness", 0.7));
        assert!(e.contains("`nn::register!(Function: sharpness);`"), "{e}");
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
