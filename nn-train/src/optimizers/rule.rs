//! What one optimizer is, apart from what all of them share: [`Rule`].

use super::Settings;
use super::slots::Slots;
use nn_core::{Result, Shape, Tensor};
use serde_json::Value;

/// The formula of an optimizer: the numbers it keeps for each parameter, and one step of one parameter. Whatever implements it is an
/// [`Optimizer`](super::Optimizer); clipping, schedules, groups, averages, accumulation, the matching of gradients and parameters, saving
/// and loading come with it.
///
/// ```
/// use nn::{optimizers::{Optimizer, Rule, Settings, Slots, StepInfo}, Result, Tensor};
/// use serde_json::{Value, json};
///
/// /// Moves every number by the learning rate against the sign of its gradient.
/// struct SignSgd {
///     settings: Settings,
///     slots: Slots,
/// }
///
/// impl Rule for SignSgd {
///     fn settings(&self) -> &Settings {
///         &self.settings
///     }
///     fn settings_mut(&mut self) -> &mut Settings {
///         &mut self.settings
///     }
///     fn slots(&self) -> &Slots {
///         &self.slots
///     }
///     fn slots_mut(&mut self) -> &mut Slots {
///         &mut self.slots
///     }
///     fn step(&self, value: &mut Tensor, gradient: &Tensor, _: &mut [Tensor], at: &StepInfo) -> Result<()> {
///         for (p, g) in value.data_mut::<f32>()?.iter_mut().zip(gradient.try_data::<f32>()?) {
///             *p -= *p * (at.weight_decay * at.learning_rate) as f32 + g.signum() * at.learning_rate as f32;
///         }
///         Ok(())
///     }
///     fn describe(&self) -> Value {
///         json!({"class_name": "SignSgd", "config": {"settings": self.settings}})
///     }
/// }
/// # fn is_optimizer(_: impl Optimizer) {}
/// # is_optimizer(SignSgd { settings: Settings::new(0.1), slots: Slots::default() });
/// ```
pub trait Rule: Send + Sync {
    /// What every optimizer can be told.
    fn settings(&self) -> &Settings;

    /// The same, to change.
    fn settings_mut(&mut self) -> &mut Settings;

    /// The state of all parameters.
    fn slots(&self) -> &Slots;

    /// The same, to change.
    fn slots_mut(&mut self) -> &mut Slots;

    /// Names of the tensors kept for a parameter (`momentum`).
    fn slot_names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Whether a tensor of that name is kept for the parameter of this path and shape: all are, unless said otherwise.
    fn has_slot(&self, name: &str, path: &str, shape: &Shape) -> bool {
        let _ = (name, path, shape);
        true
    }

    /// What is kept under a name before the first step of a parameter: zeros of its shape, unless said otherwise.
    fn first_slot(&self, name: &str, value: &Tensor) -> Tensor {
        let _ = name;
        value.zeros_like()
    }

    /// The weight decay of the parameter of this path and shape, where neither a group nor an exclusion says another.
    fn weight_decay(&self, path: &str, shape: &Shape) -> Option<f64> {
        let _ = (path, shape);
        self.settings().weight_decay
    }

    /// Changes one parameter in place ([`Tensor::data_mut`]) and the slots that it has, in the order of [`Rule::slot_names`]. The
    /// gradient has the shape and element type of the value. The weight decay is part of this, so that one pass does all.
    ///
    /// # Errors
    /// When the step cannot be made.
    fn step(
        &self,
        value: &mut Tensor,
        gradient: &Tensor,
        slots: &mut [Tensor],
        at: &StepInfo,
    ) -> Result<()>;

    /// How far a step can go, for a gradient and slots with no number above `gradient` and `slot` in magnitude. Where that is known, a
    /// step is made in place; otherwise on copies that are checked to be finite before they are kept, which costs a pass more.
    fn bounds(&self, at: &StepInfo, gradient: f64, slot: f64) -> Option<Bounds> {
        let _ = (at, gradient, slot);
        None
    }

    /// Whether the settings of this rule make sense; asked before every step.
    ///
    /// # Errors
    /// What is wrong with them.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The configuration.
    fn describe(&self) -> Value;
}

/// How far one step of a parameter can go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// How much a number of the parameter changes at most, weight decay aside.
    pub change: f64,
    /// The greatest magnitude in the slots afterwards, and of anything computed on the way.
    pub slots: f64,
}

impl Bounds {
    /// A change of at most `change`, and slots of at most `slots`.
    pub fn new(change: f64, slots: f64) -> Bounds {
        Bounds { change, slots }
    }
}

/// What a step of one parameter needs to know.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepInfo {
    /// The step size.
    pub learning_rate: f64,
    /// Share of this parameter to take away, times the learning rate; 0 if it does not decay.
    pub weight_decay: f64,
    /// Number of this step, from 1; one for all batches whose gradients are accumulated for it.
    pub step: u64,
}
