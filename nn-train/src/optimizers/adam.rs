//! Adam: steps by the mean of gradients over the root of the mean of their squares.

use super::settings::{check_epsilon, describe, optimizer, settings_and_slots, within};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `m += (1 - β₁)(g - m)`, `v += (1 - β₂)(g² - v)`, `p -= α m / (√v + ε)` with `α = learning_rate · √(1 - β₂ᵗ) / (1 - β₁ᵗ)` at step t
/// from 1; with AMSGrad the greatest `v` so far takes its place.
///
/// Sources: Kingma and Ba 2014, <https://arxiv.org/abs/1412.6980>; `keras.optimizers.Adam`, which adds ε after the root and does not
/// correct it for the start.
///
/// ```
/// use nn::optimizers::{Adam, Optimizer};
/// let adam = Adam::new(1e-3).beta_2(0.99).global_clipnorm(1.0);
/// assert_eq!(adam.config()["config"]["beta_2"], 0.99);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Adam {
    #[serde(flatten)]
    settings: Settings,
    beta_1: f64,
    beta_2: f64,
    epsilon: f64,
    amsgrad: bool,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Adam {
    /// With Keras's learning rate, 0.001.
    fn default() -> Adam {
        Adam {
            settings: Settings::new(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            amsgrad: false,
            slots: Slots::default(),
        }
    }
}

impl Adam {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Adam {
        Adam {
            settings: Settings::new(learning_rate),
            ..Adam::default()
        }
    }

    /// The decay of the mean of gradients, in [0, 1) (Keras: 0.9).
    pub fn beta_1(mut self, beta_1: f64) -> Adam {
        self.beta_1 = beta_1;
        self
    }

    /// The decay of the mean of squared gradients, in [0, 1) (Keras: 0.999).
    pub fn beta_2(mut self, beta_2: f64) -> Adam {
        self.beta_2 = beta_2;
        self
    }

    /// Added to the root, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Adam {
        self.epsilon = epsilon;
        self
    }

    /// Divides by the greatest mean of squares so far (Reddi et al. 2018, <https://openreview.net/forum?id=ryQu7f-RZ>).
    pub fn amsgrad(mut self, amsgrad: bool) -> Adam {
        self.amsgrad = amsgrad;
        self
    }
}

optimizer!(Adam, "Adam");

impl Rule for Adam {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        match self.amsgrad {
            false => vec!["momentum", "velocity"],
            true => vec!["momentum", "velocity", "velocity_hat"],
        }
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Adam {
            learning_rate: at.learning_rate,
            beta_1: self.beta_1,
            beta_2: self.beta_2,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
            step: at.step,
        };
        let [m, v, greatest @ ..] = slots else {
            unreachable!("Adam has at least two slots")
        };
        with_float!(value.dtype(), T => {
            let greatest = greatest.first_mut().map(Tensor::data_mut::<T>).transpose()?;
            kernel::adam(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?, v.data_mut()?, greatest);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        // Means are not greater than what they are means of. The root of the second is left out of the division.
        let slots = slot.max(gradient).max(gradient * gradient);
        let rate = at.learning_rate / (1.0 - self.beta_1);
        Some(Bounds::new(rate * slots / self.epsilon.min(1.0), slots))
    }

    fn check(&self) -> Result<()> {
        within(
            "beta_1",
            self.beta_1,
            (0.0..1.0).contains(&self.beta_1),
            "in [0, 1)",
        )?;
        within(
            "beta_2",
            self.beta_2,
            (0.0..1.0).contains(&self.beta_2),
            "in [0, 1)",
        )?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Adam", self)
    }
}
