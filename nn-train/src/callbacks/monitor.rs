//! Watching one number get better.

use super::{CallbackState, Run};
use crate::metrics::{Direction, Scores};
use nn_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Which direction is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// What the watched number says itself: less of a loss, and of a metric what is better for it, whatever it is called
    /// ([`Metric::direction`](crate::metrics::Metric::direction)). Where nothing says, training does not begin.
    #[default]
    Auto,
    /// Less.
    Min,
    /// More.
    Max,
}

/// The best value of a score so far.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) mode: Mode,
    pub(super) min_delta: f64,
    pub(super) best: Option<f64>,
    /// Known once training has begun.
    direction: Option<Direction>,
}

impl Monitor {
    pub(super) fn new(name: String) -> Monitor {
        Monitor {
            name,
            mode: Mode::Auto,
            min_delta: 0.0,
            best: None,
            direction: None,
        }
    }

    /// Finds out which direction is better; `of_batch` if it is looked at after batches.
    ///
    /// # Errors
    /// When nothing says; a `min_delta` that is not a finite number; a score that will certainly not be there.
    pub(super) fn begin(&mut self, who: &str, of_batch: bool, run: &Run<'_>) -> Result<()> {
        if !self.min_delta.is_finite() {
            return Err(Error::value(format!(
                "{who} needs `min_delta` to be a finite number, found {}",
                self.min_delta
            )));
        }
        self.direction = match self.mode {
            Mode::Min => Some(Direction::Down),
            Mode::Max => Some(Direction::Up),
            Mode::Auto => run.direction(&self.name),
        };
        if let Some(known) = run.known_scores(of_batch)
            && known.get(&self.name).is_none()
        {
            return Err(self.missing(who, &known, run));
        }
        if self.direction.is_none() {
            return Err(Error::value(format!(
                "{who} watches `{}`, and nothing says whether more or less of it is better: it is neither the loss nor a metric that \
                 says. Say so with `mode(Mode::Max)` or `mode(Mode::Min)`, or correct the name: there are {}, these with `val_` before them \
                 where there is validation data, and what steps and callbacks add",
                self.name,
                run.compiled_scores().names()
            )));
        }
        Ok(())
    }

    /// The watched number; nothing where it is one of a validation that this epoch does not have.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(super) fn read(&self, who: &str, scores: &Scores, run: &Run<'_>) -> Result<Option<f64>> {
        let found = scores.get(&self.name);
        if found.is_none() && run.is_unvalidated() && self.name.starts_with("val_") {
            return Ok(None);
        }
        found
            .map(Some)
            .ok_or_else(|| self.missing(who, scores, run))
    }

    /// What is watched is not among the scores.
    fn missing(&self, who: &str, scores: &Scores, run: &Run<'_>) -> Error {
        let plain = self.name.strip_prefix("val_");
        let compiled = run.compiled_scores();
        let validated = scores.iter().any(|(name, _)| name.starts_with("val_"));
        let hint = match plain {
            // There is a validation, in which the metric had no batch.
            Some(plain) if validated && compiled.get(plain).is_some() => {
                "; a compiled metric has a score where `test_step` calls `update_metrics`"
            }
            Some(_) => {
                "; scores that begin with `val_` need `validation_data` or `validation_split`, and are there after epochs"
            }
            None if compiled.get(&self.name).is_some() => {
                "; a compiled metric has a score where `train_step` calls `update_metrics`"
            }
            None => "",
        };
        let direction = match self.direction {
            Some(_) => "",
            None => {
                "; a score whose metric does not say which way is better needs `mode(Mode::Max)` or `mode(Mode::Min)` too"
            }
        };
        Error::value(format!(
            "{who} watches `{}`, which is not there; there are {}{hint}{direction}",
            self.name,
            scores.names()
        ))
    }

    /// Whether `value` is better than `other` by more than `min_delta`. NaN never is.
    pub(super) fn is_better(&self, value: f64, other: Option<f64>) -> bool {
        match (other, self.direction) {
            (None, _) => !value.is_nan(),
            (Some(other), Some(Direction::Up)) => value > other + self.min_delta,
            (Some(other), _) => value < other - self.min_delta,
        }
    }

    /// Whether `value` is better than the best so far; then it is the best.
    pub(super) fn improves(&mut self, value: f64) -> bool {
        let better = self.is_better(value, self.best);
        if better {
            self.best = Some(value);
        }
        better
    }

    /// What is watched and the best of it so far.
    pub(super) fn state(&self) -> CallbackState {
        let state = CallbackState::new(json!({"monitor": self.name}));
        match self.best {
            Some(best) => state.number("best", best),
            None => state,
        }
    }

    /// Takes up the best so far; `false` if another number was watched.
    pub(super) fn restore(&mut self, state: &CallbackState) -> Result<bool> {
        if state.config["monitor"] != json!(self.name) {
            return Ok(false);
        }
        if !state.config["best"].is_null() {
            self.best = Some(state.get("best")?);
        }
        Ok(true)
    }
}
