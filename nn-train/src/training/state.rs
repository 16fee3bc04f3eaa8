//! What a compiled model holds beside the model itself: optimizer, losses, metrics, counters.

use crate::losses::Loss;
use crate::metrics::{Direction, Metric, Scores};
use crate::optimizers::Optimizer;
use crate::training::Compile;
use crate::training::resume::Resume;
use crate::training::tracked::{Bound, Tracked, reserved};
use nn_core::random::Stream;
use nn_core::{Error, Result, random};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// Optimizer, losses, metrics and counters of a compiled model.
pub struct State {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) losses: Vec<Arc<dyn Loss>>,
    pub(crate) loss_weights: Option<Vec<f64>>,
    pub(crate) metrics: Vec<(Option<String>, Box<dyn Metric>)>,
    pub(crate) weighted_metrics: Vec<(Option<String>, Box<dyn Metric>)>,
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
    /// What callbacks knew when the last `fit` ended, or what a file says.
    pub(crate) resume: Resume,
    /// Whether the next `fit` takes up `resume`: once after loading.
    pub(crate) loaded: bool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("optimizer", &self.optimizer)
            .field("outputs", &self.outputs)
            .field("epoch", &self.epoch)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

impl State {
    pub(crate) fn new(compile: Compile) -> State {
        State {
            optimizer: compile.optimizer,
            losses: compile.losses,
            loss_weights: compile.loss_weights,
            metrics: compile.metrics,
            weighted_metrics: compile.weighted_metrics,
            outputs: Vec::new(),
            loss_names: Vec::new(),
            tracked: Tracked::default(),
            seed: random::next_key(),
            epoch: 0,
            step: 0,
            resume: Resume::default(),
            loaded: false,
        }
    }

    /// The random numbers of one training step: what dropout draws in it depends on the seed and the step's number only.
    pub(crate) fn step_stream(&self) -> Stream {
        Stream::new(self.seed.wrapping_add(
            (self.step.wrapping_mul(2).wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        ))
    }

    /// The random numbers of the shuffling of a pass over the data.
    pub(crate) fn pass_stream(&self, pass: u64) -> Stream {
        Stream::new(
            self.seed
                .wrapping_add(pass.wrapping_mul(2).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
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
        let all = self.metrics.iter().chain(&self.weighted_metrics);
        if let Some(wanted) = all
            .filter_map(|(w, _)| w.as_ref())
            .find(|w| !known.contains(w))
        {
            return Err(Error::value(format!(
                "a metric is for the output `{wanted}`, which the model does not have; its outputs are {list}"
            )));
        }
        let loss_names = match n {
            1 => Vec::new(),
            _ => outputs.iter().map(|o| format!("{o}_loss")).collect(),
        };
        let metrics = self.metrics_of(&outputs, &loss_names)?;
        self.loss_names = loss_names;
        self.outputs = outputs;
        self.tracked = Tracked::new(metrics);
        Ok(())
    }

    /// Whether optimizer, losses and metrics can work as they are set.
    ///
    /// # Errors
    /// Which of them cannot, and why.
    pub(crate) fn check(&self) -> Result<()> {
        self.optimizer
            .check()
            .map_err(|e| e.context("the optimizer"))?;
        self.losses.iter().try_for_each(|loss| loss.check())?;
        let mut metrics = self.metrics.iter().chain(&self.weighted_metrics);
        metrics.try_for_each(|(_, m)| m.check())?;
        for (i, weight) in self.loss_weights.iter().flatten().enumerate() {
            if !(*weight as f32).is_finite() {
                return Err(Error::value(format!(
                    "loss weight {i} is {weight}; it must be a finite number"
                )));
            }
        }
        Ok(())
    }

    /// Which way a score gets better, by its name with or without `val_`; `None` for one that is neither a loss nor a metric that says.
    pub(crate) fn direction(&self, score: &str) -> Option<Direction> {
        let plain = score.strip_prefix("val_").unwrap_or(score);
        if plain == "loss" || self.loss_names.iter().any(|name| name == plain) {
            return Some(Direction::Down);
        }
        self.tracked.direction(plain)
    }

    /// The scores that the default steps report, without numbers.
    pub(crate) fn score_names(&self) -> Scores {
        let losses = ["loss"]
            .into_iter()
            .chain(self.loss_names.iter().map(String::as_str));
        let names = losses.chain(self.tracked.metric_names());
        names.map(|name| (name, f64::NAN)).collect()
    }

    /// The metrics of each output, under names of their own, as in Keras: a weighted one that would have a name again gets `weighted_`
    /// before it, another one a number after it.
    fn metrics_of(&self, outputs: &[String], loss_names: &[String]) -> Result<Vec<Bound>> {
        /// More than any model shows, and few enough for whatever a file says.
        const MOST: usize = 10_000;
        let mut bound: Vec<Bound> = Vec::new();
        let (mut taken, mut counts) = (HashSet::new(), HashMap::new());
        for (weighted, metrics) in [(false, &self.metrics), (true, &self.weighted_metrics)] {
            let mut wanted: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
            for (i, (output, _)) in metrics.iter().enumerate() {
                wanted.entry(output.as_deref()).or_default().push(i);
            }
            for (output, name) in outputs.iter().enumerate() {
                let own = [None, Some(name.as_str())];
                let mut own: Vec<usize> = own
                    .iter()
                    .filter_map(|w| wanted.get(w))
                    .flatten()
                    .copied()
                    .collect();
                own.sort_unstable();
                if bound.len() + own.len() > MOST {
                    return Err(Error::value(format!(
                        "{} metrics on {} outputs make more than {MOST} results; give metrics to single outputs with `metric_for`",
                        metrics.len(),
                        outputs.len()
                    )));
                }
                for i in own {
                    let metric = &metrics[i].1;
                    let named = |before: &str| match outputs.len() {
                        1 => format!("{before}{}", metric.name()),
                        _ => format!("{name}_{before}{}", metric.name()),
                    };
                    let mut unique = named("");
                    let is_loss = unique == "loss" || loss_names.contains(&unique);
                    let other = is_loss.then_some("a loss").or_else(|| reserved(&unique));
                    if let Some(other) = other {
                        return Err(Error::value(format!(
                            "a metric is called `{unique}`, as {other} is, whose place it would take in the history and for callbacks; give it another name"
                        )));
                    }
                    if !taken.insert(unique.clone()) {
                        let again = named(if weighted { "weighted_" } else { "" });
                        unique = again.clone();
                        // Where it stopped for this name: names are not looked through from the first number again.
                        let k = counts.entry(again.clone()).or_insert(0_usize);
                        while !taken.insert(unique.clone()) {
                            *k += 1;
                            unique = format!("{again}_{k}");
                        }
                    }
                    bound.push(Bound {
                        name: unique,
                        output,
                        weighted,
                        metric: metric.boxed_clone(),
                        updated: false,
                    });
                }
            }
        }
        Ok(bound)
    }

    pub(crate) fn loss_of(&self, output: usize) -> &Arc<dyn Loss> {
        &self.losses[if self.losses.len() == 1 { 0 } else { output }]
    }

    pub(crate) fn loss_weight(&self, output: usize) -> f64 {
        self.loss_weights.as_ref().map_or(1.0, |w| w[output])
    }
}
