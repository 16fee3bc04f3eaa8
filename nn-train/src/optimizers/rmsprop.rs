//! RMSprop: steps by the gradient over the root of the mean of its squares.

use super::settings::{check_epsilon, describe, optimizer, settings_and_slots, within};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `v = ρ v + (1 - ρ) g²`, `step = learning_rate · g / √(v + ε)`, `p -= step`; with momentum `m = momentum · m + step` and `p -= m`.
/// Centered, the variance `v - a²` with `a = ρ a + (1 - ρ) g` takes the place of `v`.
///
/// Sources: Hinton, Neural Networks for Machine Learning, lecture 6e; `keras.optimizers.RMSprop`.
///
/// ```
/// use nn::optimizers::{Optimizer, RMSprop};
/// let rmsprop = RMSprop::new(1e-3).momentum(0.9).centered(true);
/// assert_eq!(rmsprop.config()["config"]["rho"], 0.9);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct RMSprop {
    #[serde(flatten)]
    settings: Settings,
    rho: f64,
    momentum: f64,
    epsilon: f64,
    centered: bool,
    #[serde(skip)]
    slots: Slots,
}

impl Default for RMSprop {
    /// With Keras's learning rate, 0.001.
    fn default() -> RMSprop {
        RMSprop {
            settings: Settings::new(0.001),
            rho: 0.9,
            momentum: 0.0,
            epsilon: 1e-7,
            centered: false,
            slots: Slots::default(),
        }
    }
}

impl RMSprop {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> RMSprop {
        RMSprop {
            settings: Settings::new(learning_rate),
            ..RMSprop::default()
        }
    }

    /// The decay of the mean of squared gradients, in [0, 1] (Keras: 0.9).
    pub fn rho(mut self, rho: f64) -> RMSprop {
        self.rho = rho;
        self
    }

    /// The share of the last step that is taken again, in [0, 1] (Keras: 0).
    pub fn momentum(mut self, momentum: f64) -> RMSprop {
        self.momentum = momentum;
        self
    }

    /// Added under the root, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> RMSprop {
        self.epsilon = epsilon;
        self
    }

    /// Divides by the standard deviation of gradients instead of the root of their mean square.
    pub fn centered(mut self, centered: bool) -> RMSprop {
        self.centered = centered;
        self
    }
}

optimizer!(RMSprop, "RMSprop");

impl Rule for RMSprop {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        let mut names = vec!["velocity"];
        if self.momentum > 0.0 {
            names.push("momentum");
        }
        if self.centered {
            names.push("average_gradient");
        }
        names
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::RmsProp {
            learning_rate: at.learning_rate,
            rho: self.rho,
            momentum: self.momentum,
            epsilon: self.epsilon,
            weight_decay: at.weight_decay,
        };
        let [v, others @ ..] = slots else {
            unreachable!("RMSprop has at least one slot")
        };
        // Momentum first, if there is one, then the average.
        let (m, average) = others.split_at_mut(usize::from(self.momentum > 0.0));
        with_float!(value.dtype(), T => {
            let m = m.first_mut().map(Tensor::data_mut::<T>).transpose()?;
            let average = average.first_mut().map(Tensor::data_mut::<T>).transpose()?;
            kernel::rmsprop(&by, value.data_mut::<T>()?, gradient.try_data()?, v.data_mut()?, m, average);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        if self.centered {
            // Rounding can make the variance negative, and its root NaN.
            return None;
        }
        let step = at.learning_rate * gradient / self.epsilon.min(1.0).sqrt();
        let momentum = match self.momentum > 0.0 {
            true => self.momentum * slot + step,
            false => step,
        };
        let slots = slot.max(gradient * gradient).max(momentum);
        Some(Bounds::new(momentum, slots))
    }

    fn check(&self) -> Result<()> {
        within(
            "rho",
            self.rho,
            (0.0..=1.0).contains(&self.rho),
            "in [0, 1]",
        )?;
        within(
            "momentum",
            self.momentum,
            (0.0..=1.0).contains(&self.momentum),
            "in [0, 1]",
        )?;
        check_epsilon(self.epsilon)
    }

    fn describe(&self) -> Value {
        describe("RMSprop", self)
    }
}
