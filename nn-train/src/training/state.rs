//! What a compiled model holds beside the model itself: optimizer, losses, metrics, counters.

use crate::losses::Loss;
use crate::metrics::Metric;
use crate::optimizers::Optimizer;
use crate::training::Compile;
use crate::training::Scores;
use nn_core::random::Stream;
use nn_core::{Error, Result, Tensor, random};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Optimizer, losses, metrics and counters of a compiled model.
pub struct State {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) losses: Vec<Arc<dyn Loss>>,
    pub(crate) loss_weights: Option<Vec<f64>>,
    pub(crate) metrics: Vec<(Option<String>, Box<dyn Metric>)>,
    /// Names of the model's outputs, once it has been traced.
    pub(crate) outputs: Vec<String>,
    /// What the loss of each of several outputs is shown as.
    pub(crate) loss_names: Vec<String>,
    /// Means of what steps report, and metrics bound to outputs, while they are being computed.
    pub(crate) tracked: Tracked,
    /// Fixes shuffling and dropout.
    pub(crate) seed: u64,
    /// Epochs trained so far.
    pub(crate) epoch: u64,
    /// Training steps made so far.
    pub(crate) step: u64,
}

/// Metrics with their names and the number of the output that each is about.
type Bound = Vec<(String, usize, Box<dyn Metric>)>;

/// Running means and metrics.
#[derive(Default)]
pub(crate) struct Tracked {
    means: Vec<(String, f64, f64)>,
    metrics: Bound,
}

impl State {
    pub(crate) fn new(compile: Compile) -> State {
        State {
            optimizer: compile.optimizer,
            losses: compile.losses,
            loss_weights: compile.loss_weights,
            metrics: compile.metrics,
            outputs: Vec::new(),
            loss_names: Vec::new(),
            tracked: Tracked::default(),
            seed: random::next_key(),
            epoch: 0,
            step: 0,
        }
    }

    /// The random numbers of one training step: what dropout draws in it depends on the seed and the step's number only.
    pub(crate) fn step_stream(&self) -> Stream {
        Stream::new(
            self.seed
                .wrapping_add((2 * self.step + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        )
    }

    /// The random numbers of one epoch's shuffling.
    pub(crate) fn epoch_stream(&self) -> Stream {
        Stream::new(
            self.seed
                .wrapping_add((2 * self.epoch).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        )
    }

    /// Fits losses and metrics to the outputs' names.
    ///
    /// # Errors
    /// When there are not as many losses or loss weights as outputs, or a metric names no output.
    pub(crate) fn bind(&mut self, outputs: Vec<String>) -> Result<()> {
        let n = outputs.len();
        let list = outputs.join(", ");
        if self.losses.len() != 1 && self.losses.len() != n {
            return Err(Error::value(format!(
                "the model has {n} outputs ({list}) and {} losses were given; give one for all or one for each",
                self.losses.len()
            )));
        }
        if let Some(weights) = self.loss_weights.as_ref().filter(|w| w.len() != n) {
            return Err(Error::value(format!(
                "the model has {n} outputs ({list}) and {} loss weights were given; give one for each",
                weights.len()
            )));
        }
        let known: HashSet<&String> = outputs.iter().collect();
        if let Some((Some(wanted), _)) = self
            .metrics
            .iter()
            .find(|(w, _)| w.as_ref().is_some_and(|w| !known.contains(w)))
        {
            return Err(Error::value(format!(
                "a metric is for the output `{wanted}`, which the model does not have; its outputs are {list}"
            )));
        }
        let metrics = self.metrics_of(&outputs)?;
        self.loss_names = match n {
            1 => Vec::new(),
            _ => outputs.iter().map(|o| format!("{o}_loss")).collect(),
        };
        self.outputs = outputs;
        self.tracked = Tracked {
            means: Vec::new(),
            metrics,
        };
        Ok(())
    }

    /// The metrics of each output, under names of their own.
    fn metrics_of(&self, outputs: &[String]) -> Result<Bound> {
        /// More than any model shows, and few enough for whatever a file says.
        const MOST: usize = 10_000;
        let mut wanted: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (i, (output, _)) in self.metrics.iter().enumerate() {
            wanted.entry(output.as_deref()).or_default().push(i);
        }
        let mut metrics = Bound::new();
        let (mut taken, mut counts) = (HashSet::new(), HashMap::new());
        for (output, name) in outputs.iter().enumerate() {
            let own = [None, Some(name.as_str())];
            let mut own: Vec<usize> = own
                .iter()
                .filter_map(|w| wanted.get(w))
                .flatten()
                .copied()
                .collect();
            own.sort_unstable();
            if metrics.len() + own.len() > MOST {
                return Err(Error::value(format!(
                    "{} metrics on {} outputs make more than {MOST} results; give metrics to single outputs with `metric_for`",
                    self.metrics.len(),
                    outputs.len()
                )));
            }
            for i in own {
                let metric = &self.metrics[i].1;
                let plain = match outputs.len() {
                    1 => metric.name().to_string(),
                    _ => format!("{name}_{}", metric.name()),
                };
                let mut unique = plain.clone();
                // Where it stopped for this name: names are not looked through from the first number again.
                let k = counts.entry(plain.clone()).or_insert(0_usize);
                while !taken.insert(unique.clone()) {
                    *k += 1;
                    unique = format!("{plain}_{k}");
                }
                metrics.push((unique, output, metric.boxed_clone()));
            }
        }
        Ok(metrics)
    }

    pub(crate) fn loss_of(&self, output: usize) -> &Arc<dyn Loss> {
        &self.losses[if self.losses.len() == 1 { 0 } else { output }]
    }

    pub(crate) fn loss_weight(&self, output: usize) -> f64 {
        self.loss_weights.as_ref().map_or(1.0, |w| w[output])
    }
}

impl Tracked {
    /// Forgets what was tracked, before an epoch or an evaluation.
    pub(crate) fn reset(&mut self) {
        // The names stay: most are reported again in the next step.
        self.means.iter_mut().for_each(|(_, sum, weight)| {
            *sum = 0.0;
            *weight = 0.0;
        });
        self.metrics.iter_mut().for_each(|(_, _, m)| m.reset());
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

    /// Gives the metrics a batch.
    pub(crate) fn update(
        &mut self,
        y: &[&Tensor],
        y_pred: &[&Tensor],
        weight: Option<&Tensor>,
    ) -> Result<()> {
        for (name, output, metric) in &mut self.metrics {
            let (Some(y), Some(y_pred)) = (y.get(*output), y_pred.get(*output)) else {
                continue;
            };
            metric
                .update(y, y_pred, weight)
                .map_err(|e| e.context(format!("metric `{name}`")))?;
        }
        Ok(())
    }

    /// The means, then the metrics. The total loss comes first wherever it was reported.
    pub(crate) fn scores(&self) -> Scores {
        let reported = || self.means.iter().filter(|(_, _, weight)| *weight > 0.0);
        let total = reported().filter(|(n, _, _)| n == "loss");
        let means = total.chain(reported().filter(|(n, _, _)| n != "loss"));
        let means = means.map(|(n, sum, weight)| (n.clone(), sum / weight));
        let metrics = self.metrics.iter().map(|(n, _, m)| (n.clone(), m.result()));
        means.chain(metrics).collect()
    }
}
