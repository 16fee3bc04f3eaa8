//! Writing a model, and the state of its training.

use super::format::{self, CARRIED, Header, METADATA, RESERVED, Training};
use super::registry;
use crate::metrics::Metric;
use crate::training::State;
use crate::{losses, metrics, optimizers};
use nn_core::config::{Json, depth};
use nn_core::module::{self, Parameter};
use nn_core::{Error, Module, Result, Tensor};
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

/// A module that can say what would come back of its configuration, whatever its type.
pub(crate) trait Rebuild: Module {
    /// The configuration of what is built from `config`.
    fn rebuilt_config(&self, config: &Value) -> Result<Value>;
}

impl<M: Module> Rebuild for M {
    fn rebuilt_config(&self, config: &Value) -> Result<Value> {
        M::from_config(config).map(|copy| copy.config())
    }
}

/// Writes a model, and the state of its training if there is one. What could not be loaded again is refused before anything is written.
pub(crate) fn save(model: &dyn Rebuild, state: Option<&State>, path: &Path) -> Result<()> {
    let refused = |e: Error| e.context(format!("nothing was saved to {}", path.display()));
    let parameters = module::parameters(model);
    let (built, unbuilt): (Vec<_>, Vec<_>) = parameters.iter().partition(|p| p.is_built());
    if let (true, Some(p)) = (built.is_empty(), unbuilt.first()) {
        return Err(refused(Error::value(format!(
            "`{}` has no value yet: call the model once, or `build` it, before saving",
            p.path()
        ))));
    }
    let unbuilt: Vec<&str> = unbuilt.iter().map(|p| p.path()).collect();
    let mut tensors = tensors_of(&built).map_err(refused)?;
    if let Some(state) = state {
        tensors.extend(state.optimizer.state(&parameters));
        tensors.extend(state.resume.tensors());
        for (path, _, carried) in module::carried(model) {
            let named = carried.into_iter().enumerate();
            tensors.extend(named.map(|(i, t)| (format!("{CARRIED}{path}/{i}"), t)));
        }
    }
    let training = state.map(training);
    if let Some(training) = &training {
        training.check_counts().map_err(refused)?;
    }
    let frozen = parameters.iter().filter(|p| p.is_frozen());
    let header = Header::new(
        model.config(),
        frozen.map(|p| p.path().to_string()).collect(),
        training,
    );
    let header = checked(model, &header).map_err(refused)?;
    if let Some(state) = state {
        check_training(state)
            .map_err(|e| refused(e).hint("`save_model` saves the model without its training"))?;
    }
    let mut names = HashSet::new();
    if let Some((name, _)) = tensors.iter().find(|(name, _)| !names.insert(name)) {
        return Err(refused(Error::value(format!(
            "two tensors would stand in the file as `{name}`, of an optimizer or a callback inside of another one of its kind"
        ))));
    }
    format::write(path, &header, &unbuilt, tensors)
}

/// The values of parameters by their paths.
fn tensors_of(parameters: &[&Parameter<'_>]) -> Result<Vec<(String, Tensor)>> {
    let mut paths = HashSet::new();
    let tensors = parameters.iter().map(|p| {
        let path = p.path();
        if !paths.insert(path) {
            return Err(Error::value(format!(
                "two parameters have the path `{path}`, and a file has one place for them; rename a field or a key of a map"
            )));
        }
        if path == METADATA || RESERVED.iter().any(|prefix| path.starts_with(prefix)) {
            return Err(Error::value(format!(
                "no parameter can be saved as `{path}`: names that begin with `{}`, and `{METADATA}`, mean something else in a file; rename the key \
                 of the map",
                RESERVED.join("`, `")
            )));
        }
        format::shape_of_file(&p.shape()).map_err(|e| e.at_path(path))?;
        Ok((path.to_string(), p.value()))
    });
    tensors.collect()
}

fn training(state: &State) -> Training {
    let metrics = |all: &[(Option<String>, Box<dyn Metric>)]| {
        all.iter()
            .map(|(output, m)| (output.clone(), Json(m.config())))
            .collect()
    };
    Training {
        optimizer: Json(state.optimizer.config()),
        losses: state.losses.iter().map(|l| Json(l.config())).collect(),
        loss_weights: state.loss_weights.clone(),
        metrics: metrics(&state.metrics),
        weighted_metrics: metrics(&state.weighted_metrics),
        outputs: state.outputs.clone(),
        seed: state.seed,
        epoch: state.epoch,
        step: state.step,
        resume: state.resume.clone(),
    }
}

/// The header as JSON, when loading it would give what it was made of.
fn checked(model: &dyn Rebuild, header: &Header) -> Result<Value> {
    let json = format::header_to_json(header)?;
    let (text, config) = (json.to_string(), &header.model.0);
    depth::with_stack(depth::of_text(&text), || {
        let read = depth::parse(&text)?;
        if read != json {
            return Err(differs(&json, &read));
        }
        let back = model.rebuilt_config(config).map_err(|e| {
            e.context("the model could not be loaded again from its own configuration")
        })?;
        compare(config, &back)
    })?;
    Ok(json)
}

/// Whether everything of a training would come back of its configuration.
pub(crate) fn check_training(state: &State) -> Result<()> {
    parts_of_training(state).map_err(|e| e.context("training could not be taken up again"))
}

fn parts_of_training(state: &State) -> Result<()> {
    let config = state.optimizer.config();
    check_part(
        &config,
        optimizers::from_config(&config).map(|o| o.config()),
    )
    .map_err(|e| e.context("the `config` of the optimizer"))?;
    for loss in &state.losses {
        let config = loss.config();
        check_part(&config, losses::from_config(&config).map(|l| l.config()))
            .map_err(|e| e.context(format!("the `config` of the loss `{}`", loss.name())))?;
    }
    for (_, metric) in state.metrics.iter().chain(&state.weighted_metrics) {
        let config = metric.config();
        check_part(&config, metrics::from_config(&config).map(|m| m.config()))
            .map_err(|e| e.context(format!("the `config` of the metric `{}`", metric.name())))?;
    }
    Ok(())
}

/// Compares a configuration with that of what it builds. A class that nobody registered is let through: the program that loads the file
/// may know it.
fn check_part(config: &Value, back: Result<Value>) -> Result<()> {
    match back {
        Ok(back) => compare(config, &back),
        Err(e) if registry::is_unknown(&e) => Ok(()),
        Err(e) => Err(e),
    }
}

fn compare(wrote: &Value, back: &Value) -> Result<()> {
    // Sets come in any order.
    match wrote == back || sorted(wrote) == sorted(back) {
        true => Ok(()),
        false => Err(differs(wrote, back)),
    }
}

/// A value with its lists in one order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(sorted).collect();
            list.sort_by_cached_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), sorted(value)))
            .collect(),
        plain => plain.clone(),
    }
}

fn differs(wrote: &Value, back: &Value) -> Error {
    let (place, wrote, back) = first_difference(wrote, back);
    Error::format(format!(
        "`{place}` is {wrote} in the configuration and would come back as {back}: its `Serialize` and `Deserialize` do not fit together"
    ))
}

/// Where two values differ, and how.
fn first_difference<'a>(a: &'a Value, b: &'a Value) -> (String, &'a Value, &'a Value) {
    let inside = match (a, b) {
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => x
            .iter()
            .map(|(key, value)| (key.clone(), value, &y[key]))
            .find(|(_, a, b)| a != b),
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => x
            .iter()
            .zip(y)
            .enumerate()
            .map(|(i, (a, b))| (i.to_string(), a, b))
            .find(|(_, a, b)| a != b),
        _ => None,
    };
    match inside {
        None => (String::new(), a, b),
        Some((key, a, b)) => match first_difference(a, b) {
            (rest, a, b) if rest.is_empty() => (key, a, b),
            (rest, a, b) => (format!("{key}.{rest}"), a, b),
        },
    }
}
