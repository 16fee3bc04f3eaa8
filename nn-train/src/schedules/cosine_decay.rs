//! Half a wave from the initial rate down, after a warmup if wanted.

use super::{Schedule, check_rate, check_setting, check_steps, described, schedule};
use nn_core::Result;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// `initial_learning_rate · ((1 - alpha) · ½(1 + cos(π · step / decay_steps)) + alpha)`, and `alpha · initial_learning_rate` after
/// `decay_steps` (Loshchilov and Hutter 2016, <https://arxiv.org/abs/1608.03983>).
///
/// With a warmup, the rate rises in a straight line to `warmup_target` in `warmup_steps`, and falls from there.
///
/// Source: `keras.optimizers.schedules.CosineDecay`.
///
/// ```
/// use nn::schedules::{Schedule, CosineDecay};
/// let schedule = CosineDecay::new(0.0, 100.0).warmup(0.1, 10.0);
/// assert_eq!((schedule.at(5), schedule.at(10)), (0.05, 0.1));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CosineDecay {
    initial_learning_rate: f64,
    decay_steps: f64,
    alpha: f64,
    warmup_target: Option<f64>,
    warmup_steps: f64,
}

impl Default for CosineDecay {
    fn default() -> CosineDecay {
        CosineDecay {
            initial_learning_rate: 0.001,
            decay_steps: 1.0,
            alpha: 0.0,
            warmup_target: None,
            warmup_steps: 0.0,
        }
    }
}

impl CosineDecay {
    /// A rate that falls to 0 in `decay_steps` > 0 steps.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> CosineDecay {
        CosineDecay {
            initial_learning_rate,
            decay_steps,
            ..CosineDecay::default()
        }
    }

    /// The lowest rate, as a share of the highest (Keras: 0).
    pub fn alpha(mut self, alpha: f64) -> CosineDecay {
        self.alpha = alpha;
        self
    }

    /// Begins with `warmup_steps` in which the rate rises to `warmup_target`; `decay_steps` count from there. Keras's two settings are one here,
    /// since neither says anything alone.
    #[doc(alias = "warmup_target")]
    #[doc(alias = "warmup_steps")]
    pub fn warmup(mut self, warmup_target: f64, warmup_steps: f64) -> CosineDecay {
        self.warmup_target = Some(warmup_target);
        self.warmup_steps = warmup_steps;
        self
    }
}

impl Schedule for CosineDecay {
    described!(CosineDecay);

    fn check(&self) -> Result<()> {
        const CLASS: &str = "CosineDecay";
        check_steps(CLASS, self.decay_steps)?;
        check_rate(CLASS, "initial_learning_rate", self.initial_learning_rate)?;
        check_rate(CLASS, "warmup_target", self.warmup_target.unwrap_or(0.0))?;
        check_setting(
            CLASS,
            "warmup_steps",
            self.warmup_steps,
            self.warmup_steps >= 0.0 && self.warmup_steps.is_finite(),
            "a finite number from 0 on",
        )?;
        check_rate(CLASS, "alpha", self.alpha)
    }

    fn at(&self, step: u64) -> f64 {
        let step = step as f64;
        // Without a target Keras ignores `warmup_steps`.
        let (peak, step) = match self.warmup_target {
            Some(target) if step < self.warmup_steps => {
                let rise = target - self.initial_learning_rate;
                return rise * (step / self.warmup_steps) + self.initial_learning_rate;
            }
            Some(target) => (target, step - self.warmup_steps),
            None => (self.initial_learning_rate, step),
        };
        let done = step.min(self.decay_steps) / self.decay_steps;
        let wave = 0.5 * (1.0 + (PI * done).cos());
        peak * ((1.0 - self.alpha) * wave + self.alpha)
    }
}

schedule!(CosineDecay);
