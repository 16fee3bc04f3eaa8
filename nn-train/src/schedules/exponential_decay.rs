//! A constant factor every so many steps.

use super::{Schedule, check_rate, check_steps, described, schedule};
use nn_core::Result;
use serde::{Deserialize, Serialize};

/// `initial_learning_rate · decay_rate ^ (step / decay_steps)`.
///
/// Source: `keras.optimizers.schedules.ExponentialDecay`.
///
/// ```
/// use nn::schedules::{Schedule, ExponentialDecay};
/// assert_eq!(ExponentialDecay::new(0.1, 10.0, 0.5).at(20), 0.025);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct ExponentialDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    decay_rate: f64,
    staircase: bool,
}

impl Default for ExponentialDecay {
    fn default() -> ExponentialDecay {
        ExponentialDecay {
            initial_learning_rate: 0.001,
            decay_steps: 1.0,
            decay_rate: 1.0,
            staircase: false,
        }
    }
}

impl ExponentialDecay {
    /// A rate that is multiplied by `decay_rate` in the course of `decay_steps` > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> ExponentialDecay {
        ExponentialDecay {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            ..ExponentialDecay::default()
        }
    }

    /// With `true`, the rate falls once every `decay_steps` instead of a little at each step.
    pub fn staircase(mut self, staircase: bool) -> ExponentialDecay {
        self.staircase = staircase;
        self
    }
}

impl Schedule for ExponentialDecay {
    described!(ExponentialDecay);

    fn check(&self) -> Result<()> {
        const CLASS: &str = "ExponentialDecay";
        check_steps(CLASS, self.decay_steps)?;
        check_rate(CLASS, "initial_learning_rate", self.initial_learning_rate)?;
        check_rate(CLASS, "decay_rate", self.decay_rate)
    }

    fn at(&self, step: u64) -> f64 {
        let done = step as f64 / self.decay_steps;
        let done = if self.staircase { done.floor() } else { done };
        self.initial_learning_rate * self.decay_rate.powf(done)
    }
}

schedule!(ExponentialDecay);
