//! Muon: steps whose matrices are orthogonal.

use super::settings::{
    check_epsilon, check_share, describe, optimizer, settings_and_slots, within,
};
use super::{IntoLearningRate, Rule, Settings, Slots, StepInfo};
use nn_core::{Error, Result, Shape, Tensor, no_gradient, with_float};
use nn_kernels::update as kernel;
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::OnceLock;

/// Of a matrix `[n, k]`: `m = momentum · m + g`, `u = g + momentum · m` (without `nesterov` `u = m`), and `p -= learning_rate · o(u) · rms_rate · √max(n, k)`, where
/// `o(u)` is nearly the closest matrix to `u` with orthogonal rows or columns: `x = u / ‖u‖`, then `ns_steps` times
/// `x = muon_a x + (muon_b A + muon_c A²) x` with `A = x xᵀ`.
///
/// All other parameters, those whose path has `embedding` in it (unless told otherwise), and those whose path one of
/// `exclude_layers` is found in, make steps of [`Adam`](super::Adam) at `adam_lr_ratio` times the rate, with a weight decay of their own. The output layer
/// belongs among them.
///
/// Sources: Jordan et al. 2024, <https://kellerjordan.github.io/posts/muon>; Liu et al. 2025, <https://arxiv.org/abs/2502.16982>; `keras.optimizers.Muon`.
///
/// ```
/// use nn::optimizers::{Muon, Optimizer};
/// let optimizer = Muon::new(1e-3).exclude_layers(["head"]).weight_decay(0.01);
/// assert_eq!(optimizer.config()["config"]["ns_steps"], 5);
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Muon {
    #[serde(flatten)]
    settings: Settings,
    adam_beta_1: f64,
    adam_beta_2: f64,
    adam_weight_decay: Option<f64>,
    epsilon: f64,
    exclude_layers: Vec<String>,
    exclude_embeddings: bool,
    muon_a: f64,
    muon_b: f64,
    muon_c: f64,
    adam_lr_ratio: f64,
    momentum: f64,
    ns_steps: u64,
    nesterov: bool,
    rms_rate: Option<f64>,
    #[serde(skip)]
    excluded: OnceLock<Vec<Regex>>,
    #[serde(skip)]
    slots: Slots,
}

impl Default for Muon {
    /// With Keras's learning rate, 0.001.
    fn default() -> Muon {
        Muon {
            settings: Settings {
                weight_decay: Some(0.004),
                ..Settings::new(0.001)
            },
            adam_beta_1: 0.9,
            adam_beta_2: 0.999,
            adam_weight_decay: Some(0.004),
            epsilon: 1e-7,
            exclude_layers: Vec::new(),
            exclude_embeddings: true,
            muon_a: 3.4445,
            muon_b: -4.775,
            muon_c: 2.0315,
            adam_lr_ratio: 1.0,
            momentum: 0.95,
            ns_steps: 5,
            nesterov: true,
            rms_rate: Some(0.2),
            excluded: OnceLock::new(),
            slots: Slots::default(),
        }
    }
}

impl Muon {
    /// A learning rate, a number or a schedule (Keras: 0.001).
    pub fn new(learning_rate: impl IntoLearningRate) -> Muon {
        let mut muon = Muon::default();
        muon.settings.learning_rate = learning_rate.into_learning_rate();
        muon
    }

    /// Adam's decay of the mean of gradients, in [0, 1) (Keras: 0.9).
    pub fn adam_beta_1(mut self, adam_beta_1: f64) -> Muon {
        self.adam_beta_1 = adam_beta_1;
        self
    }

    /// Adam's decay of the mean of squared gradients, in [0, 1) (Keras: 0.999).
    pub fn adam_beta_2(mut self, adam_beta_2: f64) -> Muon {
        self.adam_beta_2 = adam_beta_2;
        self
    }

    /// The weight decay of the parameters that make Adam's steps (Keras: 0.004).
    pub fn adam_weight_decay(mut self, adam_weight_decay: f64) -> Muon {
        self.adam_weight_decay = Some(adam_weight_decay);
        self
    }

    /// Added to the root in Adam's steps, against division by 0 (Keras: 1e-7).
    pub fn epsilon(mut self, epsilon: f64) -> Muon {
        self.epsilon = epsilon;
        self
    }

    /// Regular expressions: parameters in whose path one is found make Adam's steps. Paths are looked through with dots and, as in
    /// Keras, with slashes between their parts.
    pub fn exclude_layers<S: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = S>,
    ) -> Muon {
        self.exclude_layers = patterns.into_iter().map(Into::into).collect();
        self.excluded = OnceLock::new();
        self
    }

    /// Whether parameters whose path has `embedding` in it make Adam's steps (Keras: `true`).
    pub fn exclude_embeddings(mut self, exclude_embeddings: bool) -> Muon {
        self.exclude_embeddings = exclude_embeddings;
        self
    }

    /// The three coefficients of the iteration (Keras: 3.4445, -4.775 and 2.0315).
    pub fn coefficients(mut self, a: f64, b: f64, c: f64) -> Muon {
        (self.muon_a, self.muon_b, self.muon_c) = (a, b, c);
        self
    }

    /// The learning rate of Adam's steps in shares of the common one, above 0 (Keras: 1).
    pub fn adam_lr_ratio(mut self, adam_lr_ratio: f64) -> Muon {
        self.adam_lr_ratio = adam_lr_ratio;
        self
    }

    /// The share of the earlier gradients in a step, in [0, 1] (Keras: 0.95).
    pub fn momentum(mut self, momentum: f64) -> Muon {
        self.momentum = momentum;
        self
    }

    /// How often the iteration is made (Keras: 5).
    pub fn ns_steps(mut self, ns_steps: u64) -> Muon {
        self.ns_steps = ns_steps;
        self
    }

    /// Whether the momentum looks a step ahead (Keras: `true`).
    pub fn nesterov(mut self, nesterov: bool) -> Muon {
        self.nesterov = nesterov;
        self
    }

    /// The root mean square of a step before the learning rate; `None` leaves out the factor `rms_rate · √max(n, k)` (Keras: 0.2).
    pub fn rms_rate(mut self, rms_rate: impl Into<Option<f64>>) -> Muon {
        self.rms_rate = rms_rate.into();
        self
    }

    /// Whether the parameter of this path and shape makes Adam's steps.
    fn by_adam(&self, path: &str, shape: &Shape) -> bool {
        let expressions = || {
            // `check` has refused what is none.
            let made = self.exclude_layers.iter();
            made.filter_map(|pattern| Regex::new(pattern).ok())
                .collect()
        };
        let excluded = self.excluded.get_or_init(expressions);
        shape.rank() != 2
            || (self.exclude_embeddings && path.to_lowercase().contains("embedding"))
            || (!excluded.is_empty() && {
                let slashes = path.replace('.', "/");
                let found = |r: &Regex| r.is_match(path) || r.is_match(&slashes);
                excluded.iter().any(found)
            })
    }

    fn adam_step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        [m, v]: [&mut Tensor; 2],
        at: &StepInfo,
    ) -> Result<()> {
        let by = kernel::Adam {
            learning_rate: at.learning_rate * self.adam_lr_ratio,
            beta_1: self.adam_beta_1,
            beta_2: self.adam_beta_2,
            epsilon: self.epsilon,
            // The decay is that of the common learning rate.
            weight_decay: at.weight_decay / self.adam_lr_ratio,
            step: at.step,
        };
        with_float!(value.dtype(), T => {
            kernel::adam(&by, value.data_mut::<T>()?, gradient.try_data()?, m.data_mut()?, v.data_mut()?, None);
        });
        Ok(())
    }

    fn orthogonal_step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        m: &mut Tensor,
        at: &StepInfo,
    ) -> Result<()> {
        let step = no_gradient(|| {
            *m = gradient + &*m * self.momentum;
            let ahead = match self.nesterov {
                true => gradient + &*m * self.momentum,
                false => m.clone(),
            };
            self.orthogonal(&ahead)
        });
        let scale = self.rms_rate.map_or(1.0, |rate| {
            let longer = value.shape().iter().max().copied().unwrap_or(1);
            rate * (longer as f64).sqrt()
        });
        with_float!(value.dtype(), T => {
            // In memory of its own, without what it was computed from.
            m.data_mut::<T>()?;
            let shrink = at.weight_decay * at.learning_rate;
            kernel::descend(shrink, at.learning_rate * scale, value.data_mut::<T>()?, step.try_data()?);
        });
        Ok(())
    }

    /// By the iteration of Newton and Schulz.
    fn orthogonal(&self, matrix: &Tensor) -> Tensor {
        let tall = matrix.shape()[0] > matrix.shape()[1];
        let mut x = if tall { matrix.t() } else { matrix.clone() };
        x = &x / (x.square().sum().sqrt() + 1e-7);
        for _ in 0..self.ns_steps {
            let a = x.matmul(x.t());
            let b = &a * self.muon_b + (&a * self.muon_c).matmul(&a);
            x = &x * self.muon_a + b.matmul(&x);
        }
        if tall { x.t() } else { x }
    }
}

optimizer!(Muon, "Muon");

impl Rule for Muon {
    settings_and_slots!();

    fn slot_names(&self) -> Vec<&'static str> {
        vec!["momentum", "velocity"]
    }

    fn has_slot(&self, name: &str, path: &str, shape: &Shape) -> bool {
        name == "momentum" || self.by_adam(path, shape)
    }

    fn weight_decay(&self, path: &str, shape: &Shape) -> Option<f64> {
        match self.by_adam(path, shape) {
            true => self.adam_weight_decay,
            false => self.settings.weight_decay,
        }
    }

    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()> {
        match slots {
            [m, v] => self.adam_step(value, gradient, [m, v], at),
            [m] => self.orthogonal_step(value, gradient, m, at),
            _ => unreachable!("Muon has 1 or 2 slots a parameter"),
        }
    }

    fn check(&self) -> Result<()> {
        check_share("adam_beta_1", self.adam_beta_1)?;
        check_share("adam_beta_2", self.adam_beta_2)?;
        check_epsilon(self.epsilon)?;
        // Each is a product of matrices, and five are enough.
        within(
            "ns_steps",
            self.ns_steps as f64,
            self.ns_steps <= 1000,
            "at most 1000",
        )?;
        let fits = (0.0..=1.0).contains(&self.momentum);
        within("momentum", self.momentum, fits, "in [0, 1]")?;
        let ratio = self.adam_lr_ratio;
        let fits = ratio as f32 > 0.0 && (ratio as f32).is_finite();
        within("adam_lr_ratio", ratio, fits, "above 0 and finite")?;
        let decay = self.adam_weight_decay.unwrap_or(0.0);
        let fits = decay >= 0.0 && (decay as f32).is_finite();
        within(
            "adam_weight_decay",
            decay,
            fits,
            "a finite number from 0 on",
        )?;
        for (name, number) in [
            ("muon_a", self.muon_a),
            ("muon_b", self.muon_b),
            ("muon_c", self.muon_c),
            ("rms_rate", self.rms_rate.unwrap_or(0.0)),
        ] {
            within(name, number, (number as f32).is_finite(), "finite")?;
        }
        if self.excluded.get().is_some() {
            return Ok(());
        }
        for pattern in &self.exclude_layers {
            Regex::new(pattern).map_err(|e| {
                Error::value(format!(
                    "`{pattern}` in exclude_layers is no regular expression: {e}"
                ))
            })?;
        }
        Ok(())
    }

    fn describe(&self) -> Value {
        describe("Muon", self)
    }
}
