//! Adafactor: the squares of gradients kept by rows and columns only.

use super::settings::{describe, optimizer, settings_and_slots, within};
use super::{IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Result, Shape, Tensor, no_gradient, with_float};
use nn_kernels::update as kernel;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// At step t from 1, with `β = 1 - t^beta_2_decay`: of a matrix (the last two axes of what has more),
/// `r = β r + (1 - β) mean_columns(g² + ε₁)`, `c = β c + (1 - β) mean_rows(g² + ε₁)` and `v = (r / mean(r)) cᵀ`; of a vector
/// `v = β v + (1 - β)(g² + ε₁)`. Then `u = g / √v` and `p -= α u / max(1, rms(u) / clip_threshold)`, where `α = max(ε₂, rms(p)) · min(learning_rate, 1/√t)`.
///
/// `relative_step` is there for Keras's configurations: the learning rate is limited to `1/√t` either way, as in Keras.
///
/// Sources: Shazeer and Stern 2018, <https://arxiv.org/abs/1804.04235>; `keras.optimizers.Adafactor`.
///
/// ```
/// use nn::optimizers::{Adafactor, Optimizer};
/// let optimizer = Adafactor::new(1e-2).clip_threshold(2.0);
/// assert_eq!(optimizer.config()["config"]["clip_threshold"], 2.0);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Adafactor {
    #[serde(flatten)]
    settings: Settings,
    beta_2_decay: f64,
    epsilon_1: f64,
    epsilon_2: f64,
    clip_threshold: f64,
    relative_step: bool,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Adafactor {
    /// With Keras's learning rate, 0.001.
    fn default() -> Adafactor {
        Adafactor {
            settings: Settings::new(0.001),
            beta_2_decay: -0.8,
            epsilon_1: 1e-30,
            epsilon_2: 1e-3,
            clip_threshold: 1.0,
            relative_step: true,
            slots: Slots::default(),
        }
    }
}

impl Adafactor {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Adafactor {
        Adafactor {
            settings: Settings::new(learning_rate),
            ..Adafactor::default()
        }
    }

    /// The power of the step's number that a mean forgets by, below 0 (Keras: -0.8).
    pub fn beta_2_decay(mut self, beta_2_decay: f64) -> Adafactor {
        self.beta_2_decay = beta_2_decay;
        self
    }

    /// Added to the squared gradient, against division by 0 (Keras: 1e-30).
    pub fn epsilon_1(mut self, epsilon_1: f64) -> Adafactor {
        self.epsilon_1 = epsilon_1;
        self
    }

    /// What the size of a parameter counts as at least (Keras: 1e-3).
    pub fn epsilon_2(mut self, epsilon_2: f64) -> Adafactor {
        self.epsilon_2 = epsilon_2;
        self
    }

    /// The greatest root mean square of a step before the rate, above 0 (Keras: 1).
    pub fn clip_threshold(mut self, clip_threshold: f64) -> Adafactor {
        self.clip_threshold = clip_threshold;
        self
    }

    /// What Keras has it for: see above (Keras: `true`).
    pub fn relative_step(mut self, relative_step: bool) -> Adafactor {
        self.relative_step = relative_step;
        self
    }
}

optimizer!(Adafactor, "Adafactor");

/// The root of the mean of squares.
fn rms(x: &Tensor) -> Tensor {
    x.square().mean().sqrt()
}

impl Rule for Adafactor {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["velocity", "r", "c"]
    }

    fn has_slot(&self, name: &str, _: &str, shape: &Shape) -> bool {
        name == "velocity" || shape.rank() >= 2
    }

    fn first_slot(&self, name: &str, value: &Tensor) -> Tensor {
        let (shape, rank) = (value.shape(), value.rank());
        let without = |axis: usize| {
            let mut dims = shape.to_vec();
            dims.remove(axis);
            Tensor::full_of(dims, 0.0, value.dtype())
        };
        match name {
            "r" if rank >= 2 => without(rank - 1),
            "c" if rank >= 2 => without(rank - 2),
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
        let shrink = at.weight_decay * at.learning_rate;
        let (step, rate) = no_gradient(|| {
            let t = at.step as f64;
            let rate = at.learning_rate.min(1.0 / t.sqrt());
            let beta = 1.0 - t.powf(self.beta_2_decay);
            let mean = |old: &Tensor, new: Tensor| old * beta + new * (1.0 - beta);
            let squares = gradient.square() + self.epsilon_1;
            match slots {
                [v, r, c] => {
                    *r = mean(r, squares.mean_axis(-1));
                    *c = mean(c, squares.mean_axis(-2));
                    let rows = &*r / r.mean_axes([-1], true);
                    *v = rows.expand_dims(-1) * c.expand_dims(-2);
                }
                [v] => *v = mean(v, squares),
                _ => unreachable!("Adafactor has 1 or 3 slots a parameter"),
            }
            let step = gradient / slots[0].sqrt();
            let step = &step / (rms(&step) / self.clip_threshold).maximum(1.0);
            // The decay comes first.
            let size = rms(value) * (1.0 - shrink).abs();
            (step, (size.maximum(self.epsilon_2) * rate).to_f64())
        });
        let rate = rate?;
        with_float!(value.dtype(), T => {
            // In memory of their own, without what they were computed from.
            for slot in slots {
                slot.data_mut::<T>()?;
            }
            kernel::descend(shrink, rate, value.data_mut::<T>()?, step.try_data()?);
        });
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let (decay, threshold) = (self.beta_2_decay, self.clip_threshold);
        within(
            "beta_2_decay",
            decay,
            decay <= 0.0 && (decay as f32).is_finite(),
            "a finite number, 0 or below",
        )?;
        within(
            "clip_threshold",
            threshold,
            threshold as f32 > 0.0,
            "above 0",
        )?;
        for (name, epsilon) in [("epsilon_1", self.epsilon_1), ("epsilon_2", self.epsilon_2)] {
            let fits = epsilon >= 0.0 && (epsilon as f32).is_finite();
            within(name, epsilon, fits, "a finite number from 0 on")?;
        }
        Ok(())
    }

    fn describe(&self) -> Value {
        describe("Adafactor", self)
    }
}
