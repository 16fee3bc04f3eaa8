//! Optimizers: how gradients change parameters. One file each; formulas, defaults and names are Keras 3's.

mod adam;
mod adam_w;
mod learning_rate;
mod rmsprop;
mod rule;
mod settings;
mod sgd;
mod slots;
mod step;
mod update;

pub use adam::Adam;
pub use adam_w::AdamW;
pub use learning_rate::LearningRate;
pub use rmsprop::RMSprop;
pub use rule::{Bounds, Rule, StepInfo};
pub use settings::Settings;
pub use sgd::SGD;
pub use slots::Slots;

use crate::saving::registry::{self, Class};
use nn_core::{Gradients, Module, Parameter, Result, Tensor, module};
use serde_json::Value;

/// Changes parameters by their gradients, and keeps the state (momentum and the like) that this needs.
///
/// ```
/// # use nn_core::{Gradients, GradientTape, Initializer, Layer, Module, Param, Result, Shape, Tensor};
/// # use nn_train::optimizers::{Adam, Optimizer};
/// # fn step<M: Layer<Input = Tensor, Output = Tensor>>(model: &M, x: Tensor) -> Result<()> {
/// let mut optimizer = Adam::new(1e-3);
/// let tape = GradientTape::new();
/// let loss = model.call(x, true).square().mean();
/// let gradients = tape.gradient(&loss, model)?;
/// optimizer.apply(model, &gradients)
/// # }
/// ```
///
/// To write your own, implement [`Rule`], which has this trait built on it.
pub trait Optimizer: Send + Sync {
    /// Whether the settings make sense. `fit` asks before it begins, every step asks again.
    ///
    /// # Errors
    /// What is wrong with them.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Changes each of the parameters that has a gradient; a step is either made as a whole or not at all.
    ///
    /// # Errors
    /// No gradients; gradients of parameters that are not among `parameters` or are frozen; gradients that failed or have another shape
    /// or element type; a loss, a gradient or a new value that is not finite; settings that make no sense.
    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()>;

    /// [`Optimizer::update`] with the parameters of a model.
    ///
    /// # Errors
    /// As [`Optimizer::update`].
    fn apply<M: Module>(&mut self, model: &M, gradients: &Gradients) -> Result<()>
    where
        Self: Sized,
    {
        self.update(&module::parameters(model), gradients)
    }

    /// How many steps were made.
    fn iterations(&self) -> u64;

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate of all steps to come.
    ///
    /// # Errors
    /// When the rate follows a schedule, which would overrule it; a negative rate, or one that is not a number.
    fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()>;

    /// The state to save: `optimizer/iterations`, and `optimizer/<slot>/<path of the parameter>` for each slot of each trainable
    /// parameter, and of frozen ones that were trained before.
    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)>;

    /// Takes up a saved state, for the parameters of the same paths.
    ///
    /// # Errors
    /// When a slot is missing or unknown, or has another shape or element type than its parameter; the state is then as before.
    fn load_state(
        &mut self,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<()>;

    /// The configuration in Keras's vocabulary: `{"class_name": "Adam", "config": {"learning_rate": 0.001, ...}}`.
    fn config(&self) -> Value;
}

impl Optimizer for Box<dyn Optimizer> {
    fn check(&self) -> Result<()> {
        (**self).check()
    }
    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        (**self).update(parameters, gradients)
    }
    fn iterations(&self) -> u64 {
        (**self).iterations()
    }
    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }
    fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        (**self).set_learning_rate(learning_rate)
    }
    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)> {
        (**self).state(parameters)
    }
    fn load_state(
        &mut self,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<()> {
        (**self).load_state(parameters, state)
    }
    fn config(&self) -> Value {
        (**self).config()
    }
}

registry::inventory::collect!(Class<dyn Optimizer>);

/// Builds an optimizer, without state, from its configuration, as written by [`Optimizer::config`] or by Keras.
///
/// ```
/// use nn_train::optimizers;
/// let config = serde_json::json!({"class_name": "Adam", "config": {"learning_rate": 0.01}});
/// assert_eq!(optimizers::from_config(&config)?.learning_rate(), 0.01);
/// # Ok::<(), nn_core::Error>(())
/// ```
///
/// # Errors
/// A class that is not registered ([`register!`](crate::register)), entries that it does not have or cannot take.
pub fn from_config(config: &Value) -> Result<Box<dyn Optimizer>> {
    match registry::find(
        "optimizers",
        config,
        registry::inventory::iter::<Class<dyn Optimizer>>(),
    )? {
        Some(optimizer) => Ok(optimizer),
        None => Err(registry::unknown("optimizer", "Optimizer", config)),
    }
}
