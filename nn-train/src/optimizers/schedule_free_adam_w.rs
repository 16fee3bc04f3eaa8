//! AdamW without a schedule: the parameters are a mix of where steps lead and of the average of all steps.

use super::settings::{
    check_epsilon, check_share, describe, optimizer, settings_and_slots, within,
};
use super::slots::copy_of;
use super::{IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Steps go from `z`, gradients are taken at `p = (1 - β₁) z + β₁ x`, and `x` is the average of `z` so far: `v += (1 - β₂)(g² - v)`,
/// `z -= learning_rate · g / (√(v / (1 - β₂ᵗ)) + ε)` and `x += (z - x) / t` at step t from 1. `z` begins as a copy of the parameter, and is kept
/// under Keras's name for it, `momentum`.
///
/// In the first `warmup_steps` the learning rate grows by equal parts from 0.
///
/// Sources: Defazio et al. 2024, <https://arxiv.org/abs/2405.15682>; `keras.optimizers.ScheduleFreeAdamW`.
///
/// ```
/// use nn::optimizers::{ScheduleFreeAdamW, Optimizer};
/// let optimizer = ScheduleFreeAdamW::new(1e-3).warmup_steps(100);
/// assert_eq!(optimizer.config()["config"]["warmup_steps"], 100);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct ScheduleFreeAdamW {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    warmup_steps: u64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for ScheduleFreeAdamW {
    /// With Keras's learning rate, 0.0025.
    fn default() -> ScheduleFreeAdamW {
        ScheduleFreeAdamW {
            settings: Settings::new(0.0025),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
            warmup_steps: 0,
            slots: Slots::default(),
        }
    }
}

impl ScheduleFreeAdamW {
    /// A learning rate, a number or a schedule (Keras: 0.0025).
    pub fn new(learning_rate: impl IntoLearningRate) -> ScheduleFreeAdamW {
        ScheduleFreeAdamW {
            settings: Settings::new(learning_rate),
            ..ScheduleFreeAdamW::default()
        }
    }

    /// The share of the average in the parameters, in (0, 1] (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> ScheduleFreeAdamW {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the mean of squared gradients, in [0, 1) (Keras: 0.999).
    pub fn beta_2(mut self, beta_2: f64) -> ScheduleFreeAdamW {
        self.beta_2 = beta_2;
        self
    }

    /// Added to the root, against division by 0 (Keras: 1e-8).
    pub fn epsilon(mut self, epsilon: f64) -> ScheduleFreeAdamW {
        self.epsilon = epsilon;
        self
    }

    /// In how many steps the learning rate grows to what it is (Keras: 0).
    pub fn warmup_steps(mut self, warmup_steps: u64) -> ScheduleFreeAdamW {
        self.warmup_steps = warmup_steps;
        self
    }
}

optimizer!(ScheduleFreeAdamW, "ScheduleFreeAdamW");

impl Rule for ScheduleFreeAdamW {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["momentum", "velocity"]
    }

    fn first_slot(&self, name: &str, value: &Tensor) -> Tensor {
        match name {
            "momentum" => copy_of(value),
            _ => value.zeros_like(),
        }
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let warmed = match self.warmup_steps {
            0 => 1.0,
            steps => (at.step as f64 / steps as f64).min(1.0),
        };
        let by = kernel::ScheduleFree {
            learning_rate: at.learning_rate * warmed,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            shrink: at.learning_rate * at.weight_decay,
            step: at.step,
        };
        let [z, v] = slots else {
            unreachable!("ScheduleFreeAdamW has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::schedule_free(&by, value.data_mut::<T>()?, gradient.try_data()?, z.data_mut()?, v.data_mut()?);
        });
        Ok(())
    }

    fn check(&self) -> Result<()> {
        within(
            "beta_1",
            self.beta_1,
            self.beta_1 > 0.0 && self.beta_1 <= 1.0,
            "in (0, 1]: it is divided by",
        )?;
        check_share("beta_2", self.beta_2)?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("ScheduleFreeAdamW", self)
    }
}
