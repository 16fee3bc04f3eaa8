//! The mean and the sum of what a model predicts.

use super::accumulated::Accumulated;
use super::{Direction, Mean, Metric, Sum};
use crate::losses::masked_weight;
use nn_core::{DType, Result, Tensor};
use serde::{Deserialize, Serialize};

/// [`Mean`] or [`Sum`] where a metric is found by its class in a configuration: of the predictions, whatever the targets are.
macro_rules! of_predictions {
    ($(#[$doc:meta])* $Type:ident, $class:literal, $name:literal, $Of:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        struct $Type {
            name: String,
            #[serde(skip)]
            of: $Of,
        }

        impl $Type {
            fn from_config(config: &serde_json::Value) -> Result<$Type> {
                let nothing_yet = $Type {
                    name: $name.to_string(),
                    of: $Of::new(),
                };
                crate::saving::registry::read_over(nothing_yet, config, &[])
            }
        }

        crate::register!(Metric: $Type as $class);

        impl Metric for $Type {
            fn name(&self) -> &str {
                &self.name
            }

            fn update(
                &mut self,
                _: &Tensor,
                y_pred: &Tensor,
                sample_weight: Option<&Tensor>,
            ) -> Result<()> {
                let shape = y_pred.try_shape()?;
                let weight = masked_weight(y_pred, shape, sample_weight, DType::F64)?;
                self.of.update(y_pred, weight.as_ref())
            }

            fn result(&self) -> f64 {
                self.of.result()
            }

            fn reset(&mut self) {
                self.of.reset();
            }

            /// More of anything is neither better nor worse.
            fn direction(&self) -> Option<Direction> {
                None
            }

            fn state(&self) -> Option<Vec<f64>> {
                Some(self.of.numbers())
            }

            fn restore(&mut self, state: &[f64]) -> Result<()> {
                self.of.take_up(state)
            }

            fn config(&self) -> serde_json::Value {
                crate::saving::registry::write($class, self)
            }

            fn boxed_clone(&self) -> Box<dyn Metric> {
                Box::new(self.clone())
            }
        }
    };
}

of_predictions!(
    /// The mean over all samples.
    MeanOfPredictions, "Mean", "mean", Mean
);
of_predictions!(
    /// The sum of all numbers.
    SumOfPredictions, "Sum", "sum", Sum
);

#[cfg(test)]
mod tests {
    use crate::metrics::from_config;
    use nn_core::Tensor;
    use serde_json::json;

    #[test]
    fn by_their_classes() {
        let y = Tensor::from([[1.0_f32, 3.0], [5.0, 7.0]]);
        let weight = Tensor::from([0.5_f32, 1.0]);
        for (class, whole, weighted) in [("Mean", 4.0, 14.0 / 3.0), ("Sum", 16.0, 14.0)] {
            let config = json!({"class_name": class, "config": {"name": "own"}});
            let mut metric = from_config(&config).unwrap();
            assert_eq!((metric.name(), metric.config()), ("own", config));
            metric.update(&Tensor::zeros([2]), &y, None).unwrap();
            assert_eq!(metric.result(), whole);
            let mut copy = metric.boxed_clone();
            copy.reset();
            copy.restore(&metric.state().unwrap()).unwrap();
            assert_eq!(copy.result(), whole);
            copy.reset();
            copy.update(&y, &y, Some(&weight)).unwrap();
            assert!((copy.result() - weighted).abs() < 1e-12);
        }
    }
}
