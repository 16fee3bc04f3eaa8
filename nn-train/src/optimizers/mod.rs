//! Optimizers: how gradients change parameters. One file each; formulas, defaults and names are Keras 3's.
//!
//! | family | optimizers |
//! |---|---|
//! | by the gradient | [`SGD`] |
//! | a rate for each number, by its past gradients | [`Adagrad`], [`Adadelta`], [`RMSprop`], [`Ftrl`] |
//! | the same with momentum | [`Adam`], [`AdamW`], [`Adamax`], [`Nadam`], [`ScheduleFreeAdamW`] |
//! | with little memory, or by signs | [`Adafactor`], [`Lion`] |
//! | for large batches | [`Lamb`] |
//! | by orthogonal updates of matrices | [`Muon`] |
//! | around others | [`LossScaleOptimizer`], [`MultiOptimizer`] |
//! | what they are made of | [`Optimizer`], [`Rule`], [`Settings`], [`Group`], [`LearningRate`], [`IntoLearningRate`], [`Slots`], [`StepInfo`], [`Bounds`] |

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adam_w;
mod adamax;
mod ftrl;
mod group;
mod lamb;
mod learning_rate;
mod lion;
mod loss_scale_optimizer;
mod multi_optimizer;
mod muon;
mod nadam;
mod rmsprop;
mod rule;
mod schedule_free_adam_w;
mod settings;
mod sgd;
mod slots;
mod step;
mod update;

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adam_w::AdamW;
pub use adamax::Adamax;
pub use ftrl::Ftrl;
pub use group::Group;
pub use lamb::Lamb;
pub use learning_rate::{IntoLearningRate, LearningRate};
pub use lion::Lion;
pub use loss_scale_optimizer::LossScaleOptimizer;
pub use multi_optimizer::MultiOptimizer;
pub use muon::Muon;
pub use nadam::Nadam;
pub use rmsprop::RMSprop;
pub use rule::{Bounds, Rule, StepInfo};
pub use schedule_free_adam_w::ScheduleFreeAdamW;
pub use settings::Settings;
pub use sgd::SGD;
pub use slots::Slots;

use crate::saving::registry::{self, Class};
use nn_core::{Error, Gradients, Module, Parameter, Result, Tensor, module};
use serde_json::Value;
use std::fmt;

/// Changes parameters by their gradients, and keeps the state (momentum and the like) that this needs.
///
/// ```
/// # use nn::{optimizers::{Adam, Optimizer}, GradientTape, Gradients, Initializer, Layer, Module, Param, Result, Shape, Tensor};
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "expected an optimizer",
    note = "an optimizer is a value of its type, with its learning rate: `Adam::new(1e-3)`, `SGD::new(0.01)`"
)]
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
    #[doc(alias = "step")]
    fn apply<M: Module>(&mut self, model: &M, gradients: &Gradients) -> Result<()>
    where
        Self: Sized,
    {
        self.update(&module::parameters(model), gradients)
    }

    /// [`Optimizer::apply`] by the name that it has in Keras's loops.
    ///
    /// # Errors
    /// As [`Optimizer::update`].
    fn apply_gradients<M: Module>(&mut self, model: &M, gradients: &Gradients) -> Result<()>
    where
        Self: Sized,
    {
        self.apply(model, gradients)
    }

    /// The loss to take the gradients of: multiplied, where the optimizer divides gradients again (`loss_scale_factor`).
    fn scale_loss(&self, loss: &Tensor) -> Tensor {
        loss.clone()
    }

    /// Whether gradients that are not finite lead to a step that is left out, and not to an error.
    fn skips_not_finite(&self) -> bool {
        false
    }

    /// Makes parameters their moving averages, where the optimizer keeps them (`ema`): what a trained model is used with.
    ///
    /// # Errors
    /// When a parameter does not take the value.
    fn finalize(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        let _ = parameters;
        Ok(())
    }

    /// Exchanges parameters and their moving averages; done again, all is as before.
    ///
    /// # Errors
    /// When no averages are kept.
    fn swap_averages(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        let _ = parameters;
        Err(Error::value(
            "this optimizer keeps no averages of parameters to swap with",
        ))
    }

    /// How many steps were made. Gradients that are accumulated make one together.
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

impl fmt::Debug for dyn Optimizer {
    /// Its class: how its type shows itself is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.config()["class_name"].as_str().unwrap_or("Optimizer"))
    }
}

impl Optimizer for Box<dyn Optimizer> {
    fn check(&self) -> Result<()> {
        (**self).check()
    }
    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        (**self).update(parameters, gradients)
    }
    fn scale_loss(&self, loss: &Tensor) -> Tensor {
        (**self).scale_loss(loss)
    }
    fn skips_not_finite(&self) -> bool {
        (**self).skips_not_finite()
    }
    fn finalize(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        (**self).finalize(parameters)
    }
    fn swap_averages(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        (**self).swap_averages(parameters)
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

nn_core::collect!(Class<dyn Optimizer>);

/// Builds an optimizer, without state, from its configuration, as written by [`Optimizer::config`] or by Keras.
///
/// ```
/// use nn::optimizers;
/// let config = serde_json::json!({"class_name": "Adam", "config": {"learning_rate": 0.01}});
/// assert_eq!(optimizers::from_config(&config)?.learning_rate(), 0.01);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// A class that is not registered ([`register!`](crate::register)), entries that it does not have or cannot take.
pub fn from_config(config: &Value) -> Result<Box<dyn Optimizer>> {
    match registry::find(
        "optimizers",
        config,
        registry::registered::<Class<dyn Optimizer>>(),
    )? {
        Some(optimizer) => Ok(optimizer),
        None => Err(registry::unknown("optimizer", "Optimizer", config)),
    }
}
