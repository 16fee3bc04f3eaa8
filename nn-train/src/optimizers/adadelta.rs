//! Adadelta: steps in the units of the parameter, from a mean of squared steps and one of squared gradients.

use super::settings::{check_epsilon, check_share, describe, optimizer, settings_and_slots};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `a = ρ a + (1 - ρ) g²`, `δ = -g √(d + ε) / √(a + ε)`, `d = ρ d + (1 - ρ) δ²` and `p += learning_rate · δ`. The original has a learning rate of 1.
///
/// Sources: Zeiler 2012, <https://arxiv.org/abs/1212.5701>; `keras.optimizers.Adadelta`.
///
/// ```
/// use nn::optimizers::{Adadelta, Optimizer};
/// let optimizer = Adadelta::new(1e-3).rho(0.9);
/// assert_eq!(optimizer.config()["config"]["rho"], 0.9);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Adadelta {
    #[serde(flatten)]
    settings: Settings,
    rho: f64,
    epsilon: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Adadelta {
    /// With Keras's learning rate, 0.001.
    fn default() -> Adadelta {
        Adadelta {
            settings: Settings::new(0.001),
            rho: 0.95,
            epsilon: 1e-7,
            slots: Slots::default(),
        }
    }
}

impl Adadelta {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Adadelta {
        Adadelta {
            settings: Settings::new(learning_rate),
            ..Adadelta::default()
        }
    }

    /// The decay of both means of squares, in [0, 1) (Keras: 0.95).
    pub fn rho(mut self, rho: f64) -> Adadelta {
        self.rho = rho;
        self
    }

    /// Added to both means under their roots, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Adadelta {
        self.epsilon = epsilon;
        self
    }
}

optimizer!(Adadelta, "Adadelta");

impl Rule for Adadelta {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["accumulated_grad", "accumulated_delta_var"]
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Adadelta {
            learning_rate: at.learning_rate,
            rho: self.rho,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
        };
        let [gradients, deltas] = slots else {
            unreachable!("Adadelta has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::adadelta(&by, value.data_mut::<T>()?, gradient.try_data()?, gradients.data_mut()?, deltas.data_mut()?);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        // The new mean of squared gradients holds (1 - ρ) g², so that the quotient is at most 1 / √(1 - ρ); a percent for the rounding.
        let delta = ((slot + self.epsilon) / (1.0 - self.rho)).sqrt() * 1.01;
        let slots = slot.max(gradient * gradient).max(delta * delta);
        Some(Bounds::new(
            at.learning_rate * delta,
            slots.max(delta * gradient),
        ))
    }

    fn check(&self) -> Result<()> {
        check_share("rho", self.rho)?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Adadelta", self)
    }
}
