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
/// use nn_train::optimizers::LearningRate;
/// use nn_train::schedules::ExponentialDecay;
/// assert_eq!(LearningRate::from(0.01).at(7), 0.01);
/// assert_eq!(LearningRate::from(ExponentialDecay::new(0.1, 10.0, 0.5)).at(10), 0.05);
/// ```
#[derive(Clone)]
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
    /// A negative rate, or one that is not a finite number; a schedule that makes no sense.
    pub fn checked(&self, step: u64) -> Result<f64> {
        if let LearningRate::Schedule(schedule) = self {
            schedule.check()?;
        }
        check(self.at(step))
    }
}

/// A learning rate must be a number from 0 on.
pub(super) fn check(rate: f64) -> Result<f64> {
    match rate.is_finite() && rate >= 0.0 {
        true => Ok(rate),
        false => Err(Error::value(format!(
            "a learning rate is a finite number from 0 on, found {rate}"
        ))),
    }
}

impl From<f64> for LearningRate {
    fn from(rate: f64) -> LearningRate {
        LearningRate::Constant(rate)
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
