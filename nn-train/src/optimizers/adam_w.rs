//! Adam with weight decay.

use super::settings::{describe, optimizer};
use super::{Adam, Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// [`Adam`] with a weight decay of 0.004, unless another one is given.
///
/// Sources: Loshchilov and Hutter 2017, <https://arxiv.org/abs/1711.05101>; `keras.optimizers.AdamW`.
///
/// ```
/// use nn::optimizers::{AdamW, Optimizer};
/// let adam = AdamW::new(1e-3).weight_decay(0.01).exclude_from_weight_decay(["bias", "gamma", "beta"]);
/// assert_eq!(adam.config()["class_name"], "AdamW");
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct AdamW(Adam);

impl Default for AdamW {
    /// With Keras's learning rate, 0.001.
    fn default() -> AdamW {
        AdamW(Adam::default().weight_decay(0.004))
    }
}

impl AdamW {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> AdamW {
        AdamW(Adam::new(learning_rate).weight_decay(0.004))
    }

    /// As [`Adam::beta_1`].
    pub fn beta_1(self, beta_1: f64) -> AdamW {
        AdamW(self.0.beta_1(beta_1))
    }

    /// As [`Adam::beta_2`].
    pub fn beta_2(self, beta_2: f64) -> AdamW {
        AdamW(self.0.beta_2(beta_2))
    }

    /// As [`Adam::epsilon`].
    pub fn epsilon(self, epsilon: f64) -> AdamW {
        AdamW(self.0.epsilon(epsilon))
    }

    /// As [`Adam::amsgrad`].
    pub fn amsgrad(self, amsgrad: bool) -> AdamW {
        AdamW(self.0.amsgrad(amsgrad))
    }
}

optimizer!(AdamW, "AdamW");

impl Rule for AdamW {
    fn settings(&self) -> &Settings {
        self.0.settings()
    }

    fn settings_mut(&mut self) -> &mut Settings {
        self.0.settings_mut()
    }

    fn slots(&self) -> &Slots {
        self.0.slots()
    }

    fn slots_mut(&mut self) -> &mut Slots {
        self.0.slots_mut()
    }

    fn slot_names(&self) -> Vec<&'static str> {
        self.0.slot_names()
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        self.0.step(value, gradient, slots, at)
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        self.0.bounds(at, gradient, slot)
    }

    fn check(&self) -> Result<()> {
        Rule::check(&self.0)
    }

    fn describe(&self) -> Value {
        describe("AdamW", self)
    }
}
