//! A constant learning rate, or one that follows a schedule.

use crate::schedules::{self, Schedule};
use nn_core::config::{Json, from_json};
use nn_core::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A learning rate: a number, or a [`Schedule`].
///
/// ```
/// use nn::{optimizers::LearningRate, schedules::ExponentialDecay};
/// assert_eq!(LearningRate::from(0.01).at(7), 0.01);
/// assert_eq!(LearningRate::from(ExponentialDecay::new(0.1, 10.0, 0.5)).at(10), 0.05);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum LearningRate {
    /// The same at every step.
    Constant(f64),
    /// As the schedule says.
    Schedule(Arc<dyn Schedule>),
}

impl LearningRate {
    /// The rate of the step that is made after `step` others.
    pub fn at(&self, step: u64) -> f64 {
        match self {
            LearningRate::Constant(rate) => *rate,
            LearningRate::Schedule(schedule) => schedule.at(step),
        }
    }

    /// The rate of that step, if it is one.
    ///
    /// # Errors
    /// A negative rate, or one that `f32` does not hold as a finite number; that of a schedule is named with it.
    pub fn checked(&self, step: u64) -> Result<f64> {
        check(self.at(step)).map_err(|e| match self {
            LearningRate::Constant(_) => e,
            LearningRate::Schedule(schedule) => {
                let config = schedule.config();
                let name = config["class_name"].as_str().unwrap_or("the schedule");
                e.context(format!("{name} at step {step}"))
            }
        })
    }

    /// Whether it is a rate, or a schedule whose settings make sense.
    ///
    /// # Errors
    /// As [`LearningRate::checked`]; what is wrong with the schedule.
    pub fn check(&self) -> Result<()> {
        match self {
            LearningRate::Constant(rate) => check(*rate).map(|_| ()),
            LearningRate::Schedule(schedule) => schedule.check(),
        }
    }
}

/// A learning rate must be a number from 0 on that `f32` holds, since it is multiplied with numbers of that type.
pub(super) fn check(rate: f64) -> Result<f64> {
    match (rate as f32).is_finite() && rate >= 0.0 {
        true => Ok(rate),
        false => Err(Error::value(format!(
            "a learning rate is a number from 0 up to 3.4e38, the greatest of f32, found {rate:e}"
        ))),
    }
}

/// What an optimizer takes as its learning rate: a number with a point, or a [`Schedule`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a learning rate",
    label = "expected a number with a point, or a schedule",
    note = "a learning rate is written as `1e-3` or `1.0`, as in `Adam::new(1e-3)`, or is a schedule: `Adam::new(CosineDecay::new(1e-3, 1000.0))`"
)]
pub trait IntoLearningRate {
    /// The learning rate.
    fn into_learning_rate(self) -> LearningRate;
}

#[diagnostic::do_not_recommend]
impl<T: Into<LearningRate>> IntoLearningRate for T {
    fn into_learning_rate(self) -> LearningRate {
        self.into()
    }
}

impl From<f64> for LearningRate {
    fn from(rate: f64) -> LearningRate {
        LearningRate::Constant(rate)
    }
}

impl From<f32> for LearningRate {
    /// As it was written: `1e-3_f32` is 0.001, and not the `f64` next to the `f32`.
    fn from(rate: f32) -> LearningRate {
        LearningRate::Constant(rate.to_string().parse().unwrap_or(f64::from(rate)))
    }
}

impl<S: Schedule + 'static> From<S> for LearningRate {
    fn from(schedule: S) -> LearningRate {
        LearningRate::Schedule(Arc::new(schedule))
    }
}

impl fmt::Debug for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LearningRate::Constant(rate) => write!(f, "{rate}"),
            LearningRate::Schedule(schedule) => write!(f, "{}", schedule.config()),
        }
    }
}

impl Serialize for LearningRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            LearningRate::Constant(rate) => serializer.serialize_f64(*rate),
            LearningRate::Schedule(schedule) => schedule.config().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LearningRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LearningRate, D::Error> {
        use serde::de::Error;
        let Json(value) = Json::deserialize(deserializer)?;
        match from_json(&value) {
            Ok(rate) => Ok(LearningRate::Constant(rate)),
            Err(_) => schedules::from_config(&value)
                .map(|schedule| LearningRate::Schedule(Arc::from(schedule)))
                .map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedules::ExponentialDecay;

    #[test]
    fn a_schedule_that_leaves_the_numbers_is_named() {
        let rate = LearningRate::from(ExponentialDecay::new(0.01, 1.0, 1e30));
        assert_eq!(rate.checked(0).unwrap(), 0.01);
        let e = rate.checked(20).unwrap_err().to_string();
        assert!(
            e.contains("ExponentialDecay at step 20") && e.contains("found inf"),
            "{e}"
        );
    }
}
