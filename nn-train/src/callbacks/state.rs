//! What a callback remembers, as it is saved with a training.

use nn_core::{Error, Result, Tensor};
use serde_json::{Value, json};

/// No count of epochs or batches reaches this: more than any training has, and far from where counting on would overflow.
pub(crate) const MOST_EPOCHS: u64 = 1 << 48;

/// The state of a callback: anything that JSON can say, and tensors by name.
///
/// ```
/// use nn::callbacks::CallbackState;
/// let state = CallbackState::new(serde_json::json!({"seen": 3})).number("best", f64::INFINITY);
/// assert_eq!(state.config["seen"], 3);
/// assert_eq!(state.get("best")?, f64::INFINITY);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallbackState {
    /// What is no tensor, an object.
    pub config: Value,
    /// Tensors by name.
    pub tensors: Vec<(String, Tensor)>,
}

impl CallbackState {
    /// Of an object in JSON.
    pub fn new(config: Value) -> CallbackState {
        CallbackState {
            config,
            tensors: Vec::new(),
        }
    }

    /// With a number that comes back to the bit, infinities and NaN included, which JSON cannot say: it is kept as text.
    #[must_use]
    pub fn number(mut self, name: &str, value: f64) -> CallbackState {
        self.config[name] = json!(value.to_string());
        self
    }

    /// The number of that name, as [`CallbackState::number`] has kept it.
    ///
    /// # Errors
    /// When there is none.
    pub fn get(&self, name: &str) -> Result<f64> {
        let found = &self.config[name];
        found
            .as_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| {
                Error::format(format!(
                    "the saved state of a callback has no number `{name}`, found {found}"
                ))
            })
    }

    /// The count of that name.
    pub(super) fn count(&self, name: &str) -> Result<usize> {
        let found = &self.config[name];
        found
            .as_u64()
            .filter(|&n| n < MOST_EPOCHS)
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| {
                Error::format(format!(
                    "the saved state of a callback has no count `{name}`, found {found}"
                ))
            })
    }
}
