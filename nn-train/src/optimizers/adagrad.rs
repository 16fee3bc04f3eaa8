//! Adagrad: steps that shrink with the sum of all squared gradients so far.

use super::settings::{check_epsilon, describe, optimizer, settings_and_slots, within};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `a += g²` and `p -= learning_rate · g / √(a + ε)`, with `a` beginning at `initial_accumulator_value`.
///
/// Sources: Duchi et al. 2011, <https://jmlr.org/papers/v12/duchi11a.html>; `keras.optimizers.Adagrad`.
///
/// ```
/// use nn::optimizers::{Adagrad, Optimizer};
/// let optimizer = Adagrad::new(1e-3).initial_accumulator_value(0.2);
/// assert_eq!(optimizer.config()["config"]["initial_accumulator_value"], 0.2);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Adagrad {
    #[serde(flatten)]
    settings: Settings,
    initial_accumulator_value: f64,
    epsilon: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Adagrad {
    /// With Keras's learning rate, 0.001.
    fn default() -> Adagrad {
        Adagrad {
            settings: Settings::new(0.001),
            initial_accumulator_value: 0.1,
            epsilon: 1e-7,
            slots: Slots::default(),
        }
    }
}

impl Adagrad {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Adagrad {
        Adagrad {
            settings: Settings::new(learning_rate),
            ..Adagrad::default()
        }
    }

    /// What the sums of squares begin at, from 0 on (Keras: 0.1).
    pub fn initial_accumulator_value(mut self, initial_accumulator_value: f64) -> Adagrad {
        self.initial_accumulator_value = initial_accumulator_value;
        self
    }

    /// Added to the sum under the root, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Adagrad {
        self.epsilon = epsilon;
        self
    }
}

optimizer!(Adagrad, "Adagrad");

impl Rule for Adagrad {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["accumulator"]
    }

    fn first_slot(&self, _: &str, value: &Tensor) -> Tensor {
        Tensor::full_of(value.shape(), self.initial_accumulator_value, value.dtype())
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Adagrad {
            learning_rate: at.learning_rate,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
        };
        let [accumulator] = slots else {
            unreachable!("Adagrad has 1 slot a parameter")
        };
        with_float!(value.dtype(), T => {
            kernel::adagrad(&by, value.data_mut::<T>()?, gradient.try_data()?, accumulator.data_mut()?);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        // The root is at least that of ε; the sum grows by a square a step.
        let change = at.learning_rate * gradient / self.epsilon.min(1.0).sqrt();
        Some(Bounds::new(change, slot + gradient * gradient))
    }

    fn check(&self) -> Result<()> {
        within(
            "initial_accumulator_value",
            self.initial_accumulator_value,
            self.initial_accumulator_value >= 0.0
                && (self.initial_accumulator_value as f32).is_finite(),
            "a finite number from 0 on",
        )?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("Adagrad", self)
    }
}
