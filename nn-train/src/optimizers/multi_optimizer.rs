//! One optimizer for some parameters, another for others.

use super::slots::ITERATIONS;
use super::{Optimizer, from_config};
use crate::register;
use crate::saving::registry;
use nn_core::config::Json;
use nn_core::{Error, Gradients, Parameter, Result, Tensor};
use regex_lite::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Trains each parameter with the optimizer of the one pattern that fits its path as a whole, and the rest with the default one.
///
/// Patterns are regular expressions, as in Keras; a path is tried with dots and with slashes between its parts, so that Keras's `encoder/.*` and
/// `encoder\..*` mean the same. A pattern that is the path itself comes before all others. Where only learning rates or weight
/// decays differ, [`Group`](super::Group)s of one optimizer do it in place.
///
/// A step is made of all optimizers' or not at all: parameters of all but the last optimizer are copied for that.
///
/// Source: `keras.optimizers.MultiOptimizer` with an `OptimizerMap`.
///
/// ```
/// use nn::optimizers::{Adam, MultiOptimizer, Optimizer, SGD};
/// let optimizer = MultiOptimizer::new(SGD::new(0.1)).optimizer("encoder/.*", Adam::new(1e-3));
/// assert_eq!(optimizer.config()["config"]["optimizer_map"]["class_name"], "OptimizerMap");
/// ```
#[derive(Debug)]
#[must_use]
pub struct MultiOptimizer {
    /// The patterns, each with its optimizer.
    mapped: Vec<Mapped>,
    default: Box<dyn Optimizer>,
    loss_scale_factor: Option<f64>,
    iterations: u64,
}

#[derive(Debug)]
struct Mapped {
    pattern: String,
    /// `None` where it is no regular expression.
    expression: Option<Regex>,
    optimizer: Box<dyn Optimizer>,
}

impl Mapped {
    /// Whether the parameter at a path is one of those that the pattern means.
    fn fits(&self, path: &str) -> bool {
        let slashes = path.replace('.', "/");
        let fits = |r: &Regex| r.is_match(path) || r.is_match(&slashes);
        [path, &slashes].contains(&self.pattern.as_str())
            || self.expression.as_ref().is_some_and(fits)
    }
}

/// The configuration, as Keras writes it.
#[derive(Serialize, Deserialize)]
struct Written {
    optimizer_map: Json,
    loss_scale_factor: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct WrittenMap {
    default_optimizer: Json,
    optimizer_map: BTreeMap<String, Json>,
}

impl MultiOptimizer {
    /// With the optimizer of all parameters that no pattern fits.
    pub fn new(default: impl Optimizer + 'static) -> MultiOptimizer {
        MultiOptimizer {
            mapped: Vec::new(),
            default: Box::new(default),
            loss_scale_factor: None,
            iterations: 0,
        }
    }

    /// With an optimizer for the parameters whose paths fit a regular expression. One that no parameter of the model fits is an error in the
    /// first step.
    pub fn optimizer(
        mut self,
        pattern: impl Into<String>,
        optimizer: impl Optimizer + 'static,
    ) -> MultiOptimizer {
        let pattern = pattern.into();
        self.mapped.push(Mapped {
            expression: Regex::new(&format!("^(?:{pattern})$")).ok(),
            pattern,
            optimizer: Box::new(optimizer),
        });
        self
    }

    /// Multiplies the loss before its gradients are taken, and divides them again.
    pub fn loss_scale_factor(mut self, factor: f64) -> MultiOptimizer {
        self.loss_scale_factor = Some(factor);
        self
    }

    fn from_config(config: &Value) -> Result<MultiOptimizer> {
        let inside = |e: Error| e.context("the configuration of MultiOptimizer");
        let defaults = Written {
            optimizer_map: Json(Value::Null),
            loss_scale_factor: None,
        };
        let written = registry::read_over(defaults, config, &[])?;
        let defaults = WrittenMap {
            default_optimizer: Json(Value::Null),
            optimizer_map: BTreeMap::new(),
        };
        let map = written.optimizer_map.0;
        if map["class_name"] != "OptimizerMap" {
            return Err(inside(Error::format(format!(
                "`optimizer_map` must be an OptimizerMap, found {map}"
            ))));
        }
        let map = registry::read_over(defaults, &map, &[]).map_err(inside)?;
        // Keras gives every optimizer inside the scale of the whole.
        let inner = |config: &Value| {
            let mut config = config.clone();
            if let Some(entries) = config.get_mut("config").and_then(Value::as_object_mut) {
                let own = entries.remove("loss_scale_factor").unwrap_or_default();
                if !own.is_null() && own.as_f64() != written.loss_scale_factor {
                    return Err(inside(Error::format(format!(
                        "an optimizer inside has the loss_scale_factor {own}, and the MultiOptimizer another one; the loss has one scale"
                    ))));
                }
            }
            from_config(&config).map_err(inside)
        };
        let default = inner(&map.default_optimizer.0)?;
        let mut multi = MultiOptimizer::new(default);
        for (pattern, config) in &map.optimizer_map {
            multi = multi.optimizer(pattern, inner(&config.0)?);
        }
        multi.loss_scale_factor = written.loss_scale_factor;
        multi.check().map_err(inside)?;
        Ok(multi)
    }

    /// Which optimizer a parameter is trained with: its place among the mapped ones, or their number for the default one.
    fn place_of(&self, path: &str) -> Result<usize> {
        if let Some(exact) = self.mapped.iter().position(|m| m.pattern == path) {
            return Ok(exact);
        }
        let mut fitting = (0..self.mapped.len()).filter(|&i| self.mapped[i].fits(path));
        match (fitting.next(), fitting.next()) {
            (None, _) => Ok(self.mapped.len()),
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => Err(Error::value(format!(
                "`{path}` fits both `{}` and `{}` of a MultiOptimizer; make one of the patterns narrower",
                self.mapped[one].pattern, self.mapped[other].pattern
            ))),
        }
    }

    /// Every pattern must be of some parameters of the model.
    fn check_patterns(&self, parameters: &[Parameter<'_>]) -> Result<()> {
        let empty = |m: &&Mapped| !parameters.iter().any(|p| m.fits(p.path()));
        match self.mapped.iter().find(empty) {
            None => Ok(()),
            Some(m) => Err(Error::value(format!(
                "no parameter fits `{}` of a MultiOptimizer; paths here are like `{}`, and `.*` stands for anything",
                m.pattern,
                parameters.first().map_or("dense.kernel", |p| p.path())
            ))),
        }
    }

    /// The parameters of each optimizer.
    fn split<'a>(&self, parameters: &[Parameter<'a>]) -> Result<Vec<Vec<Parameter<'a>>>> {
        let mut parts = vec![Vec::new(); self.mapped.len() + 1];
        for p in parameters {
            parts[self.place_of(p.path())?].push(p.clone());
        }
        Ok(parts)
    }

    /// The name that the number of steps of the `i`-th optimizer is saved under: a configuration may give them in another order.
    fn iterations_of(&self, i: usize) -> String {
        match self.mapped.get(i) {
            Some(m) => format!("{ITERATIONS}/of/{}", m.pattern),
            None => format!("{ITERATIONS}/default"),
        }
    }

    fn all(&self) -> impl Iterator<Item = &dyn Optimizer> {
        let mapped = self.mapped.iter().map(|m| &*m.optimizer);
        mapped.chain(std::iter::once(&*self.default))
    }

    fn all_mut(&mut self) -> Vec<&mut dyn Optimizer> {
        let mut all: Vec<&mut dyn Optimizer> = Vec::with_capacity(self.mapped.len() + 1);
        for m in &mut self.mapped {
            all.push(&mut *m.optimizer);
        }
        all.push(&mut *self.default);
        all
    }
}

impl Optimizer for MultiOptimizer {
    fn check(&self) -> Result<()> {
        for m in &self.mapped {
            if m.expression.is_none() {
                return Err(Error::value(format!(
                    "`{}` in a MultiOptimizer is no regular expression; `.*` stands for anything",
                    m.pattern
                )));
            }
            if self
                .mapped
                .iter()
                .filter(|o| o.pattern == m.pattern)
                .count()
                > 1
            {
                return Err(Error::value(format!(
                    "a MultiOptimizer has two optimizers for `{}`",
                    m.pattern
                )));
            }
        }
        if let Some(factor) = self.loss_scale_factor
            && !(factor as f32 > 0.0 && (factor as f32).is_finite())
        {
            return Err(Error::value(format!(
                "loss_scale_factor must be above 0 and finite, as f32 holds it, found {factor}"
            )));
        }
        for optimizer in self.all() {
            optimizer.check()?;
            let config = optimizer.config();
            if let Some(class @ ("MultiOptimizer" | "LossScaleOptimizer")) =
                config["class_name"].as_str()
            {
                return Err(Error::value(format!(
                    "a {class} cannot be part of a MultiOptimizer; put it around, or its parts in"
                )));
            }
            if !config["config"]["loss_scale_factor"].is_null() {
                return Err(Error::value(
                    "an optimizer in a MultiOptimizer has a loss_scale_factor of its own; the loss has one scale, which is the MultiOptimizer's",
                ));
            }
        }
        Ok(())
    }

    fn update(&mut self, parameters: &[Parameter<'_>], gradients: &Gradients) -> Result<()> {
        self.check()?;
        self.check_patterns(parameters)?;
        let parts = self.split(parameters)?;
        let scaled;
        let gradients = match self.loss_scale_factor {
            None => gradients,
            Some(factor) => {
                scaled = gradients.clone().map(|_, g| g / factor);
                &scaled
            }
        };
        let mut known = 0;
        let given: Vec<Gradients> = parts
            .iter()
            .map(|part| {
                let own = gradients
                    .clone()
                    .only(|id| part.iter().any(|p| p.id() == id));
                known += own.len();
                own
            })
            .collect();
        if gradients.is_empty() || known < gradients.len() {
            // The default optimizer says what is wrong.
            return self.default.update(parameters, gradients);
        }
        let turns: Vec<usize> = (0..parts.len()).filter(|&i| !given[i].is_empty()).collect();
        let mut before = Vec::new();
        for (k, &i) in turns.iter().enumerate() {
            let part = &parts[i];
            // Handles of what an optimizer changes, to give it back if a later one fails.
            if k + 1 < turns.len() {
                let values: Vec<Tensor> = part.iter().map(|p| p.value()).collect();
                before.push((i, values, self.all_mut()[i].state(part)));
            }
            let done = self.all_mut()[i].update(part, &given[i]);
            let Err(error) = done else { continue };
            for (i, values, state) in &before {
                for (p, value) in parts[*i].iter().zip(values) {
                    p.set_value(value)?;
                }
                self.all_mut()[*i].load_state(&parts[*i], state)?;
            }
            return Err(error);
        }
        self.iterations += 1;
        Ok(())
    }

    fn scale_loss(&self, loss: &Tensor) -> Tensor {
        match self.loss_scale_factor {
            None => loss.clone(),
            Some(factor) => loss * factor,
        }
    }

    fn finalize(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        let parts = self.split(parameters)?;
        let mut all = self.all_mut().into_iter().zip(parts);
        all.try_for_each(|(optimizer, part)| optimizer.finalize(&part))
    }

    /// Of the optimizers that keep averages.
    fn swap_averages(&mut self, parameters: &[Parameter<'_>]) -> Result<()> {
        let parts = self.split(parameters)?;
        let mut swapped = false;
        for (optimizer, part) in self.all_mut().into_iter().zip(parts) {
            if optimizer.config()["config"]["use_ema"] == true {
                optimizer.swap_averages(&part)?;
                swapped = true;
            }
        }
        match swapped {
            true => Ok(()),
            false => Err(Error::value(
                "no optimizer of the MultiOptimizer keeps averages to swap with: one needs `ema(0.99)`",
            )),
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    /// That of the default optimizer.
    fn learning_rate(&self) -> f64 {
        self.default.learning_rate()
    }

    fn set_learning_rate(&mut self, _: f64) -> Result<()> {
        Err(Error::value(
            "the learning rate of a MultiOptimizer cannot be set: each of its optimizers has its own; give them schedules",
        ))
    }

    fn state(&self, parameters: &[Parameter<'_>]) -> Vec<(String, Tensor)> {
        let mut state = vec![(ITERATIONS.to_string(), Tensor::from(self.iterations as i64))];
        // What cannot be split has not been trained either.
        let Ok(parts) = self.split(parameters) else {
            return state;
        };
        for (i, (optimizer, part)) in self.all().zip(&parts).enumerate() {
            let own = optimizer.state(part).into_iter();
            state.extend(own.map(|(name, t)| match name == ITERATIONS {
                true => (self.iterations_of(i), t),
                false => (name, t),
            }));
        }
        state
    }

    fn load_state(
        &mut self,
        parameters: &[Parameter<'_>],
        state: &[(String, Tensor)],
    ) -> Result<()> {
        let parts = self.split(parameters)?;
        let Some((_, iterations)) = state.iter().find(|(name, _)| name == ITERATIONS) else {
            return Err(Error::format(format!(
                "`{ITERATIONS}` is missing: there is no optimizer state here"
            )));
        };
        let iterations = u64::try_from(iterations.item::<i64>()?)
            .map_err(|_| Error::format(format!("`{ITERATIONS}` is negative")))?;
        let last = parts.len() - 1;
        let mut own: Vec<Vec<(String, Tensor)>> = vec![Vec::new(); parts.len()];
        for (name, t) in state.iter().filter(|(name, _)| name != ITERATIONS) {
            if let Some(i) = (0..parts.len()).find(|&i| *name == self.iterations_of(i)) {
                own[i].push((ITERATIONS.to_string(), t.clone()));
                continue;
            }
            let of = |part: &Vec<Parameter<'_>>| {
                let end = |p: &Parameter<'_>| {
                    name.strip_suffix(p.path())
                        .is_some_and(|n| n.ends_with('/'))
                };
                part.iter().any(end)
            };
            // What belongs to nobody is refused by the default optimizer.
            let i = parts.iter().position(of).unwrap_or(last);
            own[i].push((name.clone(), t.clone()));
        }
        // Tried on copies first: one that refuses leaves all as they are.
        for ((optimizer, part), own) in self.all().zip(&parts).zip(&own) {
            match from_config(&optimizer.config()) {
                Ok(mut copy) => copy.load_state(part, own)?,
                Err(e) if registry::is_unknown(&e) => {}
                Err(e) => return Err(e),
            }
        }
        for ((optimizer, part), own) in self.all_mut().into_iter().zip(&parts).zip(&own) {
            optimizer.load_state(part, own)?;
        }
        self.iterations = iterations;
        Ok(())
    }

    fn config(&self) -> Value {
        let mapped = self.mapped.iter();
        let mapped: Map<String, Value> = mapped
            .map(|m| (m.pattern.clone(), m.optimizer.config()))
            .collect();
        json!({"class_name": "MultiOptimizer", "config": {
            "optimizer_map": {"class_name": "OptimizerMap", "config": {
                "default_optimizer": self.default.config(),
                "optimizer_map": mapped,
            }},
            "loss_scale_factor": self.loss_scale_factor,
        }})
    }
}

register!(Optimizer: MultiOptimizer);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizers::{Adam, SGD};
    use nn_core::{GradientTape, Layer, Module};
    use nn_layers::Dense;

    fn layer() -> (Dense, Gradients) {
        let layer = Dense::new(2);
        let _ = layer.call(Tensor::ones([4, 3]), true);
        let tape = GradientTape::new();
        let loss = layer.call(Tensor::ones([4, 3]), true).square().sum();
        let gradients = tape.gradient(&loss, &layer).unwrap();
        (layer, gradients)
    }

    fn values(layer: &Dense) -> Vec<Vec<f32>> {
        let parameters = layer.parameters();
        let values = parameters.iter().map(|p| p.value().to_vec().unwrap());
        values.collect()
    }

    #[test]
    fn each_parameter_has_its_optimizer() {
        let multi = MultiOptimizer::new(SGD::new(0.1))
            .optimizer("encoder/.*", Adam::new(0.1))
            .optimizer("encoder/last/kernel", SGD::new(0.2))
            .optimizer("decoder\\.(a|b)\\.kernel", SGD::new(0.2));
        assert_eq!(multi.place_of("encoder.first.kernel").unwrap(), 0);
        assert_eq!(multi.place_of("decoder.b.kernel").unwrap(), 2);
        assert_eq!(multi.place_of("my_encoder.first.kernel").unwrap(), 3);
        let e = multi.place_of("encoder.last.kernel").unwrap_err();
        assert!(
            e.to_string().contains("make one of the patterns narrower"),
            "{e}"
        );
        let back = from_config(&multi.config()).unwrap();
        assert_eq!(back.config(), multi.config());

        let (one, gradients) = layer();
        let (before, parameters) = (values(&one), one.parameters());
        let mut multi = MultiOptimizer::new(SGD::new(0.5)).optimizer("bias", SGD::new(0.25));
        multi.update(&parameters, &gradients).unwrap();
        let after = values(&one);
        for (i, rate) in [(0, 0.5), (1, 0.25)] {
            let g: Vec<f32> = gradients.iter().nth(i).unwrap().1.to_vec().unwrap();
            for (k, g) in g.iter().enumerate() {
                assert_eq!(after[i][k], before[i][k] - rate * g);
            }
        }
    }

    #[test]
    fn a_step_that_fails_in_one_changes_nothing_in_the_others() {
        let (one, gradients) = layer();
        let parameters = one.parameters();
        let mut multi = MultiOptimizer::new(Adam::new(1e-3)).optimizer("kernel", Adam::new(0.1));
        multi.update(&parameters, &gradients).unwrap();
        let (before, state) = (values(&one), multi.state(&parameters));
        // The square of the bias's gradient is infinite.
        let steep = gradients
            .clone()
            .map(|path, g| if path == "bias" { g + 1e30 } else { g.clone() });
        assert!(multi.update(&parameters, &steep).is_err());
        assert_eq!((values(&one), multi.iterations()), (before, 1));
        let bits = |state: Vec<(String, Tensor)>| {
            let bits = state.iter().map(|(name, t)| format!("{name} {t}"));
            bits.collect::<Vec<_>>()
        };
        assert_eq!(bits(multi.state(&parameters)), bits(state.clone()));

        let mut again = from_config(&multi.config()).unwrap();
        again.load_state(&parameters, &state).unwrap();
        assert_eq!(bits(again.state(&parameters)), bits(state));
        let e = again.set_learning_rate(0.1).unwrap_err().to_string();
        assert!(e.contains("each of its optimizers has its own"), "{e}");
    }

    #[test]
    fn optimizers_that_scale_the_loss_themselves_stay_outside() {
        let refused = |multi: MultiOptimizer| multi.check().unwrap_err().to_string();
        let e = refused(MultiOptimizer::new(MultiOptimizer::new(SGD::new(0.1))));
        assert!(e.contains("a MultiOptimizer cannot be part"), "{e}");
        let e = refused(MultiOptimizer::new(SGD::new(0.1)).optimizer("(", SGD::new(0.1)));
        assert!(e.contains("`(` in a MultiOptimizer is no regular"), "{e}");
        let e = refused(MultiOptimizer::new(SGD::new(0.1).loss_scale_factor(2.0)));
        assert!(e.contains("the loss has one scale"), "{e}");
    }

    #[test]
    fn a_pattern_that_fits_nothing_is_an_error() {
        let (one, gradients) = layer();
        let (before, parameters) = (values(&one), one.parameters());
        let mut multi = MultiOptimizer::new(SGD::new(0.1)).optimizer("encoder.*", SGD::new(0.0));
        let e = multi
            .update(&parameters, &gradients)
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("no parameter fits `encoder.*`") && e.contains("like `kernel`"),
            "{e}"
        );
        assert_eq!((values(&one), multi.iterations()), (before, 0));
        // An exact path goes before a pattern, which is not wrong for that.
        let mut multi = MultiOptimizer::new(SGD::new(0.1))
            .optimizer("kernel", SGD::new(0.1))
            .optimizer("ker.*", SGD::new(0.1));
        multi.update(&parameters, &gradients).unwrap();
    }
}
