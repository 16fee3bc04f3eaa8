//! Half waves down, one after the other.

use super::{Schedule, check_rate, check_setting, check_steps, described, schedule};
use nn_core::Result;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// [`CosineDecay`](super::CosineDecay) that begins anew after `first_decay_steps`, then after `t_mul` times as many, and so on, each time
/// at a rate `m_mul` times as high: SGDR (Loshchilov and Hutter 2016, <https://arxiv.org/abs/1608.03983>).
///
/// With `t_mul` below 1 the periods have an end, after `first_decay_steps / (1 - t_mul)` steps: from there on the rate stays at the end of a wave,
/// `alpha * initial_learning_rate` (where Keras gives NaN).
///
/// Source: `keras.optimizers.schedules.CosineDecayRestarts`.
///
/// ```
/// use nn::schedules::{Schedule, CosineDecayRestarts};
/// let schedule = CosineDecayRestarts::new(0.1, 10.0);
/// assert_eq!((schedule.at(0), schedule.at(10)), (0.1, 0.1));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct CosineDecayRestarts {
    initial_learning_rate: f64,
    first_decay_steps: f64,
    t_mul: f64,
    m_mul: f64,
    alpha: f64,
}

impl Default for CosineDecayRestarts {
    fn default() -> CosineDecayRestarts {
        CosineDecayRestarts {
            initial_learning_rate: 0.001,
            first_decay_steps: 1.0,
            t_mul: 2.0,
            m_mul: 1.0,
            alpha: 0.0,
        }
    }
}

impl CosineDecayRestarts {
    /// A rate that falls to 0 in `first_decay_steps` > 0 steps, then in 2, 4, 8, … times as many.
    pub fn new(initial_learning_rate: f64, first_decay_steps: f64) -> CosineDecayRestarts {
        CosineDecayRestarts {
            initial_learning_rate,
            first_decay_steps,
            ..CosineDecayRestarts::default()
        }
    }

    /// How much longer each period is than the one before (Keras: 2).
    pub fn t_mul(mut self, t_mul: f64) -> CosineDecayRestarts {
        self.t_mul = t_mul;
        self
    }

    /// How much higher each period begins than the one before (Keras: 1).
    pub fn m_mul(mut self, m_mul: f64) -> CosineDecayRestarts {
        self.m_mul = m_mul;
        self
    }

    /// The lowest rate, as a share of the initial one (Keras: 0).
    pub fn alpha(mut self, alpha: f64) -> CosineDecayRestarts {
        self.alpha = alpha;
        self
    }
}

impl Schedule for CosineDecayRestarts {
    described!(CosineDecayRestarts);

    fn check(&self) -> Result<()> {
        const CLASS: &str = "CosineDecayRestarts";
        check_steps(CLASS, self.first_decay_steps)?;
        check_rate(CLASS, "initial_learning_rate", self.initial_learning_rate)?;
        check_setting(
            CLASS,
            "t_mul",
            self.t_mul,
            self.t_mul > 0.0 && self.t_mul.is_finite(),
            "a finite number above 0",
        )?;
        check_rate(CLASS, "m_mul", self.m_mul)?;
        check_rate(CLASS, "alpha", self.alpha)
    }

    fn at(&self, step: u64) -> f64 {
        let done = step as f64 / self.first_decay_steps;
        let (restarts, done) = if self.t_mul == 1.0 {
            (done.floor(), done.fract())
        } else {
            let left = 1.0 - done * (1.0 - self.t_mul);
            // What rounding `t_mul` leaves of 0 is 0.
            if self.t_mul < 1.0 && left <= f64::EPSILON / (1.0 - self.t_mul) {
                return self.initial_learning_rate * self.alpha;
            }
            let restarts = (left.ln() / self.t_mul.ln()).floor();
            let length = self.t_mul.powf(restarts);
            let before = (1.0 - length) / (1.0 - self.t_mul);
            (restarts, (done - before) / length)
        };
        let wave = 0.5 * self.m_mul.powf(restarts) * (1.0 + (PI * done).cos());
        self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha)
    }
}

schedule!(CosineDecayRestarts);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_that_get_shorter_end_in_the_lowest_rate() {
        for (t_mul, end) in [(0.5, 20), (0.9, 100), (0.99, 1000)] {
            let schedule = CosineDecayRestarts::new(0.1, 10.0).t_mul(t_mul).alpha(0.2);
            assert_eq!(schedule.at(0), 0.1);
            for step in [end, end + 1, 10 * end, u64::MAX] {
                assert_eq!(schedule.at(step), 0.1 * 0.2, "{t_mul}: {step}");
            }
            let mut before = (0..end).map(|step| schedule.at(step));
            assert!(before.all(|rate| (0.02 - 1e-12..=0.1 + 1e-12).contains(&rate)));
        }
    }
}
