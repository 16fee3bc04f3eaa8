//! What a training or test step works with: [`Step`].

use crate::data::Batch;
use crate::training::State;
use nn_core::layer;
use nn_core::module::{self, Parameter};
use nn_core::{Error, ErrorKind, Gradients, IntoInput, Layer, Result, Tensor, Tensors};
use nn_layers::collect_losses;

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
    state: &'a mut State,
    training: bool,
    samples: usize,
    sample_weight: Option<Tensor>,
    /// What layers added to the loss in the forward pass.
    added: Vec<Tensor>,
    /// A loss that is not a number: nothing is applied after it.
    not_finite: Option<f64>,
}

impl<'a, M: Layer> Step<'a, M> {
    pub(crate) fn new(
        model: &'a M,
        state: &'a mut State,
        training: bool,
        batch: &Batch,
    ) -> Step<'a, M> {
        Step {
            model,
            state,
            training,
            samples: batch.len(),
            sample_weight: batch.sample_weight.clone(),
            added: Vec::new(),
            not_finite: None,
        }
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
        let (output, added) = collect_losses(|| layer::call(self.model, input, self.training));
        self.added = added;
        output
    }

    /// The total loss: each output's compiled loss times its weight, plus what layers added
    /// ([`nn_layers::add_loss`]) and the penalties of regularized parameters. A scalar; a mistake (shapes, labels) rides along in it.
    pub fn loss<Y: Tensors, P: Tensors>(&mut self, y: &Y, y_pred: &P) -> Tensor {
        let total = self.total_loss(&y.leaves(), &y_pred.leaves());
        if let Ok(value) = total.to_f64() {
            self.not_finite = (!value.is_finite()).then_some(value);
        }
        total
    }

    fn total_loss(&mut self, y: &[&Tensor], y_pred: &[&Tensor]) -> Tensor {
        if y.len() != y_pred.len() {
            return Tensor::failed(Error::value(format!(
                "the model has {} ({}) and the data {}; give one target tensor for each output",
                plural(y_pred.len(), "output"),
                self.state.outputs.join(", "),
                plural(y.len(), "target"),
            )));
        }
        let mut total: Option<Tensor> = None;
        for (i, (y, y_pred)) in y.iter().zip(y_pred).enumerate() {
            let loss = self
                .state
                .loss_of(i)
                .weighted(y, y_pred, self.sample_weight.as_ref());
            let loss = match self.state.outputs.get(i) {
                Some(name) => name_error(loss, name),
                None => loss,
            };
            if let (Some(name), Ok(value)) = (self.state.loss_names.get(i), loss.to_f64()) {
                self.state.tracked.report(name, value, self.samples as f64);
            }
            let weight = self.state.loss_weight(i);
            let loss = if weight == 1.0 { loss } else { loss * weight };
            total = Some(match total {
                Some(total) => total + loss,
                None => loss,
            });
        }
        let mut total = match total {
            Some(total) => total,
            None => {
                return Tensor::failed(Error::value(
                    "the model has no outputs to compute a loss of",
                ));
            }
        };
        for added in std::mem::take(&mut self.added) {
            total = total + added;
        }
        module::walk(self.model, &mut |_, node| {
            if let Some(p) = node.as_param()
                && let Some(regularizer) = p.get_regularizer()
                && p.is_built()
            {
                total = &total + regularizer.penalty(&p.value());
            }
        });
        total
    }

    /// Updates the trainable parameters with the compiled optimizer.
    ///
    /// # Errors
    /// After a loss that is not a finite number: the parameters then stay as they are. The optimizer's own errors; a test step.
    pub fn apply(&mut self, gradients: Gradients) -> Result<()> {
        if !self.training {
            return Err(Error::training(
                "a test step does not change parameters; apply gradients in `train_step`",
            ));
        }
        self.check_finite()?;
        let parameters: Vec<Parameter<'_>> = module::parameters(self.model);
        self.state.optimizer.update(&parameters, &gradients)
    }

    fn check_finite(&self) -> Result<()> {
        match self.not_finite {
            Some(value) => Err(not_finite("the loss", value)),
            None => Ok(()),
        }
    }

    /// Adds a number to the mean that the progress bar and the history show under `name`.
    ///
    /// # Errors
    /// The error that the tensor carries; a value that is not a finite number, or not a single one.
    pub fn report(&mut self, name: &str, value: &Tensor) -> Result<()> {
        let number = value.to_f64()?;
        if self.training && !number.is_finite() {
            return Err(not_finite(&format!("`{name}`"), number));
        }
        self.state.tracked.report(name, number, self.samples as f64);
        Ok(())
    }

    /// Gives targets and predictions to the compiled metrics.
    ///
    /// # Errors
    /// When they do not fit a metric.
    pub fn update_metrics<Y: Tensors, P: Tensors>(&mut self, y: &Y, y_pred: &P) -> Result<()> {
        let weight = self.sample_weight.clone();
        nn_core::no_gradient(|| {
            self.state
                .tracked
                .update(&y.leaves(), &y_pred.leaves(), weight.as_ref())
        })
    }
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

fn not_finite(what: &str, value: f64) -> Error {
    Error::new(
        ErrorKind::NotFinite,
        format!("{what} is {value}, and this batch changed nothing in the model"),
    )
}

fn plural(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
