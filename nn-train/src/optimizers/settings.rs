//! What all optimizers can be told: learning rate, clipping, weight decay, averages of the weights, accumulated gradients.

use super::{Group, IntoLearningRate, LearningRate};
use crate::saving::registry;
use nn_core::{Error, Gradients, Parameter, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// The settings that every optimizer has, under Keras's names. The builders of each optimizer set them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[must_use]
pub struct Settings {
    /// The step size.
    pub learning_rate: LearningRate,
    /// Share of each parameter that a step takes away, times the learning rate.
    pub weight_decay: Option<f64>,
    /// The greatest norm of the gradient of one parameter.
    pub clipnorm: Option<f64>,
    /// The greatest size of a number in a gradient.
    pub clipvalue: Option<f64>,
    /// The greatest norm of all gradients together.
    pub global_clipnorm: Option<f64>,
    /// Whether an exponential moving average of each parameter is kept.
    pub use_ema: bool,
    /// The share of the average that a step keeps.
    pub ema_momentum: f64,
    /// After how many steps parameters become their averages, again and again.
    pub ema_overwrite_frequency: Option<u64>,
    /// What the loss is multiplied by before its gradients are taken, and gradients are divided by.
    pub loss_scale_factor: Option<f64>,
    /// How many gradients are averaged for one step.
    pub gradient_accumulation_steps: Option<u64>,
    /// Parts of paths: parameters that have one of them do not decay.
    pub exclude_from_weight_decay: Vec<String>,
    /// Parameters with settings of their own.
    pub groups: Vec<Group>,
}

impl Settings {
    /// A learning rate, and Keras's default of everything else: none of it is done.
    pub fn new(learning_rate: impl IntoLearningRate) -> Settings {
        Settings {
            learning_rate: learning_rate.into_learning_rate(),
            weight_decay: None,
            clipnorm: None,
            clipvalue: None,
            global_clipnorm: None,
            use_ema: false,
            ema_momentum: 0.99,
            ema_overwrite_frequency: None,
            loss_scale_factor: None,
            gradient_accumulation_steps: None,
            exclude_from_weight_decay: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Several kinds of clipping at once; limits that are not above 0; a negative weight decay; averages, scales and accumulations out of
    /// their ranges.
    pub(super) fn check(&self) -> Result<()> {
        let clips = [
            ("clipnorm", self.clipnorm),
            ("clipvalue", self.clipvalue),
            ("global_clipnorm", self.global_clipnorm),
        ];
        let given: Vec<(&str, f64)> = clips
            .iter()
            .filter_map(|(name, max)| Some((*name, (*max)?)))
            .collect();
        if given.len() > 1 {
            let names = given
                .iter()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(" and ");
            return Err(Error::value(format!(
                "{names} are given; an optimizer clips in one way only"
            )));
        }
        for (name, max) in given {
            within(name, max, max as f32 > 0.0, "above 0")?;
            within(
                name,
                max,
                (max as f32).is_finite(),
                "finite (without it nothing is clipped)",
            )?;
        }
        let groups = self.groups.iter();
        for decay in groups
            .filter_map(|g| g.weight_decay)
            .chain(self.weight_decay)
        {
            let fits = decay >= 0.0 && (decay as f32).is_finite();
            within("weight_decay", decay, fits, "a finite number from 0 on")?;
        }
        let momentum = self.ema_momentum;
        let fits = match self.use_ema {
            true => (0.0..=1.0).contains(&momentum),
            false => !momentum.is_nan(),
        };
        within("ema_momentum", momentum, fits, "in [0, 1]")?;
        if let Some(scale) = self.loss_scale_factor {
            let fits = scale as f32 > 0.0 && (scale as f32).is_finite();
            within(
                "loss_scale_factor",
                scale,
                fits,
                "above 0 and finite, as f32 holds it",
            )?;
        }
        if self.ema_overwrite_frequency == Some(0) {
            return Err(Error::value(
                "ema_overwrite_frequency must be at least 1, found 0; without it nothing is overwritten",
            ));
        }
        if let Some(steps @ ..=1) = self.gradient_accumulation_steps {
            return Err(Error::value(format!(
                "gradient_accumulation_steps must be at least 2, found {steps}; without it every gradient makes a step"
            )));
        }
        for group in &self.groups {
            if let Some(rate) = &group.learning_rate {
                rate.check()
                    .map_err(|e| e.context(format!("the group `{}`", group.pattern)))?;
            }
        }
        self.learning_rate.check()
    }

    /// Every group must be of some parameters of the model.
    pub(super) fn check_groups(&self, parameters: &[Parameter<'_>]) -> Result<()> {
        let empty = |group: &&Group| !parameters.iter().any(|p| group.fits(p.path()));
        match self.groups.iter().find(empty) {
            None => Ok(()),
            Some(group) => Err(Error::value(format!(
                "no parameter fits the group `{}`; paths here are like `{}`, and `*` stands for anything",
                group.pattern,
                parameters.first().map_or("dense.kernel", |p| p.path())
            ))),
        }
    }

    /// The gradients, clipped.
    pub(super) fn clip<'a>(&self, gradients: Cow<'a, Gradients>) -> Cow<'a, Gradients> {
        match (self.clipnorm, self.clipvalue, self.global_clipnorm) {
            (Some(max), _, _) => Cow::Owned(gradients.into_owned().clip_by_norm(max)),
            (_, Some(max), _) => Cow::Owned(gradients.into_owned().clip_by_value(max)),
            (_, _, Some(max)) => Cow::Owned(gradients.into_owned().clip_by_global_norm(max)),
            _ => gradients,
        }
    }

    /// The group of the parameter at a path.
    fn group_of(&self, path: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.fits(path))
    }

    /// The learning rate of the parameter at a path, in the step that is made after `step` others; `common` is that of all.
    pub(super) fn rate_of(&self, path: &str, step: u64, common: f64) -> Result<f64> {
        match self.group_of(path).and_then(|g| g.learning_rate.as_ref()) {
            Some(rate) => rate.checked(step),
            None => Ok(common),
        }
    }

    /// The weight decay of the parameter at a path; `common` is that of all.
    pub(super) fn decay_of(&self, path: &str, common: Option<f64>) -> f64 {
        let mut excluded = self.exclude_from_weight_decay.iter();
        if excluded.any(|part| path.contains(part.as_str())) {
            return 0.0;
        }
        let own = self.group_of(path).and_then(|g| g.weight_decay);
        own.or(common).unwrap_or(0.0)
    }
}

/// The configuration of an optimizer. Lists of nothing that Keras does not know are left out.
pub(super) fn describe<T: Serialize>(class: &str, optimizer: &T) -> Value {
    let mut config = registry::write(class, optimizer);
    if let Some(entries) = config["config"].as_object_mut() {
        for name in ["exclude_from_weight_decay", "groups"] {
            if entries[name].as_array().is_some_and(Vec::is_empty) {
                entries.remove(name);
            }
        }
    }
    config
}

/// What stands against a division by 0 must not be 0, in `f32` neither.
pub(super) fn check_epsilon(epsilon: f64) -> Result<()> {
    let held = epsilon as f32;
    within(
        "epsilon",
        epsilon,
        held > 0.0 && held.is_finite(),
        "above 0 and finite, as f32 holds it",
    )
}

/// What is kept of a mean in each step.
pub(super) fn check_share(name: &str, share: f64) -> Result<()> {
    within(name, share, (0.0..1.0).contains(&share), "in [0, 1)")
}

/// A setting must be in its range.
pub(super) fn within(name: &str, value: f64, fits: bool, range: &str) -> Result<()> {
    if fits {
        return Ok(());
    }
    // A number of 300 digits is read better by its exponent.
    let found = match value.is_finite() && value.abs() >= 1e16 {
        true => format!("{value:e}"),
        false => value.to_string(),
    };
    Err(Error::value(format!(
        "{name} must be {range}, found {found}"
    )))
}

/// The part of `impl Rule` that is the same for all optimizers with fields `settings` and `slots`.
macro_rules! settings_and_slots {
    () => {
        fn settings(&self) -> &$crate::optimizers::Settings {
            &self.settings
        }

        fn settings_mut(&mut self) -> &mut $crate::optimizers::Settings {
            &mut self.settings
        }

        fn slots(&self) -> &$crate::optimizers::Slots {
            &self.slots
        }

        fn slots_mut(&mut self) -> &mut $crate::optimizers::Slots {
            &mut self.slots
        }
    };
}
pub(super) use settings_and_slots;

/// What all optimizers here share: the builders of [`Settings`], configuration and registration.
macro_rules! optimizer {
    ($Type:ident, $class:literal) => {
        impl $Type {
            /// Takes a share of each parameter away in every step, `p -= p · weight_decay · learning_rate`, apart from its gradient
            /// (decoupled, Loshchilov and Hutter 2017, <https://arxiv.org/abs/1711.05101>).
            pub fn weight_decay(mut self, weight_decay: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).weight_decay = Some(weight_decay);
                self
            }

            /// Leaves parameters out of the weight decay whose path contains one of these (`"bias"`).
            pub fn exclude_from_weight_decay<S: Into<String>>(mut self, parts: impl IntoIterator<Item = S>) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).exclude_from_weight_decay = parts.into_iter().map(Into::into).collect();
                self
            }

            /// Scales the gradient of a parameter down if its norm is above `max`.
            pub fn clipnorm(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).clipnorm = Some(max);
                self
            }

            /// Limits every number of every gradient to `[-max, max]`.
            pub fn clipvalue(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).clipvalue = Some(max);
                self
            }

            /// Scales all gradients down alike if their common norm is above `max`.
            pub fn global_clipnorm(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).global_clipnorm = Some(max);
                self
            }

            /// Whether an exponential moving average of every parameter is kept, `average = momentum · average + (1 - momentum) · p` after each
            /// step; it begins as a copy of what the first step leaves. Parameters become their averages by
            /// [`Compiled::finalize`](crate::Compiled::finalize), and for each evaluation by the
            /// callback `SwapEMAWeights`. `fit` ends with the parameters as they were trained, so that another one goes on where it was, to
            /// the bit; Keras's ends with the averages.
            pub fn use_ema(mut self, use_ema: bool) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).use_ema = use_ema;
                self
            }

            /// The momentum of [`use_ema`](Self::use_ema) (Keras: 0.99).
            pub fn ema_momentum(mut self, momentum: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).ema_momentum = momentum;
                self
            }

            /// [`use_ema`](Self::use_ema) with a momentum, in one.
            pub fn ema(self, momentum: f64) -> $Type {
                self.use_ema(true).ema_momentum(momentum)
            }

            /// Makes parameters their averages after every so many steps, with [`ema`](Self::ema).
            pub fn ema_overwrite_frequency(mut self, steps: u64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).ema_overwrite_frequency = Some(steps);
                self
            }

            /// Multiplies the loss before its gradients are taken, and divides them again, against numbers that are too small to be held on
            /// the way. In a loop of your own, take the gradients of [`Optimizer::scale_loss`](crate::optimizers::Optimizer::scale_loss).
            pub fn loss_scale_factor(mut self, factor: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).loss_scale_factor = Some(factor);
                self
            }

            /// Makes one step, by the mean of their gradients, for every `steps` (at least 2) batches. Schedules count batches.
            pub fn gradient_accumulation_steps(mut self, steps: u64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).gradient_accumulation_steps = Some(steps);
                self
            }

            /// Other settings for the parameters whose paths fit a pattern, in which `*` stands for anything: see
            /// [`Group`](crate::optimizers::Group). The first group that fits counts.
            pub fn group(
                mut self,
                pattern: impl Into<String>,
                settings: impl FnOnce($crate::optimizers::Group) -> $crate::optimizers::Group,
            ) -> $Type {
                let group = settings($crate::optimizers::Group::new(pattern.into()));
                $crate::optimizers::Rule::settings_mut(&mut self).groups.push(group);
                self
            }

            fn from_config(config: &serde_json::Value) -> nn_core::Result<$Type> {
                let optimizer: $Type = $crate::saving::registry::read(config, &[])?;
                $crate::optimizers::Optimizer::check(&optimizer).map_err(|e| e.context(concat!("the configuration of ", $class)))?;
                Ok(optimizer)
            }
        }

        $crate::register!(Optimizer: $Type as $class);
    };
}
pub(super) use optimizer;
