//! What a stateful layer remembers.

use nn_core::{Module, Result, Tensor};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard};

/// The states in which a stateful recurrent layer was left, from which its next call goes on.
///
/// They are no parameters: they are neither trained nor in files of weights and models, as in Keras. A training that is saved has them, so that
/// it goes on where it was, and a step of `fit` that fails leaves them as they were. [`Module::reset_state`] of the layer, or of any model it
/// is in, forgets them.
///
/// ```
/// use nn::{GRU, Layer, Module, Tensor};
/// let gru = GRU::new(4).stateful(true);
/// let h = gru.forward(Tensor::ones([2, 5, 3]));
/// assert_eq!(gru.states().get().unwrap()[0].to_vec::<f32>()?, h.to_vec::<f32>()?);
/// gru.reset_state();
/// assert!(gru.states().get().is_none());
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct States(Mutex<Option<Vec<Tensor>>>);

impl States {
    /// None yet.
    pub const fn new() -> States {
        States(Mutex::new(None))
    }

    /// The states, after a first call.
    pub fn get(&self) -> Option<Vec<Tensor>> {
        self.slot().clone()
    }

    /// Remembers states that have values: the next call's gradients end at them.
    pub(crate) fn keep(&self, states: &[Tensor]) {
        if states.iter().all(Tensor::is_concrete) {
            *self.slot() = Some(states.iter().map(Tensor::stop_gradient).collect());
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Vec<Tensor>>> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Clone for States {
    fn clone(&self) -> States {
        States(Mutex::new(self.get()))
    }
}

impl Module for States {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn reset_state(&self) {
        *self.slot() = None;
    }

    fn carried(&self) -> Option<Vec<Tensor>> {
        Some(self.get().unwrap_or_default())
    }

    fn carry(&self, states: Vec<Tensor>) {
        *self.slot() = (!states.is_empty()).then_some(states);
    }

    fn config(&self) -> Value {
        Value::Null
    }

    fn from_config(_: &Value) -> Result<States> {
        Ok(States::new())
    }
}
