//! Learning rate schedules: the rate as a function of the step. One file each; formulas and names are Keras 3's.
//!
//! | family | schedules |
//! |---|---|
//! | in one curve | [`ExponentialDecay`], [`InverseTimeDecay`], [`PolynomialDecay`], [`CosineDecay`] |
//! | with new starts | [`CosineDecayRestarts`] |
//! | in steps | [`PiecewiseConstantDecay`] |
//! | what they are | [`Schedule`] |

mod cosine_decay;
mod cosine_decay_restarts;
mod exponential_decay;
mod inverse_time_decay;
mod piecewise_constant_decay;
mod polynomial_decay;

pub use cosine_decay::CosineDecay;
pub use cosine_decay_restarts::CosineDecayRestarts;
pub use exponential_decay::ExponentialDecay;
pub use inverse_time_decay::InverseTimeDecay;
pub use piecewise_constant_decay::PiecewiseConstantDecay;
pub use polynomial_decay::PolynomialDecay;

use crate::saving::registry::{self, Class};
use nn_core::{Error, Result};
use serde_json::Value;

/// A learning rate that depends on the number of steps made.
///
/// ```
/// use nn::{optimizers::{Adam, Optimizer}, schedules::{Schedule, PolynomialDecay}};
/// let schedule = PolynomialDecay::new(0.1, 100.0).end_learning_rate(0.0);
/// assert_eq!(schedule.at(50), 0.05);
/// let adam = Adam::new(schedule);
/// assert_eq!(adam.learning_rate(), 0.1);
/// ```
pub trait Schedule: Send + Sync {
    /// The rate of the step that is made after `step` others; the first is 0.
    fn at(&self, step: u64) -> f64;

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// What is wrong with them; `fit` reports it before it begins, an optimizer in its first step.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The configuration, `{"class_name": "CosineDecay", "config": {...}}`; of a schedule of your own, its type's name.
    fn config(&self) -> Value {
        registry::bare::<Self>()
    }
}

nn_core::collect!(Class<dyn Schedule>);

/// Builds a schedule from its configuration, as written by [`Schedule::config`] or by Keras.
///
/// # Errors
/// A class that is not registered ([`register!`](crate::register)), entries that it does not have or cannot take.
pub fn from_config(config: &Value) -> Result<Box<dyn Schedule>> {
    match registry::find(
        "schedules",
        config,
        registry::registered::<Class<dyn Schedule>>(),
    )? {
        Some(schedule) => Ok(schedule),
        None => Err(registry::unknown("schedule", "Schedule", config)),
    }
}

/// The number of steps that something takes must be positive.
fn check_steps(class: &str, steps: f64) -> Result<()> {
    if steps > 0.0 && steps.is_finite() {
        return Ok(());
    }
    Err(Error::value(format!(
        "{class} needs a positive number of decay steps, found {steps}"
    )))
}

/// A rate in a schedule's settings.
fn check_rate(class: &str, name: &str, rate: f64) -> Result<()> {
    check_setting(
        class,
        name,
        rate,
        (rate as f32).is_finite() && rate >= 0.0,
        "a finite number from 0 on",
    )
}

/// A setting must be in its range.
fn check_setting(class: &str, name: &str, value: f64, fits: bool, range: &str) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{class} needs `{name}` to be {range}, found {value}"
        ))),
    }
}

/// What all schedules here share: configuration and registration.
macro_rules! schedule {
    ($Type:ident) => {
        impl $Type {
            fn from_config(config: &serde_json::Value) -> nn_core::Result<$Type> {
                let schedule: $Type = $crate::saving::registry::read(config, &[])?;
                $crate::schedules::Schedule::check(&schedule)?;
                Ok(schedule)
            }
        }

        $crate::register!(Schedule: $Type);
    };
}
use schedule;

/// The configuration of a schedule here: all of its fields.
macro_rules! described {
    ($Type:ident) => {
        fn config(&self) -> serde_json::Value {
            $crate::saving::registry::write(stringify!($Type), self)
        }
    };
}
use described;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn round_trip_and_malformed_configurations() {
        let schedule = CosineDecay::new(0.1, 20.0).alpha(0.2).warmup(0.3, 5.0);
        let back = from_config(&schedule.config()).unwrap();
        assert!((0..30).all(|step| back.at(step) == schedule.at(step)));
        let message = |config| from_config(&config).err().unwrap().to_string();
        let e = message(
            json!({"class_name": "CosineDecay", "config": {"decay_steps": 0, "initial_learning_rate": 1.0}}),
        );
        assert!(
            e.contains("CosineDecay needs a positive number of decay steps, found 0"),
            "{e}"
        );
        let e = message(json!({"class_name": "CosineDecay", "config": {"decay_stepz": 3}}));
        assert!(e.contains("unknown entry `decay_stepz`"), "{e}");
        let e = message(json!({"class_name": "Nope", "config": {}}));
        assert!(
            e.contains("no schedule is called Nope") && e.contains("register!(Schedule: Nope)"),
            "{e}"
        );
        let e = message(
            json!({"class_name": "PiecewiseConstantDecay", "config": {"boundaries": [1], "values": [1.0]}}),
        );
        assert!(e.contains("one value more than boundaries"), "{e}");
    }
}
