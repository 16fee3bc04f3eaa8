//! Nadam: Adam with Nesterov's momentum.

use super::settings::{check_epsilon, check_share, describe, optimizer, settings_and_slots};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `m += (1 - β₁)(g - m)`, `v += (1 - β₂)(g² - v)`, `m̂ = uₜ₊₁ m / (1 - u₁…uₜ₊₁) + (1 - uₜ) g / (1 - u₁…uₜ)` and
/// `p -= learning_rate · m̂ / (√(v / (1 - β₂ᵗ)) + ε)` at step t from 1, with `uᵢ = β₁ (1 - ½ · 0.96ⁱ)`.
///
/// Sources: Dozat 2015, <https://cs229.stanford.edu/proj2015/054_report.pdf>; `keras.optimizers.Nadam`.
///
/// ```
/// use nn::optimizers::{Nadam, Optimizer};
/// let optimizer = Nadam::new(1e-3).beta_1(0.8);
/// assert_eq!(optimizer.config()["config"]["beta_1"], 0.8);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Nadam {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Nadam {
    /// With Keras's learning rate, 0.001.
    fn default() -> Nadam {
        Nadam {
            settings: Settings::new(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            slots: Slots::default(),
        }
    }
}

impl Nadam {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Nadam {
        Nadam {
            settings: Settings::new(learning_rate),
            ..Nadam::default()
        }
    }

    /// The decay of the mean of gradients, in [0, 1) (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> Nadam {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the mean of squared gradients, in [0, 1) (Keras: 0.999).
    pub fn beta_2(mut self, beta_2: f64) -> Nadam {
        self.beta_2 = beta_2;
        self
    }

    /// Added to the root, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Nadam {
        self.epsilon = epsilon;
        self
    }
}

optimizer!(Nadam, "Nadam");

impl Rule for Nadam {
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
        let by = kernel::Nadam {
            learning_rate: at.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
            step: at.step,
        };
        let [m, v] = slots else {
            unreachable!("Nadam has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::nadam(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?, v.data_mut()?);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        // Means are not greater than what they are means of, and no product of momenta is above β₁. The root is left out of the division.
        let slots = slot.max(gradient).max(gradient * gradient);
        let rate = 2.0 * at.learning_rate / (1.0 - self.beta_1);
        Some(Bounds::new(
            rate * slots / self.epsilon.min(1.0),
            (rate * slots).max(slots / (1.0 - self.beta_2)),
        ))
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Nadam", self)
    }
}
