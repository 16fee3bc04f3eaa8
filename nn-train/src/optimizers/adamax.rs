//! Adamax: Adam with the greatest gradient in the place of the root of the mean of squares.

use super::settings::{check_epsilon, check_share, describe, optimizer, settings_and_slots};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `m += (1 - β₁)(g - m)`, `u = max(β₂ u, |g|)` and `p -= learning_rate · m / ((1 - β₁ᵗ)(u + ε))` at step t from 1.
///
/// Sources: Kingma and Ba 2014, section 7.1, <https://arxiv.org/abs/1412.6980>; `keras.optimizers.Adamax`.
///
/// ```
/// use nn::optimizers::{Adamax, Optimizer};
/// let optimizer = Adamax::new(1e-3).beta_2(0.99);
/// assert_eq!(optimizer.config()["config"]["beta_2"], 0.99);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Adamax {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Adamax {
    /// With Keras's learning rate, 0.001.
    fn default() -> Adamax {
        Adamax {
            settings: Settings::new(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            slots: Slots::default(),
        }
    }
}

impl Adamax {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Adamax {
        Adamax {
            settings: Settings::new(learning_rate),
            ..Adamax::default()
        }
    }

    /// The decay of the mean of gradients, in [0, 1) (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> Adamax {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the greatest gradient, in [0, 1) (Keras: 0.999).
    pub fn beta_2(mut self, beta_2: f64) -> Adamax {
        self.beta_2 = beta_2;
        self
    }

    /// Added to the greatest gradient, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Adamax {
        self.epsilon = epsilon;
        self
    }
}

optimizer!(Adamax, "Adamax");

impl Rule for Adamax {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["momentum", "norm"]
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Adamax {
            learning_rate: at.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
            step: at.step,
        };
        let [m, u] = slots else {
            unreachable!("Adamax has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::adamax(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?, u.data_mut()?);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        let slots = slot.max(gradient);
        let rate = at.learning_rate / (1.0 - self.beta_1);
        Some(Bounds::new(rate * slots / self.epsilon.min(1.0), slots))
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Adamax", self)
    }
}
