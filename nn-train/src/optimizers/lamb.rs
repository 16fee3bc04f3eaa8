//! Lamb: Adam with steps as long as each parameter is, for great batches.

use super::settings::{check_epsilon, check_share, describe, optimizer, settings_and_slots};
use super::{IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `m += (1 - β₁)(g - m)`, `v += (1 - β₂)(g² - v)`, `u = (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)` and `p -= learning_rate · u · ‖p‖ / ‖u‖` at step t
/// from 1, with norms of the whole parameter; the ratio is 1 where one of them is 0.
///
/// Sources: You et al. 2019, <https://arxiv.org/abs/1904.00962>; `keras.optimizers.Lamb`.
///
/// ```
/// use nn::optimizers::{Lamb, Optimizer};
/// let optimizer = Lamb::new(1e-3).beta_2(0.99);
/// assert_eq!(optimizer.config()["config"]["beta_2"], 0.99);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Lamb {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Lamb {
    /// With Keras's learning rate, 0.001.
    fn default() -> Lamb {
        Lamb {
            settings: Settings::new(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            slots: Slots::default(),
        }
    }
}

impl Lamb {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Lamb {
        Lamb {
            settings: Settings::new(learning_rate),
            ..Lamb::default()
        }
    }

    /// The decay of the mean of gradients, in [0, 1) (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> Lamb {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the mean of squared gradients, in [0, 1) (Keras: 0.999).
    pub fn beta_2(mut self, beta_2: f64) -> Lamb {
        self.beta_2 = beta_2;
        self
    }

    /// Added to the root, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Lamb {
        self.epsilon = epsilon;
        self
    }
}

optimizer!(Lamb, "Lamb");

impl Rule for Lamb {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["momentum", "velocity"]
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Lamb {
            learning_rate: at.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
            step: at.step,
        };
        let [m, v] = slots else {
            unreachable!("Lamb has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::lamb(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?, v.data_mut()?);
        });
        Ok(())
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Lamb", self)
    }
}
