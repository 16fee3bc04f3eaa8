//! What all optimizers share: a [`Rule`] becomes an [`Optimizer`] here.

use super::learning_rate::check;
use super::{LearningRate, Optimizer, Rule, Slots, StepInfo};
use nn_core::{Error, Gradients, Parameter, Result, Tensor, no_gradient};
use serde_json::Value;

impl<R: Rule> Optimizer for R {
    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        self.settings().check()?;
        self.check()?;
        let learning_rate = self.settings().learning_rate.checked(self.slots().iterations)?;
        let matched = no_gradient(|| match_up(parameters, &self.settings().clip(gradients)))?;

        let mut slots = std::mem::take(self.slots_mut());
        let count = self.slot_names().len();
        let done = matched.iter().try_for_each(|(p, gradient)| {
            let at = StepInfo {
                learning_rate,
                weight_decay: self.settings().decay_of(p.path()),
                step: slots.iterations + 1,
            };
            let own = slots.of(p, count);
            p.update(|value| self.step(value, gradient, own, &at))
                .map_err(|e| e.at_path(p.path()))
        });
        slots.iterations += u64::from(done.is_ok());
        *self.slots_mut() = slots;
        done
    }

    fn iterations(&self) -> u64 {
        self.slots().iterations
    }

    fn learning_rate(&self) -> f64 {
        self.settings().learning_rate.at(self.slots().iterations)
    }

    fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        match &mut self.settings_mut().learning_rate {
            LearningRate::Constant(rate) => *rate = check(learning_rate)?,
            LearningRate::Schedule(schedule) => {
                return Err(Error::value(format!(
                    "the learning rate follows a schedule, {}, and cannot be set; give the optimizer a number instead",
                    schedule.config()
                )));
            }
        }
        Ok(())
    }

    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)> {
        self.slots().save(&self.slot_names(), parameters)
    }

    fn load_state(&mut self, parameters: &[Parameter<'_>], state: &[(String, Tensor)]) -> Result<()> {
        *self.slots_mut() = Slots::load(&self.slot_names(), parameters, state)?;
        Ok(())
    }

    fn config(&self) -> Value {
        self.describe()
    }
}

/// Every parameter that has a gradient, with it.
fn match_up<'p, 'a>(parameters: &'p [Parameter<'a>], gradients: &Gradients) -> Result<Vec<(&'p Parameter<'a>, Tensor)>> {
    if gradients.is_empty() {
        return Err(Error::gradient("there are no gradients to apply: the loss does not depend on any trainable parameter"));
    }
    let mut matched = Vec::with_capacity(gradients.len());
    for p in parameters {
        let Some(gradient) = gradients.by_id(p.id()) else { continue };
        if !p.trainable() {
            return Err(Error::gradient(format!(
                "`{}` has a gradient but is frozen now; freeze layers before the tape records",
                p.path()
            )));
        }
        let gradient = gradient.clone().ok().map_err(|e| e.at_path(p.path()))?;
        if !gradient.is_concrete() || gradient.shape() != p.shape() || gradient.dtype() != p.dtype() {
            return Err(Error::gradient(format!(
                "the gradient of `{}` is {} {}, the parameter {} {}",
                p.path(),
                gradient.dtype(),
                gradient.shape(),
                p.dtype(),
                p.shape()
            )));
        }
        matched.push((p, gradient));
    }
    if matched.len() < gradients.len() {
        let known = |path: &str| matched.iter().any(|(p, _)| p.path() == path);
        let strangers: Vec<&str> = gradients.iter().map(|(path, _)| path).filter(|path| !known(path)).collect();
        let first = strangers.first().copied().unwrap_or_default();
        return Err(Error::gradient(format!(
            "{} of {} gradients belong to no parameter of this model (`{first}`): they are those of another model, or of a copy; \
             take gradients of the model that they are applied to",
            gradients.len() - matched.len(),
            gradients.len()
        )));
    }
    Ok(matched)
}
