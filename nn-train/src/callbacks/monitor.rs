//! Watching one number get better.

use crate::metrics::Scores;
use nn_core::{Error, Result};

/// Which direction is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// More for names that end in `accuracy`, `precision`, `recall`, `auc` or `f1_score`, less for others.
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
}

impl Monitor {
    pub(super) fn new(name: String) -> Monitor {
        Monitor {
            name,
            mode: Mode::Auto,
            min_delta: 0.0,
            best: None,
        }
    }

    /// The watched number.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(super) fn read(&self, who: &str, scores: &Scores) -> Result<f64> {
        scores.get(&self.name).ok_or_else(|| {
            let hint = match self.name.starts_with("val_") {
                true => {
                    "; scores that begin with `val_` need `validation_data` or `validation_split`"
                }
                false => "",
            };
            Error::value(format!(
                "{who} watches `{}`, which is not there; there are {}{hint}",
                self.name,
                scores.names()
            ))
        })
    }

    fn more_is_better(&self) -> bool {
        let more = ["accuracy", "precision", "recall", "auc", "f1_score"];
        match self.mode {
            Mode::Auto => more.iter().any(|m| self.name.ends_with(m)),
            mode => mode == Mode::Max,
        }
    }

    /// Whether `value` is better than the best by more than `min_delta`; then it is the best. NaN never is.
    pub(super) fn improves(&mut self, value: f64) -> bool {
        let better = match (self.best, self.more_is_better()) {
            (None, _) => !value.is_nan(),
            (Some(best), true) => value > best + self.min_delta,
            (Some(best), false) => value < best - self.min_delta,
        };
        if better {
            self.best = Some(value);
        }
        better
    }
}
