//! Rebuilding a model, and the state of its training, from a file.

use super::format::{self, CARRIED, File, Header, OPTIMIZER, Training};
use super::registry;
use super::weights::match_up;
use crate::optimizers::{self, Optimizer};
use crate::training::Model;
use crate::training::State;
use crate::{losses, metrics};
use nn_core::config::Json;
use nn_core::module::{self, Parameter};
use nn_core::{Error, Module, Result, Tensor};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Rebuilds a model.
pub(crate) fn load_model<M: Model>(path: &Path) -> Result<M> {
    let file = format::read(path)?;
    file.with_header(path, |header| rebuild(&file, &header))
}

/// Rebuilds a compiled model.
pub(crate) fn load_compiled<M: Model>(path: &Path) -> Result<(M, State)> {
    let file = format::read(path)?;
    file.with_header(path, |mut header| {
        let model: M = rebuild(&file, &header)?;
        let Some(training) = header.training.take() else {
            return Err(Error::format(
                "was saved without optimizer and losses; use `load_model` and `compile`",
            ));
        };
        let state =
            state(&file, training, &module::parameters(&model)).map_err(without_training)?;
        carry(&model, &file);
        Ok((model, state))
    })
}

/// Takes up a saved training of a model that is there: its weights, and the state of its optimizer, counters and callbacks. Losses, metrics
/// and the settings of the optimizer stay those that it was compiled with.
///
/// # Errors
/// A file that cannot be read, is of another model or without a training; all is then as before.
pub(crate) fn take_up<M: Model>(model: &M, now: &mut State, path: &Path) -> Result<()> {
    let file = format::read(path)?;
    file.with_header(path, |mut header| {
        let Some(mut training) = header.training.take() else {
            return Err(Error::format(
                "was saved without the state of training, and training cannot go on from it",
            ));
        };
        let parameters = module::parameters(model);
        let plan = match_up(&parameters, &file);
        plan.check_complete()?;
        file.check()?;
        let saved = optimizer(&file, &mut training, &parameters)?;
        now.optimizer
            .load_state(&parameters, &saved.state(&parameters))?;
        plan.assign(&parameters, &file)?;
        carry(model, &file);
        // A rate that callbacks have lowered goes on; a schedule has its own.
        let _ = now.optimizer.set_learning_rate(saved.learning_rate());
        (now.seed, now.epoch, now.step) = (training.seed, training.epoch, training.step);
        (now.resume, now.loaded) = (training.resume, true);
        Ok(())
    })
}

fn rebuild<M: Model>(file: &File, header: &Header) -> Result<M> {
    let model = M::from_config(&header.model.0)?;
    let parameters = module::parameters(&model);
    let plan = match_up(&parameters, file);
    // A rebuilt model has no shapes of its own: the file's are right if every parameter is there.
    plan.check_complete()?;
    file.check()?;
    plan.assign(&parameters, file)?;
    let frozen: HashSet<&str> = header.frozen.iter().map(String::as_str).collect();
    for p in &parameters {
        p.set_trainable(!frozen.contains(p.path()));
    }
    Ok(model)
}

/// Gives stateful layers the states that they were saved with.
fn carry(model: &dyn Module, file: &File) {
    for (path, node, _) in module::carried(model) {
        let state = |i: usize| file.tensors.get(&format!("{CARRIED}{path}/{i}")).cloned();
        node.carry((0..).map_while(state).collect());
    }
}

/// What is said where a class of the training is not known: the model in the file can be had without it.
fn without_training(e: Error) -> Error {
    match registry::is_unknown(&e) {
        true => e.hint("`load_model` and `load_weights` read the model without its training"),
        false => e,
    }
}

/// The optimizer of a saved training with its state, when everything is in the file that belongs to it; what callbacks keep is put into `training`.
fn optimizer(
    file: &File,
    training: &mut Training,
    parameters: &[Parameter<'_>],
) -> Result<Box<dyn Optimizer>> {
    training.check_counts()?;
    let mut optimizer = optimizers::from_config(&training.optimizer.0)?;
    let slots = file
        .tensors
        .iter()
        .filter(|(name, _)| name.starts_with(OPTIMIZER));
    let slots: Vec<(String, Tensor)> = slots.map(|(name, t)| (name.clone(), t.clone())).collect();
    optimizer.load_state(parameters, &slots)?;
    training
        .resume
        .load(|name| file.tensors.get(name).cloned())?;
    Ok(optimizer)
}

fn state(file: &File, mut training: Training, parameters: &[Parameter<'_>]) -> Result<State> {
    let optimizer = optimizer(file, &mut training, parameters)?;
    let losses = training.losses.iter();
    let metrics = |all: Vec<(Option<String>, Json)>| -> Result<Vec<_>> {
        all.into_iter()
            .map(|(output, config)| Ok((output, metrics::from_config(&config.0)?)))
            .collect()
    };
    let mut state = State {
        optimizer,
        losses: losses
            .map(|c| losses::from_config(&c.0).map(Arc::from))
            .collect::<Result<_>>()?,
        loss_weights: training.loss_weights,
        metrics: metrics(training.metrics)?,
        weighted_metrics: metrics(training.weighted_metrics)?,
        outputs: Vec::new(),
        loss_names: Vec::new(),
        tracked: Default::default(),
        seed: training.seed,
        epoch: training.epoch,
        step: training.step,
        resume: training.resume,
        loaded: true,
    };
    if !training.outputs.is_empty() {
        state.bind(training.outputs)?;
    }
    Ok(state)
}
