//! Ftrl: follow the regularized leader, which makes parameters exactly 0.

use super::settings::{describe, optimizer, settings_and_slots, within};
use super::{IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Element, Result, Tensor, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// With `power = -learning_rate_power`: `a' = a + g²`, `z += g + 2 · l2_shrinkage · p - (a'^power - a^power) p / learning_rate` and
/// `p = (clip(z, -l1, l1) - z) / (a'^power / learning_rate + 2 · l2 + beta / learning_rate)`: 0 where `z` is within `l1`. `a` begins at
/// `initial_accumulator_value`. The first value of a parameter has no part in the second. At rate 0 nothing
/// moves.
///
/// Sources: McMahan et al. 2013, <https://research.google.com/pubs/archive/41159.pdf>; `keras.optimizers.Ftrl`.
///
/// ```
/// use nn::optimizers::{Ftrl, Optimizer};
/// let optimizer = Ftrl::new(1e-3).l1_regularization_strength(0.01);
/// assert_eq!(optimizer.config()["config"]["l1_regularization_strength"], 0.01);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Ftrl {
    #[serde(flatten)]
    settings: Settings,
    learning_rate_power: f64,
    initial_accumulator_value: f64,
    l1_regularization_strength: f64,
    l2_regularization_strength: f64,
    l2_shrinkage_regularization_strength: f64,
    beta: f64,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Ftrl {
    /// With Keras's learning rate, 0.001.
    fn default() -> Ftrl {
        Ftrl {
            settings: Settings::new(0.001),
            learning_rate_power: -0.5,
            initial_accumulator_value: 0.1,
            l1_regularization_strength: 0.0,
            l2_regularization_strength: 0.0,
            l2_shrinkage_regularization_strength: 0.0,
            beta: 0.0,
            slots: Slots::default(),
        }
    }
}

impl Ftrl {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Ftrl {
        Ftrl {
            settings: Settings::new(learning_rate),
            ..Ftrl::default()
        }
    }

    /// The power of the learning rate in the sum of squares, 0 or below (Keras: -0.5).
    pub fn learning_rate_power(mut self, learning_rate_power: f64) -> Ftrl {
        self.learning_rate_power = learning_rate_power;
        self
    }

    /// What the sums of squares begin at, from 0 on (Keras: 0.1).
    pub fn initial_accumulator_value(mut self, initial_accumulator_value: f64) -> Ftrl {
        self.initial_accumulator_value = initial_accumulator_value;
        self
    }

    /// The strength of the penalty on magnitudes, from 0 on (Keras: 0.0).
    pub fn l1_regularization_strength(mut self, l1_regularization_strength: f64) -> Ftrl {
        self.l1_regularization_strength = l1_regularization_strength;
        self
    }

    /// The strength of the penalty on squares, from 0 on (Keras: 0.0).
    pub fn l2_regularization_strength(mut self, l2_regularization_strength: f64) -> Ftrl {
        self.l2_regularization_strength = l2_regularization_strength;
        self
    }

    /// The strength of the penalty on squares that enters through the gradient, from 0 on (Keras: 0.0).
    pub fn l2_shrinkage_regularization_strength(
        mut self,
        l2_shrinkage_regularization_strength: f64,
    ) -> Ftrl {
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength;
        self
    }

    /// Added to the root of the sum of squares (Keras: 0.0).
    pub fn beta(mut self, beta: f64) -> Ftrl {
        self.beta = beta;
        self
    }
}

optimizer!(Ftrl, "Ftrl");

impl Rule for Ftrl {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["accumulator", "linear"]
    }

    fn first_slot(&self, name: &str, value: &Tensor) -> Tensor {
        match name {
            "accumulator" => {
                Tensor::full_of(value.shape(), self.initial_accumulator_value, value.dtype())
            }
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
        let by = kernel::Ftrl {
            learning_rate: at.learning_rate,
            learning_rate_power: self.learning_rate_power,
            l1: self.l1_regularization_strength,
            l2: self.l2_regularization_strength,
            l2_shrinkage: self.l2_shrinkage_regularization_strength,
            beta: self.beta,
            weight_decay: at.weight_decay,
        };
        let [accumulator, linear] = slots else {
            unreachable!("Ftrl has 2 slots a parameter")
        };
        with_float!(value.dtype(), T => {
            // It divides by the rate. At rate 0, where many schedules begin or end, nothing moves, as with every other optimizer.
            let rate: T = Element::from_f64(at.learning_rate);
            if (1.0 / rate).is_infinite() {
                return Ok(());
            }
            kernel::ftrl(&by, value.data_mut::<T>()?, gradient.try_data()?, accumulator.data_mut()?, linear.data_mut()?);
        });
        Ok(())
    }

    fn check(&self) -> Result<()> {
        within(
            "learning_rate_power",
            self.learning_rate_power,
            self.learning_rate_power <= 0.0 && (self.learning_rate_power as f32).is_finite(),
            "a finite number, 0 or below",
        )?;
        within("beta", self.beta, (self.beta as f32).is_finite(), "finite")?;
        [
            ("initial_accumulator_value", self.initial_accumulator_value),
            (
                "l1_regularization_strength",
                self.l1_regularization_strength,
            ),
            (
                "l2_regularization_strength",
                self.l2_regularization_strength,
            ),
            (
                "l2_shrinkage_regularization_strength",
                self.l2_shrinkage_regularization_strength,
            ),
        ]
        .into_iter()
        .try_for_each(|(name, value)| {
            let fits = value >= 0.0 && (value as f32).is_finite();
            within(name, value, fits, "a finite number from 0 on")
        })
    }

    fn describe(&self) -> Value {
        describe("Ftrl", self)
    }
}
