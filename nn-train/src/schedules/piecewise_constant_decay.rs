//! Constant rates between given steps.

use super::{Schedule, check_rate, described, schedule};
use nn_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// `values[0]` up to and including step `boundaries[0]`, then `values[1]` up to `boundaries[1]`, ..., and the last value after the last
/// boundary.
///
/// Source: `keras.optimizers.schedules.PiecewiseConstantDecay`.
///
/// ```
/// use nn::schedules::{PiecewiseConstantDecay, Schedule};
/// let schedule = PiecewiseConstantDecay::new([1000.0], [0.1, 0.01]);
/// assert_eq!((schedule.at(1000), schedule.at(1001)), (0.1, 0.01));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct PiecewiseConstantDecay {
    boundaries: Vec<f64>,
    values: Vec<f64>,
}

impl PiecewiseConstantDecay {
    /// Ascending boundaries, and one value more than boundaries.
    pub fn new(
        boundaries: impl Into<Vec<f64>>,
        values: impl Into<Vec<f64>>,
    ) -> PiecewiseConstantDecay {
        PiecewiseConstantDecay {
            boundaries: boundaries.into(),
            values: values.into(),
        }
    }
}

impl Schedule for PiecewiseConstantDecay {
    described!(PiecewiseConstantDecay);

    fn check(&self) -> Result<()> {
        let (boundaries, values) = (self.boundaries.len(), self.values.len());
        if boundaries + 1 != values {
            return Err(Error::value(format!(
                "PiecewiseConstantDecay needs one value more than boundaries, found {values} values and {boundaries} boundaries"
            )));
        }
        if !self.boundaries.is_sorted() || self.boundaries.iter().any(|b| b.is_nan()) {
            return Err(Error::value(format!(
                "PiecewiseConstantDecay needs ascending boundaries, found {:?}",
                self.boundaries
            )));
        }
        self.values
            .iter()
            .try_for_each(|&rate| check_rate("PiecewiseConstantDecay", "values", rate))
    }

    fn at(&self, step: u64) -> f64 {
        let passed = self.boundaries.iter().filter(|&&b| step as f64 > b).count();
        // `check` has said so if there is no such value.
        self.values.get(passed).copied().unwrap_or(f64::NAN)
    }
}

schedule!(PiecewiseConstantDecay);
