//! A scale of the loss that finds its size by itself.

use super::slots::ITERATIONS;
use super::{Optimizer, from_config};
use crate::register;
use crate::saving::registry::{self, Allowed, Foreign};
use nn_core::config::Json;
use nn_core::{Error, ErrorKind, Gradients, Parameter, Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SCALE: &str = "optimizer/dynamic_scale";
const COUNTER: &str = "optimizer/step_counter";

/// Wraps an optimizer: the loss is multiplied by a scale before its gradients are taken, against numbers that are too small to be held on the
/// way, and the gradients are divided by it. Where a gradient is not finite, the step is left out and the scale halved; after
/// `dynamic_growth_steps` steps without, it is doubled.
///
/// In a loop of your own, take the gradients of [`Optimizer::scale_loss`].
///
/// Source: `keras.optimizers.LossScaleOptimizer`.
///
/// ```
/// use nn::optimizers::{Adam, LossScaleOptimizer, Optimizer};
/// let optimizer = LossScaleOptimizer::new(Adam::new(1e-3)).initial_scale(1024.0);
/// assert_eq!(optimizer.scale_loss(&2.0_f32.into()).item::<f32>()?, 2048.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct LossScaleOptimizer {
    inner: Box<dyn Optimizer>,
    initial_scale: f64,
    dynamic_growth_steps: u64,
    scale: f64,
    /// Steps since the scale changed.
    counter: u64,
}

/// The configuration, as Keras writes it.
#[derive(Serialize, Deserialize)]
struct Written {
    inner_optimizer: Json,
    initial_scale: f64,
    dynamic_growth_steps: u64,
}

/// What older files of Keras say of the wrapper, and what belongs into the optimizer inside.
const FOREIGN: Foreign = &[
    ("weight_decay", Allowed::Null),
    ("clipnorm", Allowed::Null),
    ("global_clipnorm", Allowed::Null),
    ("clipvalue", Allowed::Null),
    ("use_ema", Allowed::False),
    ("ema_momentum", Allowed::Anything),
    ("ema_overwrite_frequency", Allowed::Null),
    ("loss_scale_factor", Allowed::Null),
    ("gradient_accumulation_steps", Allowed::Null),
    ("learning_rate", Allowed::Anything),
];

impl LossScaleOptimizer {
    /// Around an optimizer, with Keras's 32768 as the first scale, and 2000 steps to its growth.
    pub fn new(inner: impl Optimizer + 'static) -> LossScaleOptimizer {
        LossScaleOptimizer {
            inner: Box::new(inner),
            initial_scale: 32768.0,
            dynamic_growth_steps: 2000,
            scale: 32768.0,
            counter: 0,
        }
    }

    /// The first scale (Keras: 32768). One that is too high is found out soon.
    pub fn initial_scale(mut self, scale: f64) -> LossScaleOptimizer {
        (self.initial_scale, self.scale) = (scale, scale);
        self
    }

    /// After how many steps without an infinite gradient the scale is doubled (Keras: 2000).
    pub fn dynamic_growth_steps(mut self, steps: u64) -> LossScaleOptimizer {
        self.dynamic_growth_steps = steps;
        self
    }

    /// The scale of the next loss.
    pub fn dynamic_scale(&self) -> f64 {
        self.scale
    }

    fn from_config(config: &Value) -> Result<LossScaleOptimizer> {
        let defaults = Written {
            inner_optimizer: Json(Value::Null),
            initial_scale: 32768.0,
            dynamic_growth_steps: 2000,
        };
        let written = registry::read_over(defaults, config, FOREIGN)?;
        let inside = |e: Error| e.context("the configuration of LossScaleOptimizer");
        let inner = from_config(&written.inner_optimizer.0).map_err(inside)?;
        let optimizer = LossScaleOptimizer::new(inner)
            .initial_scale(written.initial_scale)
            .dynamic_growth_steps(written.dynamic_growth_steps);
        optimizer.check().map_err(inside)?;
        Ok(optimizer)
    }

    /// Leaves a step out.
    fn halve(&mut self) -> Result<()> {
        let halved = self.scale * 0.5;
        if halved < f64::from(f32::MIN_POSITIVE) {
            return Err(Error::new(
                ErrorKind::NotFinite,
                "gradients are not finite, however small the scale of the loss: it is not at fault",
            ));
        }
        (self.scale, self.counter) = (halved, 0);
        Ok(())
    }
}

impl Optimizer for LossScaleOptimizer {
    fn check(&self) -> Result<()> {
        let scale = self.initial_scale as f32;
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(Error::value(format!(
                "initial_scale must be above 0 and finite, as f32 holds it, found {}",
                self.initial_scale
            )));
        }
        if self.dynamic_growth_steps == 0 {
            return Err(Error::value(
                "dynamic_growth_steps must be at least 1, found 0",
            ));
        }
        let inner = self.inner.config();
        if !inner["config"]["loss_scale_factor"].is_null()
            || inner["class_name"] == "LossScaleOptimizer"
        {
            return Err(Error::value(
                "the optimizer in a LossScaleOptimizer has a scale of its own, and the loss would be scaled twice; leave one out",
            ));
        }
        self.inner.check()
    }

    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        self.check()?;
        let finite = |g: &Tensor| g.error().is_some() || g.is_finite_everywhere();
        if !gradients.iter().all(|(_, g)| finite(g)) {
            return self.halve();
        }
        let unscaled = gradients.clone().unscaled(self.scale);
        self.inner.update(parameters, &unscaled)?;
        self.counter += 1;
        if self.counter == self.dynamic_growth_steps {
            // A scale that f32 does not hold would make every loss infinite.
            self.scale = (self.scale * 2.0).min(f64::from(f32::MAX));
            self.counter = 0;
        }
        Ok(())
    }

    fn scale_loss(&self, loss: &Tensor) -> Tensor {
        loss * self.scale
    }

    fn skips_not_finite(&self) -> bool {
        true
    }

    fn finalize(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        self.inner.finalize(parameters)
    }

    fn swap_averages(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        self.inner.swap_averages(parameters)
    }

    fn iterations(&self) -> u64 {
        self.inner.iterations()
    }

    fn learning_rate(&self) -> f64 {
        self.inner.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) -> Result<()> {
        self.inner.set_learning_rate(learning_rate)
    }

    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)> {
        let mut state = self.inner.state(parameters);
        state.push((SCALE.to_string(), Tensor::from(self.scale)));
        state.push((COUNTER.to_string(), Tensor::from(self.counter as i64)));
        state
    }

    fn load_state(
        &mut self,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<()> {
        let find = |wanted: &str| {
            let found = state.iter().find(|(name, _)| name == wanted);
            found
                .map(|(_, t)| t)
                .ok_or_else(|| Error::format(format!("the optimizer state has no `{wanted}`")))
        };
        // What is no state at all is said by the optimizer inside.
        if state.iter().any(|(name, _)| name == ITERATIONS) {
            let scale = find(SCALE)?.to_f64()?;
            let counter = find(COUNTER)?.item::<i64>()?;
            let fits = scale as f32 > 0.0 && (scale as f32).is_finite() && counter >= 0;
            if !fits {
                return Err(Error::format(format!(
                    "`{SCALE}` is {scale} and `{COUNTER}` {counter}; the first must be above 0 and finite, the second a count"
                )));
            }
            let rest = state
                .iter()
                .filter(|(name, _)| name != SCALE && name != COUNTER);
            let rest: Vec<(String, Tensor)> = rest.cloned().collect();
            self.inner.load_state(parameters, &rest)?;
            (self.scale, self.counter) = (scale, counter as u64);
            return Ok(());
        }
        self.inner.load_state(parameters, state)
    }

    fn config(&self) -> Value {
        json!({"class_name": "LossScaleOptimizer", "config": {
            "inner_optimizer": self.inner.config(),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }})
    }
}

register!(Optimizer: LossScaleOptimizer);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizers::SGD;
    use nn_core::{GradientTape, Layer, Module};
    use nn_layers::Dense;

    #[test]
    fn infinite_gradients_halve_the_scale_and_change_nothing_else() {
        let layer = Dense::new(2);
        let _ = layer.call(Tensor::ones([4, 3]), true);
        let tape = GradientTape::new();
        let loss = layer.call(Tensor::ones([4, 3]), true).square().sum();
        let gradients = tape.gradient(&loss, &layer).unwrap();
        let parameters = layer.parameters();
        let before = parameters[0].value().to_vec::<f32>().unwrap();

        let mut optimizer = LossScaleOptimizer::new(SGD::new(0.5))
            .initial_scale(8.0)
            .dynamic_growth_steps(2);
        let infinite = gradients.clone().map(|_, g| g * f32::INFINITY);
        optimizer.update(&parameters, &infinite).unwrap();
        assert_eq!(
            (optimizer.dynamic_scale(), optimizer.iterations()),
            (4.0, 0)
        );
        assert_eq!(parameters[0].value().to_vec::<f32>().unwrap(), before);

        let scaled = gradients.map(|_, g| g * 4.0);
        optimizer.update(&parameters, &scaled).unwrap();
        assert_eq!(
            (optimizer.dynamic_scale(), optimizer.iterations()),
            (4.0, 1)
        );
        let state = optimizer.state(&parameters);
        optimizer.update(&parameters, &scaled).unwrap();
        assert_eq!(optimizer.dynamic_scale(), 8.0);

        let mut again = from_config(&optimizer.config()).unwrap();
        again.load_state(&parameters, &state).unwrap();
        again.update(&parameters, &scaled).unwrap();
        assert_eq!(
            again.scale_loss(&1.0_f32.into()).item::<f32>().unwrap(),
            8.0
        );
    }

    #[test]
    fn gradients_that_are_never_finite_are_an_error_in_the_end() {
        let layer = Dense::new(1);
        let _ = layer.call(Tensor::ones([1, 1]), true);
        let tape = GradientTape::new();
        let loss = layer.call(Tensor::ones([1, 1]), true).sum();
        let gradients = tape.gradient(&loss, &layer).unwrap();
        let nan = gradients.map(|_, g| g * f32::NAN);
        let mut optimizer = LossScaleOptimizer::new(SGD::new(0.5));
        let steps = (0..1000)
            .map(|_| optimizer.update(&layer.parameters(), &nan))
            .take_while(Result::is_ok);
        assert_eq!(steps.count(), 15 + 126);
        for twice in [
            LossScaleOptimizer::new(SGD::new(0.5).loss_scale_factor(2.0)),
            LossScaleOptimizer::new(LossScaleOptimizer::new(SGD::new(0.5))),
        ] {
            let e = twice.check().unwrap_err().to_string();
            assert!(e.contains("scaled twice"), "{e}");
        }
    }
}
