//! Stochastic gradient descent, with momentum if wanted.

use super::settings::{describe, optimizer, settings_and_slots, within};
use super::{Bounds, IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `p -= learning_rate · g`; with momentum `m = momentum · m - learning_rate · g` and `p += m`, or in Nesterov's variant
/// `p += momentum · m - learning_rate · g`.
///
/// Source: `keras.optimizers.SGD`.
///
/// ```
/// use nn::optimizers::{Optimizer, SGD};
/// let sgd = SGD::new(1e-2).momentum(0.9).nesterov(true);
/// assert_eq!(sgd.config()["config"]["momentum"], 0.9);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct SGD {
    #[serde(flatten)]
    settings: Settings,
    momentum: f64,
    nesterov: bool,
    #[serde(skip)]
    slots: Slots,
}

impl Default for SGD {
    /// With Keras's learning rate, 0.01.
    fn default() -> SGD {
        SGD {
            settings: Settings::new(0.01),
            momentum: 0.0,
            nesterov: false,
            slots: Slots::default(),
        }
    }
}

impl SGD {
    /// A learning rate, a number or a schedule (Keras: 0.01), and no momentum.
    pub fn new(learning_rate: impl IntoLearningRate) -> SGD {
        SGD {
            settings: Settings::new(learning_rate),
            ..SGD::default()
        }
    }

    /// The share of the last step that is taken again, in [0, 1] (Keras: 0).
    pub fn momentum(mut self, momentum: f64) -> SGD {
        self.momentum = momentum;
        self
    }

    /// Nesterov's variant of the momentum, which looks a step ahead.
    pub fn nesterov(mut self, nesterov: bool) -> SGD {
        self.nesterov = nesterov;
        self
    }
}

optimizer!(SGD, "SGD");

impl Rule for SGD {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        if self.momentum == 0.0 {
            vec![]
        } else {
            vec!["momentum"]
        }
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::SGD {
            learning_rate: at.learning_rate,
            momentum: self.momentum,
            nesterov: self.nesterov,
            weight_decay: at.weight_decay,
        };
        with_float!(value.dtype(), T => {
            let momentum = slots.first_mut().map(Tensor::data_mut::<T>).transpose()?;
            kernel::sgd(&by, value.data_mut::<T>()?, gradient.try_data()?, momentum);
        });
        Ok(())
    }

    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        let step = at.learning_rate * gradient;
        if self.momentum == 0.0 {
            return Some(Bounds::new(step, slot));
        }
        let momentum = self.momentum * slot + step;
        Some(Bounds::new(momentum + step, momentum))
    }

    fn check(&self) -> Result<()> {
        within(
            "momentum",
            self.momentum,
            (0.0..=1.0).contains(&self.momentum),
            "in [0, 1]",
        )
    }

    fn describe(&self) -> Value {
        describe("SGD", self)
    }
}
