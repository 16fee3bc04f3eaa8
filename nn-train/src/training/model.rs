//! The model: a layer that can be compiled, trained and inspected.

use crate::data::Batch;
use crate::inspect::Summary;
use crate::inspect::plot;
use crate::metrics::Scores;
use crate::saving;
use crate::training::Compile;
use crate::training::Compiled;
use crate::training::History;
use crate::training::State;
use crate::training::Step;
use crate::training::predict::{BATCH, predict};
use nn_core::{GradientTape, Graph, InputShapes, IntoInput, Layer, Result, Tensor, Tensors, trace};
use std::path::Path;

/// Never implemented: why a model that is not compiled has no `fit`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not compiled: it has no optimizer and no loss to train and evaluate with",
    label = "call `compile` first",
    note = "`let mut model = model.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));` makes one that has `fit` and `evaluate`"
)]
pub trait IsCompiled {}

/// What `#[derive(Model)]` and `#[model]` make of a struct: a layer with `compile`, `summary`, `save` and their kin.
///
/// [`Model::train_step`], [`Model::test_step`] and [`Model::compute_loss`] may be overridden in the `#[model] impl`.
///
/// Keras's `model.get_weights()` and `model.set_weights(..)` are `nn::keras::get_weights(&model)` and `nn::keras::set_weights(&model, &weights)`.
pub trait Model: Layer {
    /// What `fit` does with one batch: forward pass, loss, gradients, update, metrics.
    ///
    /// # Errors
    /// Whatever goes wrong in the step; `fit` adds which batch it was.
    fn train_step(&self, step: &mut Step<'_, Self>, batch: Batch) -> Result<()> {
        default_train_step(self, step, batch)
    }

    /// What `evaluate` does with one batch: forward pass in inference, loss, metrics.
    ///
    /// # Errors
    /// Whatever goes wrong in the step.
    fn test_step(&self, step: &mut Step<'_, Self>, batch: Batch) -> Result<()> {
        default_test_step(self, step, batch)
    }

    /// The total loss of a batch: by default [`Step::loss`].
    ///
    /// In a `#[model] impl` it takes batch and predictions as what they are, in place of `&Batch` and `&Self::Output`:
    ///
    /// ```
    /// use nn::prelude::*;
    /// #[model]
    /// struct Weighted {
    ///     output: Dense,
    /// }
    /// #[model]
    /// impl Weighted {
    ///     fn call(&self, x: Tensor) -> Tensor {
    ///         self.output(x)
    ///     }
    ///
    ///     fn compute_loss(&self, step: &mut Step<'_, Self>, (_, y): (Tensor, Tensor), y_pred: Tensor) -> Tensor {
    ///         step.loss(&y, &y_pred) + (y - y_pred).abs().max() * 0.1
    ///     }
    /// }
    /// let model = Weighted { output: Dense::new(1) };
    /// let mut model = model.compile(Compile::new(SGD::new(0.01), MeanSquaredError::new()));
    /// let (x, y) = (Tensor::ones([8, 2]), Tensor::zeros([8, 1]));
    /// let history = model.fit((x, y), Fit::new().epochs(3).verbose(Verbose::Silent))?;
    /// assert!(history["loss"][2] < history["loss"][0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    fn compute_loss(
        &self,
        step: &mut Step<'_, Self>,
        batch: &Batch,
        y_pred: &Self::Output,
    ) -> Tensor {
        step.loss(&batch.y, y_pred)
    }

    /// Whether the steps are other than the default ones, or may be: then anything may be among the scores that they report.
    #[doc(hidden)]
    fn has_own_steps(&self) -> bool {
        true
    }

    /// The outputs for inputs, in inference, computed in batches of 256 rows. A model that is not built is built by the first batch.
    ///
    /// # Errors
    /// Mistakes in the shapes, with the layer's path; inputs of different numbers of rows.
    fn predict(&self, x: impl IntoInput<Self::Input>) -> Result<Self::Output> {
        predict(self, x.into_input(), BATCH, None)
    }

    /// Does not compile: [`Compiled::fit`] is what trains a model.
    #[doc(hidden)]
    fn fit(&self, _data: impl Sized, _fit: impl Sized) -> Result<History>
    where
        Self: IsCompiled,
    {
        unreachable!("no model is compiled as it is")
    }

    /// Does not compile: [`Compiled::evaluate`] is what evaluates a model.
    #[doc(hidden)]
    fn evaluate(&self, _data: impl Sized) -> Result<Scores>
    where
        Self: IsCompiled,
    {
        unreachable!("no model is compiled as it is")
    }

    /// With an optimizer, losses and metrics, ready for `fit`.
    fn compile(self, compile: Compile) -> Compiled<Self> {
        Compiled::new(self, State::new(compile))
    }

    /// Keras's table of layers, output shapes and parameter counts, from a trace of `call` on inputs of the given shapes (without
    /// the batch). It builds the model.
    ///
    /// # Errors
    /// The first mistake in the shapes, with the layer's path.
    fn summary(&self, input: impl InputShapes) -> Result<Summary> {
        Ok(Summary::new(self, trace::trace(self, input)?))
    }

    /// The program that `call` is on inputs of the given shapes (without the batch), in inference: every operation with its settings, the
    /// layer and the line it stands in. It prints as text, runs again ([`Graph::replay`]) and says what it costs ([`Graph::cost`]).
    /// It builds the model.
    ///
    /// # Errors
    /// As [`Model::summary`].
    fn trace(&self, input: impl InputShapes) -> Result<Graph> {
        trace::trace(self, input)
    }

    /// As [`Model::trace`], in training: with dropout, the statistics of the batch, and what is written into buffers.
    ///
    /// # Errors
    /// As [`Model::summary`].
    fn trace_training(&self, input: impl InputShapes) -> Result<Graph> {
        trace::trace_training(self, input)
    }

    /// Draws the graph of layers and operations as traced: `.svg`, `.dot` or `.mmd` (Mermaid) by the path's ending.
    ///
    /// # Errors
    /// As [`Model::summary`]; an unknown ending; a file that cannot be written.
    fn plot(&self, path: impl AsRef<Path>, input: impl InputShapes) -> Result<()> {
        plot::write(self, &trace::trace(self, input)?, path.as_ref())
    }

    /// Saves parameters, buffers and the layers' configuration in one file; [`Compiled::save`] adds the state of training.
    ///
    /// The file is written beside its final name and renamed; a symbolic link is followed, and a file that is there keeps its mode.
    ///
    /// # Errors
    /// When a parameter is not built yet; the configuration could not be loaded again (a value that JSON cannot hold, two parameters of one path,
    /// more than 1000 levels of nesting); the path is a folder, a device or a pipe; the file cannot be written. A file from before then stays as it
    /// was.
    fn save_model(&self, path: impl AsRef<Path>) -> Result<()> {
        saving::save(self, None, path.as_ref())
    }

    /// Rebuilds a saved model, without `new`: architecture, parameters, frozen layers.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or is of another model.
    fn load_model(path: impl AsRef<Path>) -> Result<Self> {
        saving::load_model(path.as_ref())
    }

    /// Saves what [`Model::load_weights`] reads. The file is that of [`Model::save_model`], so that [`Model::load_model`] reads it too; in Keras these
    /// are two files.
    ///
    /// ```
    /// use nn::prelude::*;
    /// let model = Sequential::new().add(Dense::new(2));
    /// model.build([3])?;
    /// let path = std::env::temp_dir().join(format!("weights-{}.safetensors", std::process::id()));
    /// model.save_weights(&path)?;
    ///
    /// let other = Sequential::new().add(Dense::new(2));
    /// other.build([3])?;
    /// other.load_weights(&path)?;
    /// # std::fs::remove_file(&path).unwrap();
    /// let x = Tensor::ones([1, 3]);
    /// assert_eq!(other.forward(&x).to_vec::<f32>()?, model.forward(&x).to_vec::<f32>()?);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Model::save_model`].
    fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        self.save_model(path)
    }

    /// Replaces all parameters and buffers by those of a file; strict: every one must be there with its shape, and nothing else.
    ///
    /// # Errors
    /// A model that is not built yet: [`Layer::build`] gives it the shapes to compare with. All differences at once; a file that cannot be read or is
    /// damaged. The model then stays as it was.
    fn load_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        saving::load_weights(self, path.as_ref())
    }

    /// Replaces the parameters and buffers that a file has with the same path and shape, and reports the rest.
    ///
    /// # Errors
    /// When the model is not built yet, or the file cannot be read or is damaged.
    fn load_weights_partial(&self, path: impl AsRef<Path>) -> Result<saving::LoadReport> {
        saving::load_weights_partial(self, path.as_ref())
    }
}

/// The default steps under the names that `#[model] impl` gives overridden ones: an inherent method wins over these.
#[doc(hidden)]
pub trait DefaultSteps: Model {
    fn __train_step(&self, step: &mut Step<'_, Self>, batch: Batch) -> Result<()> {
        default_train_step(self, step, batch)
    }

    fn __test_step(&self, step: &mut Step<'_, Self>, batch: Batch) -> Result<()> {
        default_test_step(self, step, batch)
    }

    fn __compute_loss(
        &self,
        step: &mut Step<'_, Self>,
        batch: &Batch,
        y_pred: &Self::Output,
    ) -> Tensor {
        step.loss(&batch.y, y_pred)
    }

    fn __has_own_train_step(&self) -> bool {
        false
    }

    fn __has_own_test_step(&self) -> bool {
        false
    }

    fn __has_own_compute_loss(&self) -> bool {
        false
    }
}

impl<M: Model> DefaultSteps for M {}

fn default_train_step<M: Model>(model: &M, step: &mut Step<'_, M>, batch: Batch) -> Result<()> {
    let tape = GradientTape::new();
    let y_pred = step.forward_batch(&batch);
    let loss = model.compute_loss(step, &batch, &y_pred);
    // A parameter that this batch's loss does not depend on keeps its value, as in Keras.
    let gradients = step.gradients(tape, &step.scale_loss(&loss))?;
    // What can fail comes before the update, which is then the last word.
    step.report("loss", &loss)?;
    step.update_metrics(&batch.y, &y_pred)?;
    step.apply(gradients)
}

fn default_test_step<M: Model>(model: &M, step: &mut Step<'_, M>, batch: Batch) -> Result<()> {
    let y_pred = step.forward_batch(&batch);
    let loss = model.compute_loss(step, &batch, &y_pred);
    step.report("loss", &loss)?;
    step.update_metrics(&batch.y, &y_pred)
}

impl Model for nn_layers::Sequential {
    fn has_own_steps(&self) -> bool {
        false
    }
}

impl<I: Tensors, O: Tensors> Model for nn_layers::Functional<I, O> {
    fn has_own_steps(&self) -> bool {
        false
    }
}
