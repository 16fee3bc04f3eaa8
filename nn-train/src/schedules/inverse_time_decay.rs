//! A rate that falls with the inverse of time.

use super::{Schedule, check_rate, check_steps, described, schedule};
use nn_core::Result;
use serde::{Deserialize, Serialize};

/// `initial_learning_rate / (1 + decay_rate · step / decay_steps)`.
///
/// Source: `keras.optimizers.schedules.InverseTimeDecay`.
///
/// ```
/// use nn::schedules::{Schedule, InverseTimeDecay};
/// assert_eq!(InverseTimeDecay::new(0.1, 10.0, 1.0).at(10), 0.05);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct InverseTimeDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    decay_rate: f64,
    staircase: bool,
}

impl Default for InverseTimeDecay {
    fn default() -> InverseTimeDecay {
        InverseTimeDecay {
            initial_learning_rate: 0.001,
            decay_steps: 1.0,
            decay_rate: 1.0,
            staircase: false,
        }
    }
}

impl InverseTimeDecay {
    /// A rate whose inverse grows by `decay_rate / initial_learning_rate` in the course of `decay_steps` > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> InverseTimeDecay {
        InverseTimeDecay {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            ..InverseTimeDecay::default()
        }
    }

    /// With `true`, the rate falls once every `decay_steps` instead of a little at each step.
    pub fn staircase(mut self, staircase: bool) -> InverseTimeDecay {
        self.staircase = staircase;
        self
    }
}

impl Schedule for InverseTimeDecay {
    described!(InverseTimeDecay);

    fn check(&self) -> Result<()> {
        const CLASS: &str = "InverseTimeDecay";
        check_steps(CLASS, self.decay_steps)?;
        check_rate(CLASS, "initial_learning_rate", self.initial_learning_rate)?;
        check_rate(CLASS, "decay_rate", self.decay_rate)
    }

    fn at(&self, step: u64) -> f64 {
        let done = step as f64 / self.decay_steps;
        let done = if self.staircase { done.floor() } else { done };
        self.initial_learning_rate / (1.0 + self.decay_rate * done)
    }
}

schedule!(InverseTimeDecay);
