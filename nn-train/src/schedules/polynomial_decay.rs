//! A polynomial from one rate to another.

use super::{Schedule, check_rate, check_setting, check_steps, described, schedule};
use nn_core::Result;
use serde::{Deserialize, Serialize};

/// `(initial_learning_rate - end_learning_rate) · (1 - step / decay_steps) ^ power + end_learning_rate`, and `end_learning_rate` after
/// `decay_steps`.
///
/// Source: `keras.optimizers.schedules.PolynomialDecay`.
///
/// ```
/// use nn::schedules::{Schedule, PolynomialDecay};
/// assert_eq!(PolynomialDecay::new(0.1, 10.0).end_learning_rate(0.0).at(5), 0.05);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct PolynomialDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    end_learning_rate: f64,
    power: f64,
    cycle: bool,
}

impl Default for PolynomialDecay {
    fn default() -> PolynomialDecay {
        PolynomialDecay {
            initial_learning_rate: 0.001,
            decay_steps: 1.0,
            end_learning_rate: 0.0001,
            power: 1.0,
            cycle: false,
        }
    }
}

impl PolynomialDecay {
    /// A straight line from `initial_learning_rate` to 0.0001 in `decay_steps` > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> PolynomialDecay {
        PolynomialDecay {
            initial_learning_rate,
            decay_steps,
            ..PolynomialDecay::default()
        }
    }

    /// The rate at the end (Keras: 0.0001).
    pub fn end_learning_rate(mut self, end_learning_rate: f64) -> PolynomialDecay {
        self.end_learning_rate = end_learning_rate;
        self
    }

    /// The power: 1 is a straight line.
    pub fn power(mut self, power: f64) -> PolynomialDecay {
        self.power = power;
        self
    }

    /// With `true`, the rate rises again after `decay_steps`, and takes as much longer to fall as there were cycles.
    pub fn cycle(mut self, cycle: bool) -> PolynomialDecay {
        self.cycle = cycle;
        self
    }
}

impl Schedule for PolynomialDecay {
    described!(PolynomialDecay);

    fn check(&self) -> Result<()> {
        const CLASS: &str = "PolynomialDecay";
        check_steps(CLASS, self.decay_steps)?;
        check_rate(CLASS, "initial_learning_rate", self.initial_learning_rate)?;
        check_rate(CLASS, "end_learning_rate", self.end_learning_rate)?;
        // A negative power is infinite at the end.
        check_setting(
            CLASS,
            "power",
            self.power,
            self.power >= 0.0 && self.power.is_finite(),
            "a finite number from 0 on",
        )
    }

    fn at(&self, step: u64) -> f64 {
        let step = step as f64;
        let (step, steps) = match self.cycle {
            true if step == 0.0 => (step, self.decay_steps),
            true => (step, self.decay_steps * (step / self.decay_steps).ceil()),
            false => (step.min(self.decay_steps), self.decay_steps),
        };
        let range = self.initial_learning_rate - self.end_learning_rate;
        range * (1.0 - step / steps).powf(self.power) + self.end_learning_rate
    }
}

schedule!(PolynomialDecay);
