//! Running means and metrics of an epoch or an evaluation.

use crate::metrics::{Direction, Metric, Scores};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

/// Running means and metrics.
#[derive(Default)]
pub(crate) struct Tracked {
    means: Vec<(String, f64, f64)>,
    metrics: Vec<Bound>,
}

/// A metric that is computed of one output.
pub(super) struct Bound {
    pub(super) name: String,
    pub(super) output: usize,
    /// Whether samples count by their weights.
    pub(super) weighted: bool,
    pub(super) metric: Box<dyn Metric>,
    /// Whether a batch has been given to it since the last reset. A step of a model's own need not: the metric then has no score, rather than
    /// one of nothing.
    pub(super) updated: bool,
}

/// What has been added up, as bits: sums may be infinite, which JSON cannot say.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Sums {
    means: Vec<(String, [u64; 2])>,
    metrics: Vec<(String, Option<Vec<u64>>)>,
}

impl Tracked {
    /// Of these metrics.
    pub(super) fn new(metrics: Vec<Bound>) -> Tracked {
        Tracked {
            means: Vec::new(),
            metrics,
        }
    }

    /// Forgets what was tracked, before an epoch or an evaluation.
    pub(crate) fn reset(&mut self) {
        // The names stay: most are reported again in the next step.
        self.means.iter_mut().for_each(|(_, sum, weight)| {
            *sum = 0.0;
            *weight = 0.0;
        });
        self.metrics.iter_mut().for_each(|m| {
            m.metric.reset();
            m.updated = false;
        });
    }

    /// Which way the metric of that name gets better, if there is one that says.
    pub(super) fn direction(&self, name: &str) -> Option<Direction> {
        let mut metrics = self.metrics.iter();
        metrics.find(|m| m.name == name)?.metric.direction()
    }

    /// The names of the metrics.
    pub(super) fn metric_names(&self) -> impl Iterator<Item = &str> {
        self.metrics.iter().map(|m| m.name.as_str())
    }

    /// Everything that has been added up.
    pub(super) fn sums(&self) -> Sums {
        let means = self.means.iter();
        let means =
            means.map(|(name, sum, weight)| (name.clone(), [sum, weight].map(|n| n.to_bits())));
        let bits = |numbers: Vec<f64>| numbers.into_iter().map(f64::to_bits).collect();
        let metrics = self.updated();
        let metrics = metrics.map(|m| (m.name.clone(), m.metric.state().map(bits)));
        Sums {
            means: means.collect(),
            metrics: metrics.collect(),
        }
    }

    /// Takes up sums.
    ///
    /// # Errors
    /// Those of another metric.
    pub(super) fn restore(&mut self, sums: &Sums) -> Result<()> {
        for m in &mut self.metrics {
            let saved = sums.metrics.iter().find(|(name, _)| *name == m.name);
            m.updated = saved.is_some();
            if let Some((name, Some(bits))) = saved {
                let numbers: Vec<f64> = bits.iter().copied().map(f64::from_bits).collect();
                m.metric
                    .restore(&numbers)
                    .map_err(|e| e.context(format!("the saved state of the metric `{name}`")))?;
            }
        }
        let means = sums.means.iter().map(|(name, bits)| {
            let [sum, weight] = bits.map(f64::from_bits);
            (name.clone(), sum, weight)
        });
        self.means = means.collect();
        Ok(())
    }

    /// Adds a value that stands for `weight` samples to a running mean.
    pub(crate) fn report(&mut self, name: &str, value: f64, weight: f64) {
        let i = match self.means.iter().position(|(n, _, _)| n == name) {
            Some(i) => i,
            None => {
                self.means.push((name.to_string(), 0.0, 0.0));
                self.means.len() - 1
            }
        };
        let (_, sum, total) = &mut self.means[i];
        *sum += value * weight;
        *total += weight;
    }

    /// Gives the metrics a batch; its weights go to those that are weighted.
    pub(crate) fn update(
        &mut self,
        y: &[&Tensor],
        y_pred: &[&Tensor],
        weight: Option<&Tensor>,
    ) -> Result<()> {
        for m in &mut self.metrics {
            let (Some(y), Some(y_pred)) = (y.get(m.output), y_pred.get(m.output)) else {
                continue;
            };
            m.metric
                .update(y, y_pred, weight.filter(|_| m.weighted))
                .map_err(|e| e.context(format!("metric `{}`", m.name)))?;
            m.updated = true;
        }
        Ok(())
    }

    /// The metrics that have been given a batch.
    fn updated(&self) -> impl Iterator<Item = &Bound> {
        self.metrics.iter().filter(|m| m.updated)
    }

    /// The means, then the metrics that have been given a batch. The total loss comes first wherever it was reported.
    pub(crate) fn scores(&self) -> Scores {
        let reported = || self.means.iter().filter(|(_, _, weight)| *weight > 0.0);
        let total = reported().filter(|(n, _, _)| n == "loss");
        let means = total.chain(reported().filter(|(n, _, _)| n != "loss"));
        let means = means.map(|(n, sum, weight)| (n.clone(), sum / weight));
        let metrics = self.updated();
        let metrics = metrics.map(|m| (m.name.clone(), m.metric.result()));
        means.chain(metrics).collect()
    }
}

/// What else a history and a log of epochs call by this name.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    match name {
        "epoch" => Some("the number of the epoch"),
        "learning_rate" => Some("the learning rate"),
        _ if name.starts_with("val_") => Some("a score of the validation data"),
        _ => None,
    }
}
