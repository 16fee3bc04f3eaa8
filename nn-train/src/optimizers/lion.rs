//! Lion: steps of one size, in the direction of a momentum.

use super::settings::{describe, optimizer, settings_and_slots, within};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `p -= learning_rate · sign(β₁ m + (1 - β₁) g)`, then `m = β₂ m + (1 - β₂) g`. It wants a learning rate some three to ten times smaller than
/// Adam's, and a weight decay as much greater.
///
/// Sources: Chen et al. 2023, <https://arxiv.org/abs/2302.06675>; `keras.optimizers.Lion`.
///
/// ```
/// use nn::optimizers::{Lion, Optimizer};
/// let optimizer = Lion::new(1e-3).beta_2(0.98);
/// assert_eq!(optimizer.config()["config"]["beta_2"], 0.98);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Lion {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Lion {
    /// With Keras's learning rate, 0.001.
    fn default() -> Lion {
        Lion {
            settings: Settings::new(0.001),
            beta_1: 0.9,
            beta_2: 0.99,
            slots: Slots::default(),
        }
    }
}

impl Lion {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Lion {
        Lion {
            settings: Settings::new(learning_rate),
            ..Lion::default()
        }
    }

    /// The share of the momentum in the direction of a step, in (0, 1] (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> Lion {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the momentum, in [0, 1] (Keras: 0.99).
    pub fn beta_2(mut self, beta_2: f64) -> Lion {
        self.beta_2 = beta_2;
        self
    }
}

optimizer!(Lion, "Lion");

impl Rule for Lion {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["momentum"]
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Lion {
            learning_rate: at.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            weight_decay: at.weight_decay,
        };
        let [m] = slots else {
            unreachable!("Lion has 1 slot a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::lion(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        Some(Bounds::new(at.learning_rate, slot.max(gradient)))
    }

    fn check(&self) -> Result<()> {
        within(
            "beta_1",
            self.beta_1,
            self.beta_1 > 0.0 && self.beta_1 <= 1.0,
            "in (0, 1]: with 0 only the sign of the gradient would count",
        )?;
        within(
            "beta_2",
            self.beta_2,
            (0.0..=1.0).contains(&self.beta_2),
            "in [0, 1]",
        )
    }

    fn describe(&self) -> Value {
        describe("Lion", self)
    }
}
