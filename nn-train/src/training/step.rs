//! What a training or test step works with: [`Step`].

use crate::data::{Batch, Dataset};
use crate::training::State;
use crate::training::tracked::reserved;
use nn_core::layer;
use nn_core::module::{self, Parameter};
use nn_core::ops::weighted_sum;
use nn_core::{
    Added, Error, ErrorKind, GradientTape, Gradients, IntoInput, Layer, Regularizer, Result,
    Tensor, Tensors, collect_added,
};
use std::fmt;

/// One step over one batch: the forward pass, the loss, the update and the metrics, one by one.
///
/// An overridden `train_step` gets it to do what `fit` would have done, in its own way:
///
/// ```text
/// fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
///     let tape = GradientTape::new();
///     let y_pred = step.forward(&x);
///     let loss = step.loss(&y, &y_pred);
///     step.apply(tape.gradient(&loss, self)?)?;
///     step.report("loss", &loss)?;
///     step.update_metrics(&y, &y_pred)
/// }
/// ```
pub struct Step<'a, M> {
    model: &'a M,
    /// All of the model's: asked for once, since each walk through the tree costs a small model a hundredth of its step.
    parameters: Vec<Parameter<'a>>,
    state: &'a mut State,
    training: bool,
    samples: usize,
    sample_weight: Option<Tensor>,
    /// Identities of the batch's targets.
    targets: Vec<u64>,
    /// What layers added to the loss in the last forward pass.
    added: Added,
    /// Whether a loss has taken them up: another one does not count them again.
    added_counted: bool,
    /// A loss that is not a number: nothing is applied after it.
    not_finite: Option<f64>,
    /// The first part of the loss that is not finite, of those that layers and penalties add; looked for in a rehearsal.
    pub(super) not_finite_term: Option<String>,
    /// Whether the compiled optimizer has changed parameters.
    applied: bool,
    /// How often the parameters had been written before.
    writes: u64,
    /// A step that is only looked at: nothing is changed or counted.
    rehearsal: bool,
    /// All targets of the data that the batch is of, until they have been checked.
    unchecked: Option<&'a Dataset>,
}

impl<M> fmt::Debug for Step<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("training", &self.training)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}

impl<'a, M: Layer> Step<'a, M> {
    pub(crate) fn new(
        model: &'a M,
        state: &'a mut State,
        training: bool,
        batch: &Batch,
    ) -> Step<'a, M> {
        let parameters = module::parameters(model);
        Step {
            model,
            writes: writes(&parameters),
            parameters,
            state,
            training,
            samples: batch.len(),
            sample_weight: batch.sample_weight.clone(),
            targets: Vec::new(),
            added: Added::default(),
            added_counted: false,
            not_finite: None,
            not_finite_term: None,
            applied: false,
            rehearsal: false,
            unchecked: None,
        }
    }

    /// A training step that ends where it would change something.
    pub(super) fn rehearsal(model: &'a M, state: &'a mut State, batch: &Batch) -> Step<'a, M> {
        Step {
            rehearsal: true,
            ..Step::new(model, state, true, batch)
        }
    }

    /// With the data that the batch is of: when its loss is asked for, all of its targets are looked at.
    pub(super) fn first_of(mut self, data: Option<&'a Dataset>, batch: &Batch) -> Step<'a, M> {
        self.unchecked = data;
        if data.is_some() {
            self.targets = batch.y.iter().map(Tensor::id).collect();
        }
        self
    }

    /// Whether parameters have been changed, by the compiled optimizer or in another way.
    pub(super) fn has_changed(&self) -> bool {
        self.applied || writes(&self.parameters) != self.writes
    }

    /// Whether no loss was found that is not finite.
    pub(super) fn has_finite_loss(&self) -> bool {
        self.not_finite.is_none()
    }

    /// The model.
    pub fn model(&self) -> &'a M {
        self.model
    }

    /// Whether this is a training step.
    pub fn training(&self) -> bool {
        self.training
    }

    /// The weights of the batch's samples, if the data has any.
    pub fn sample_weight(&self) -> Option<&Tensor> {
        self.sample_weight.as_ref()
    }

    /// How many samples the batch has.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The model's outputs for `x`, in training or inference as the step is.
    ///
    /// The losses that layers add on the way ([`nn_layers::add_loss`]) are kept in the step, so that a
    /// [`collect_losses`](nn_layers::collect_losses) around it gets none: the next [`Step::loss`] counts them, and
    /// [`Step::added_losses`] gives them. Another forward pass puts its own in their place.
    pub fn forward(&mut self, x: impl IntoInput<M::Input>) -> M::Output {
        self.run(x.into_input())
    }

    /// The model's outputs for the tensors of a batch.
    pub fn forward_batch(&mut self, batch: &Batch) -> M::Output {
        match M::Input::from_leaves(batch.x.clone()) {
            Ok(input) => self.run(input),
            Err(error) => M::Output::failed(error.context("the data's inputs")),
        }
    }

    fn run(&mut self, input: M::Input) -> M::Output {
        let (output, added) = collect_added(|| layer::call(self.model, input, self.training));
        self.added = added;
        self.added_counted = false;
        output
    }

    /// The losses that layers added in the last forward pass of this step, in the order of the layers, whether [`Step::loss`] has counted
    /// them or not: Keras's `self.losses`, without the penalties of regularized parameters.
    ///
    /// ```
    /// use nn::prelude::*;
    /// #[model]
    /// struct Sparse {
    ///     hidden: Dense,
    ///     output: Dense,
    /// }
    /// #[model]
    /// impl Sparse {
    ///     fn call(&self, x: Tensor) -> Tensor {
    ///         let h = self.hidden(x);
    ///         nn::add_loss(h.abs().mean() * 0.01);
    ///         self.output(h)
    ///     }
    ///
    ///     fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
    ///         let tape = GradientTape::new();
    ///         let y_pred = step.forward(&x);
    ///         let loss = step.loss(&y, &y_pred); // with what the model added
    ///         step.apply(tape.gradient(&loss, self)?)?;
    ///         step.report("loss", &loss)?;
    ///         step.report("activity", &step.added_losses()[0])
    ///     }
    /// }
    /// let model = Sparse { hidden: Dense::new(4), output: Dense::new(1) };
    /// let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    /// let (x, y) = (Tensor::ones([8, 2]), Tensor::zeros([8, 1]));
    /// let history = model.fit((x, y), Fit::new().verbose(Verbose::Silent))?;
    /// assert!(history["activity"][0] > 0.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn added_losses(&self) -> Vec<Tensor> {
        self.added.losses.clone()
    }

    /// The total loss: each output's compiled loss times its weight, plus what layers added
    /// ([`nn_layers::add_loss`]) and the penalties of regularized parameters that are trained: those of frozen ones could not change.
    /// A scalar; a mistake (shapes, labels, a loss without reduction) rides along in it.
    pub fn loss<Y: Tensors, P: Tensors>(&mut self, y: &Y, y_pred: &P) -> Tensor {
        let total = self.total_loss(&y.leaves(), &y_pred.leaves());
        if let Ok(value) = total.to_f64() {
            self.not_finite = (!value.is_finite()).then_some(value);
        }
        total
    }

    fn total_loss(&mut self, y: &[&Tensor], y_pred: &[&Tensor]) -> Tensor {
        if y.len() != y_pred.len() {
            return Tensor::failed(Error::shape(format!(
                "the model has {} ({}) and the data {}; give one target tensor for each output",
                plural(y_pred.len(), "output"),
                self.state.outputs.join(", "),
                plural(y.len(), "target"),
            )));
        }
        if let Err(error) = self.check_all_targets(y, y_pred) {
            return Tensor::failed(error);
        }
        let (mut terms, mut weights) = (Vec::new(), Vec::new());
        for (i, (y, y_pred)) in y.iter().zip(y_pred).enumerate() {
            let loss = self
                .state
                .loss_of(i)
                .weighted(y, y_pred, self.sample_weight.as_ref());
            let loss = single(loss, "`Reduction::SumOverBatchSize`, `mean`", || {
                format!("the loss `{}`", self.state.loss_of(i).name())
            });
            let loss = match self.state.outputs.get(i) {
                Some(name) => name_error(loss, name),
                None => loss,
            };
            if let (Some(name), Ok(value)) = (self.state.loss_names.get(i), loss.to_f64()) {
                self.state.tracked.report(name, value, self.samples as f64);
            }
            terms.push(loss);
            weights.push(self.state.loss_weight(i));
        }
        if terms.is_empty() {
            return Tensor::failed(Error::value(
                "the model has no outputs to compute a loss of",
            ));
        }
        let losses = terms.len();
        if !std::mem::replace(&mut self.added_counted, true) {
            let added = self.added.losses.iter().cloned();
            terms.extend(added.map(|added| single(added, "`sum`, `mean`", || ADDED.to_string())));
        }
        let added = terms.len() - losses;
        for (p, regularizer) in self.penalized() {
            let penalty = regularizer.penalty(&p.penalized_in(&self.added));
            terms.push(single(penalty, "`sum`, `mean`", || penalty_of(p)));
        }
        if self.rehearsal {
            let penalties = self.penalized().map(|(p, _)| penalty_of(p));
            let names = std::iter::repeat_n(ADDED.to_string(), added).chain(penalties);
            let named = terms[losses..].iter().zip(names);
            let bad = named.filter(|(term, _)| !term.is_finite_everywhere());
            let first = bad.map(|(_, name)| name).next();
            self.not_finite_term = first;
        }
        weights.resize(terms.len(), 1.0);
        match &*terms {
            [only] if weights[0] == 1.0 => only.clone(),
            _ => weighted_sum(terms, &weights),
        }
    }

    /// The parameters whose penalty is part of the loss.
    fn penalized(&self) -> impl Iterator<Item = (&Parameter<'a>, Regularizer)> {
        self.parameters.iter().filter_map(|p| {
            let regularizer = p.regularizer()?;
            (p.is_built() && p.trainable()).then_some((p, regularizer))
        })
    }

    /// Before the first update of a `fit`, looks at all targets of the data, where the loss is taken of the batch's targets as they are.
    fn check_all_targets(&mut self, y: &[&Tensor], y_pred: &[&Tensor]) -> Result<()> {
        let Some(data) = self.unchecked.take() else {
            return Ok(());
        };
        let same = |(own, given): (&u64, &&Tensor)| *own == given.id();
        if self.targets.len() != y.len() || !self.targets.iter().zip(y).all(same) {
            return Ok(());
        }
        for (i, (y, y_pred)) in data.ys().iter().zip(y_pred).enumerate() {
            let shape = y_pred.try_shape()?;
            // Predictions that have no row for each sample have none for all of the data either: the loss of the batch says what is wrong.
            if shape.first() != Some(&self.samples) {
                continue;
            }
            let predictions = Tensor::abstract_of(shape.with(0, data.len()), y_pred.dtype());
            self.state
                .loss_of(i)
                .check_targets(y, &predictions)
                .map_err(of_data_set)
                .map_err(|e| match self.state.outputs.len() {
                    0 | 1 => e,
                    _ => e.context(format!("the loss of `{}`", self.state.outputs[i])),
                })?;
        }
        Ok(())
    }

    /// The loss to take the gradients of: multiplied, where the compiled optimizer divides gradients again
    /// ([`Optimizer::scale_loss`](crate::optimizers::Optimizer::scale_loss)).
    pub fn scale_loss(&self, loss: &Tensor) -> Tensor {
        self.state.optimizer.scale_loss(loss)
    }

    /// The gradients of a loss that a tape has recorded, where the loss depends on a parameter.
    pub(super) fn gradients(&self, tape: GradientTape, loss: &Tensor) -> Result<Gradients> {
        match self.parameters.iter().any(|p| p.trainable()) {
            true => tape.gradient_of_connected(loss, &self.parameters[..]),
            // It names the model.
            false => tape.gradient_of_connected(loss, self.model),
        }
    }

    /// Updates the trainable parameters with the compiled optimizer.
    ///
    /// # Errors
    /// After a loss, or with gradients, that are not finite numbers: the parameters then stay as they are. The optimizer's own errors; a
    /// test step.
    pub fn apply(&mut self, gradients: Gradients) -> Result<()> {
        if !self.training {
            return Err(Error::training(
                "a test step does not change parameters; apply gradients in `train_step`",
            ));
        }
        // A scaled loss may be infinite where the loss is not.
        if let Some(loss) = gradients.target()
            && !self.state.optimizer.skips_not_finite()
            && !loss.is_finite_everywhere()
        {
            self.not_finite = Some(loss.to_f64().unwrap_or(f64::NAN));
        }
        if self.rehearsal {
            return Err(Error::training("this step is only looked at"));
        }
        if let Some(value) = self.not_finite {
            return Err(self.not_finite("the loss", value));
        }
        let changed = self.has_changed();
        let done = self.state.optimizer.update(&self.parameters, &gradients);
        if let Err(error) = done {
            if !changed {
                // What an optimizer writes in a step that fails is what was there.
                self.writes = writes(&self.parameters);
            }
            return Err(match error.kind() {
                ErrorKind::NotFinite => self.so_far(error),
                _ => error,
            });
        }
        self.applied = true;
        Ok(())
    }

    fn not_finite(&self, what: &str, value: f64) -> Error {
        self.so_far(Error::new(
            ErrorKind::NotFinite,
            format!("{what} is {value}"),
        ))
    }

    /// With what this step has done to the model.
    fn so_far(&self, error: Error) -> Error {
        match self.has_changed() {
            false => error.hint("this batch changed nothing in the model"),
            true => error,
        }
    }

    /// Adds a number to the mean that the progress bar and the history show under `name`.
    ///
    /// # Errors
    /// The error that the tensor carries; a value that is not a finite number, or not a single one; the name of something else: a compiled
    /// metric, `epoch`, `learning_rate`, `val_..`.
    pub fn report(&mut self, name: &str, value: &Tensor) -> Result<()> {
        let metric = || self.state.tracked.metric_names().any(|n| n == name);
        if let Some(other) = reserved(name).or_else(|| metric().then_some("a compiled metric")) {
            return Err(Error::value(format!(
                "`{name}` is the name of {other}, and a number that is reported under it would take its place or be lost: report it under another name"
            )));
        }
        let number = value.to_f64().map_err(|e| match value.error() {
            None => e.context(format!("`{name}`")),
            Some(_) => e,
        })?;
        if self.training && !number.is_finite() {
            let what = match name {
                "loss" => "the loss".to_string(),
                _ => format!("`{name}`"),
            };
            return Err(self.not_finite(&what, number));
        }
        if self.rehearsal {
            return Ok(());
        }
        self.state.tracked.report(name, number, self.samples as f64);
        Ok(())
    }

    /// Gives targets and predictions to the compiled metrics; the weights of samples to those that are weighted. Metrics that no step of an
    /// epoch is given to are not among its scores.
    ///
    /// # Errors
    /// When they do not fit a metric.
    pub fn update_metrics<Y: Tensors, P: Tensors>(&mut self, y: &Y, y_pred: &P) -> Result<()> {
        if self.rehearsal {
            return Ok(());
        }
        let weight = self.sample_weight.clone();
        nn_core::no_gradient(|| {
            self.state
                .tracked
                .update(&y.leaves(), &y_pred.leaves(), weight.as_ref())
        })
    }
}

/// How often parameters have been written, without buffers, which a step that fails gets back.
fn writes(parameters: &[Parameter<'_>]) -> u64 {
    let trained = parameters.iter().filter(|p| !p.is_buffer());
    trained.map(|p| p.writes()).sum()
}

/// A loss's error with the name of the output it belongs to.
fn name_error(loss: Tensor, output: &str) -> Tensor {
    match loss.error() {
        Some(error) if error.path().is_none() => {
            Tensor::failed(error.clone().context(format!("the loss of `{output}`")))
        }
        _ => loss,
    }
}

const ADDED: &str = "a loss that a layer added";

fn penalty_of(p: &Parameter<'_>) -> String {
    format!("the penalty of `{}`", p.path())
}

/// A loss that is one number, as a scalar, or the error that it is not; `by` says what reduces it, `what` names it.
fn single(loss: Tensor, by: &str, what: impl FnOnce() -> String) -> Tensor {
    match loss.try_shape() {
        Ok(shape) if shape.rank() == 0 => loss,
        Ok(shape) if shape.num_elements() == 1 => loss.reshape([]),
        Ok(shape) => Tensor::failed(Error::shape(format!(
            "{} is of shape {shape}, and training needs a single number: reduce it ({by})",
            what()
        ))),
        Err(_) => loss,
    }
}

/// An error about a row of all targets, with whose row it is.
fn of_data_set(error: Error) -> Error {
    error.with_message(|m| {
        let row = m.find("at row ").map(|at| at + "at row ".len());
        let Some(row) = row else { return m.to_string() };
        let digits = m[row..].bytes().take_while(u8::is_ascii_digit).count();
        let (before, after) = m.split_at(row + digits);
        format!("{before} of the data set{after}")
    })
}

fn plural(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
