//! What all optimizers can be told: learning rate, clipping, weight decay.

use super::LearningRate;
use crate::saving::registry::{self, Allowed, Foreign};
use nn_core::{Error, Gradients, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// Learning rate, clipping and weight decay of an optimizer. The builders of each optimizer set them.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// Parts of paths: parameters that have one of them do not decay.
    pub exclude_from_weight_decay: Vec<String>,
}

/// What Keras writes of an optimizer that is not there.
pub(super) const FOREIGN: Foreign = &[
    ("use_ema", Allowed::False),
    ("ema_momentum", Allowed::Anything),
    ("ema_overwrite_frequency", Allowed::Null),
    ("loss_scale_factor", Allowed::Null),
    ("gradient_accumulation_steps", Allowed::Null),
];

impl Settings {
    /// A learning rate, and neither clipping nor weight decay.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Settings {
        Settings {
            learning_rate: learning_rate.into(),
            weight_decay: None,
            clipnorm: None,
            clipvalue: None,
            global_clipnorm: None,
            exclude_from_weight_decay: Vec::new(),
        }
    }

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// Several kinds of clipping at once; limits that are not above 0; a negative weight decay.
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
        let decay = self.weight_decay.unwrap_or(0.0);
        within(
            "weight_decay",
            decay,
            decay >= 0.0 && (decay as f32).is_finite(),
            "a finite number from 0 on",
        )?;
        self.learning_rate.check()
    }

    /// The gradients, clipped.
    pub(super) fn clip<'a>(&self, gradients: &'a Gradients) -> Cow<'a, Gradients> {
        let copy = || gradients.clone();
        match (self.clipnorm, self.clipvalue, self.global_clipnorm) {
            (Some(max), _, _) => Cow::Owned(copy().clip_by_norm(max)),
            (_, Some(max), _) => Cow::Owned(copy().clip_by_value(max)),
            (_, _, Some(max)) => Cow::Owned(copy().clip_by_global_norm(max)),
            _ => Cow::Borrowed(gradients),
        }
    }

    /// The weight decay of the parameter at a path.
    pub(super) fn decay_of(&self, path: &str) -> f64 {
        let excluded = self
            .exclude_from_weight_decay
            .iter()
            .any(|part| path.contains(part.as_str()));
        if excluded {
            0.0
        } else {
            self.weight_decay.unwrap_or(0.0)
        }
    }
}

/// The configuration of an optimizer. A list of nothing excluded is left out: Keras does not know it.
pub(super) fn describe<T: Serialize>(class: &str, optimizer: &T) -> Value {
    let mut config = registry::write(class, optimizer);
    if let Some(entries) = config["config"].as_object_mut()
        && entries["exclude_from_weight_decay"]
            .as_array()
            .is_some_and(Vec::is_empty)
    {
        entries.remove("exclude_from_weight_decay");
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

/// A setting must be in its range.
pub(super) fn within(name: &str, value: f64, fits: bool, range: &str) -> Result<()> {
    match fits {
        true => Ok(()),
        false => Err(Error::value(format!(
            "{name} must be {range}, found {value}"
        ))),
    }
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
            #[must_use]
            pub fn weight_decay(mut self, weight_decay: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).weight_decay = Some(weight_decay);
                self
            }

            /// Leaves parameters out of the weight decay whose path contains one of these (`"bias"`).
            #[must_use]
            pub fn exclude_from_weight_decay<S: Into<String>>(mut self, parts: impl IntoIterator<Item = S>) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).exclude_from_weight_decay = parts.into_iter().map(Into::into).collect();
                self
            }

            /// Scales the gradient of a parameter down if its norm is above `max`.
            #[must_use]
            pub fn clipnorm(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).clipnorm = Some(max);
                self
            }

            /// Limits every number of every gradient to `[-max, max]`.
            #[must_use]
            pub fn clipvalue(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).clipvalue = Some(max);
                self
            }

            /// Scales all gradients down alike if their common norm is above `max`.
            #[must_use]
            pub fn global_clipnorm(mut self, max: f64) -> $Type {
                $crate::optimizers::Rule::settings_mut(&mut self).global_clipnorm = Some(max);
                self
            }

            fn from_config(config: &serde_json::Value) -> nn_core::Result<$Type> {
                let optimizer: $Type =
                    $crate::saving::registry::read(config, $crate::optimizers::settings::FOREIGN)?;
                $crate::optimizers::Optimizer::check(&optimizer).map_err(|e| e.context(concat!("the configuration of ", $class)))?;
                Ok(optimizer)
            }
        }

        $crate::register!(Optimizer: $Type as $class);
    };
}
pub(super) use optimizer;
