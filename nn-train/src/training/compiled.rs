//! A model with an optimizer, losses and metrics: what can be trained, evaluated and saved as a whole.

use crate::data::Batch;
use crate::data::{Dataset, IntoDataset, check_batch_size};
use crate::metrics::Scores;
use crate::optimizers::Optimizer;
use crate::saving;
use crate::training::Model;
use crate::training::State;
use crate::training::Step;
use crate::training::inference::{Inference, Watchers};
use crate::training::not_finite;
use crate::training::predict::{BATCH, Moment, predict};
use crate::training::weights::check_weights;
use nn_core::random::in_step;
use nn_core::{
    Error, ErrorKind, IntoInput, IntoTensors, Param, Result, Tensor, layer, module, trace,
};
use std::fmt;
use std::ops::Deref;
use std::path::Path;

/// A compiled model; it dereferences to the model.
#[must_use]
pub struct Compiled<M> {
    pub(crate) model: M,
    pub(crate) state: State,
}

impl<M: fmt::Debug> fmt::Debug for Compiled<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("model", &self.model)
            .field("optimizer", &self.state.optimizer)
            .field("epoch", &self.state.epoch)
            .finish_non_exhaustive()
    }
}

impl<M> Deref for Compiled<M> {
    type Target = M;
    fn deref(&self) -> &M {
        &self.model
    }
}

impl<M: Model> Compiled<M> {
    pub(crate) fn new(model: M, state: State) -> Compiled<M> {
        Compiled { model, state }
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The model without optimizer, losses and metrics.
    pub fn into_model(self) -> M {
        self.model
    }

    /// The optimizer, to look at or to change its learning rate.
    pub fn optimizer(&mut self) -> &mut dyn Optimizer {
        &mut *self.state.optimizer
    }

    /// Makes the parameters their moving averages, if the optimizer keeps them (`ema`): what a trained model is evaluated and used with.
    /// Keras does it at the end of each `fit`; here a further `fit` goes on from the last values unless this was called.
    ///
    /// ```
    /// use nn::{losses::MeanSquaredError, optimizers::Adam, Compile, Dense, Fit, Model, Module, Sequential, Tensor, Verbose};
    /// let model = Sequential::new().add(Dense::new(1));
    /// let mut model = model.compile(Compile::new(Adam::new(0.1).ema(0.9), MeanSquaredError::new()));
    /// let (x, y) = (Tensor::ones([8, 2]), Tensor::zeros([8, 1]));
    /// model.fit((x, y), Fit::new().epochs(3).verbose(Verbose::Silent))?;
    /// let last = model.parameters()[0].value().to_vec::<f32>()?;
    /// model.finalize()?;
    /// assert_ne!(model.parameters()[0].value().to_vec::<f32>()?, last);
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a parameter does not take the value.
    pub fn finalize(&mut self) -> Result<()> {
        let parameters = module::parameters(&self.model);
        self.state.optimizer.finalize(&parameters)
    }

    /// Epochs trained so far, over all calls of `fit`.
    pub fn epochs_trained(&self) -> u64 {
        self.state.epoch
    }

    /// Traces the model on batches of the data's shapes, which builds it, and fits losses and metrics to its outputs.
    pub(crate) fn prepare(&mut self, data: &Dataset, batch_size: usize) -> Result<()> {
        let traced = |batch| {
            let inputs = data.xs().iter().map(|x| {
                let shape = x.shape().with(0, batch);
                Tensor::abstract_of(shape, x.dtype())
            });
            trace::trace_on(&self.model, inputs.collect())
        };
        // A `call` may count its batch. Where that does not help, the mistake is told as one of any batch, if it is one.
        let graph = traced(batch_size.min(data.len()))
            .map_err(|error| traced(nn_core::UNKNOWN).err().unwrap_or(error))?;
        self.state.bind(graph.output_names())
    }

    /// Losses and metrics on data, in inference.
    ///
    /// # Errors
    /// Mistakes in the data or the shapes; an empty data set.
    pub fn evaluate(&mut self, data: impl IntoDataset) -> Result<Scores> {
        self.evaluate_batched(data, BATCH)
    }

    /// As [`Compiled::evaluate`], in batches of the given size.
    ///
    /// # Errors
    /// As [`Compiled::evaluate`]; a batch size of 0.
    pub fn evaluate_batched(
        &mut self,
        data: impl IntoDataset,
        batch_size: usize,
    ) -> Result<Scores> {
        self.evaluate_with(data, Inference::new().batch_size(batch_size))
    }

    /// As [`Compiled::evaluate`], in batches of a size and with callbacks, whose [`Run::stop`](crate::callbacks::Run::stop) ends it after a batch: the
    /// scores are then those so far.
    ///
    /// ```
    /// use nn::{callbacks::LambdaCallback, losses::MeanSquaredError, optimizers::SGD, Compile, Dense, Inference, Model, Sequential, Tensor};
    /// let model = Sequential::new().add(Dense::new(1));
    /// let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    /// let mut losses = Vec::new();
    /// let callback = LambdaCallback::default().on_test_batch_end(|_batch, so_far, _run| {
    ///     losses.push(so_far["loss"]);
    ///     Ok(())
    /// });
    /// let (x, y) = (Tensor::ones([5, 2]), Tensor::ones([5, 1]));
    /// let scores = model.evaluate_with((x, y), Inference::new().batch_size(2).callback(callback))?;
    /// assert_eq!(losses.len(), 3);
    /// assert_eq!(losses.last(), scores.get("loss").as_ref());
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Compiled::evaluate`]; a batch size of 0; what a callback says. Callbacks are told the end in any case.
    pub fn evaluate_with(
        &mut self,
        data: impl IntoDataset,
        inference: Inference<'_>,
    ) -> Result<Scores> {
        let batch_size = inference.batch_size;
        check_batch_size(batch_size)?;
        let data = data.into_dataset()?;
        if data.is_empty() {
            return Err(Error::value(
                "the data set is empty: there is nothing to evaluate",
            ));
        }
        self.prepare(&data, batch_size)?;
        check_weights(&data)?;
        self.state.tracked.reset();
        let mut watchers = Watchers::new(inference.callbacks);
        let done = self.evaluate_batches(&data, batch_size, &mut watchers);
        let scores = self.state.tracked.scores();
        watchers.end(&self.model, &mut self.state, done, |c, run| {
            c.on_test_end(&scores, run)
        })?;
        Ok(scores)
    }

    /// Evaluates batch by batch, until the end or until a callback asks for it.
    fn evaluate_batches(
        &mut self,
        data: &Dataset,
        batch_size: usize,
        watchers: &mut Watchers<'_>,
    ) -> Result<()> {
        watchers.begin(&self.model, &mut self.state, |c, run| c.on_test_begin(run))?;
        for (index, batch) in data.batches(batch_size).datasets().enumerate() {
            watchers.tell(&self.model, &mut self.state, |c, run| {
                c.on_test_batch_begin(index, run)
            })?;
            self.evaluate_batch(data, index, &batch)?;
            if watchers.is_empty() {
                continue;
            }
            let so_far = self.state.tracked.scores();
            watchers.tell(&self.model, &mut self.state, |c, run| {
                c.on_test_batch_end(index, &so_far, run)
            })?;
            if watchers.stop {
                break;
            }
        }
        Ok(())
    }

    /// Evaluates the batch of a number, from 0; before the first, all targets of the data are looked at.
    pub(super) fn evaluate_batch(
        &mut self,
        data: &Dataset,
        index: usize,
        batch: &Dataset,
    ) -> Result<()> {
        let whole = (index == 0).then_some(data);
        self.test(batch.clone().into(), whole).map_err(|e| {
            let fails = |&row: &usize| self.test(batch.rows(row, row + 1).into(), None).is_err();
            let e = batch.place().name(e, batch.len(), fails);
            e.context(format!("batch {} of the evaluation", index + 1))
        })
    }

    /// One step of an evaluation; with `whole`, the data that the batch is of, all of its targets are looked at.
    pub(crate) fn test(&mut self, batch: Batch, whole: Option<&Dataset>) -> Result<()> {
        batch.check()?;
        let step = Step::new(&self.model, &mut self.state, false, &batch);
        let mut step = step.first_of(whole, &batch);
        layer::catch_unanswered(|| self.model.test_step(&mut step, batch.clone()))?
    }

    /// One training step; with `whole`, the data that the batch is of, all of its targets are looked at. If it fails before parameters
    /// have changed, buffers and the states of stateful layers too have the values from before.
    pub(crate) fn step(&mut self, batch: Batch, whole: Option<&Dataset>) -> Result<()> {
        batch.check()?;
        let (mut values, mut carried) = (Vec::new(), Vec::new());
        module::each_node(&self.model, &mut |node| {
            if let Some(p) = node.as_param()
                && p.is_buffer()
                && p.is_built()
            {
                values.push((p, p.value()));
            }
            if let Some(tensors) = node.carried() {
                carried.push((node, tensors));
            }
        });
        let (number, stream) = (self.state.step, self.state.step_stream());
        let (done, changed) = in_step(number, stream, || {
            let step = Step::new(&self.model, &mut self.state, true, &batch);
            let mut step = step.first_of(whole, &batch);
            let done = layer::catch_unanswered(|| self.model.train_step(&mut step, batch.clone()));
            (done.and_then(|done| done), step.has_changed())
        });
        let made = u64::from(changed || done.is_ok());
        self.state.step = self.state.step.wrapping_add(made);
        let Err(error) = done else { return Ok(()) };
        if changed {
            return Err(error.hint(
                "this came after the update of the batch, which stays: what can fail belongs before `apply` and whatever else writes parameters",
            ));
        }
        let restore = |values: &[(&Param, Tensor)]| {
            for (node, tensors) in &carried {
                node.carry(tensors.clone());
            }
            values.iter().try_for_each(|(p, value)| p.set_value(value))
        };
        restore(&values)?;
        if error.kind() != ErrorKind::NotFinite {
            return Err(error);
        }
        // A step of one's own that is run again may come to where it writes parameters itself.
        module::each_param(&self.model, &mut |p| {
            if !p.is_buffer() && p.is_built() {
                values.push((p, p.value()));
            }
        });
        let place = in_step(number, stream, || {
            not_finite::place(&self.model, &mut self.state, &batch)
        });
        restore(&values)?;
        Err(match place {
            Some(place) => error.hint(place),
            None => error,
        })
    }

    /// The outputs for inputs, in inference, computed in batches; without masks.
    ///
    /// # Errors
    /// Mistakes in the shapes, with the layer's path; inputs of different numbers of rows.
    pub fn predict(&self, x: impl IntoInput<M::Input>) -> Result<M::Output> {
        self.predict_batched(x, BATCH)
    }

    /// As [`Compiled::predict`], in batches of the given size.
    ///
    /// # Errors
    /// As [`Compiled::predict`]; a batch size of 0.
    pub fn predict_batched(
        &self,
        x: impl IntoInput<M::Input>,
        batch_size: usize,
    ) -> Result<M::Output> {
        predict(&self.model, x.into_input(), batch_size, None)
    }

    /// As [`Compiled::predict`], in batches of a size and with callbacks, whose [`Run::stop`](crate::callbacks::Run::stop) ends it after a batch: the
    /// outputs are then those so far.
    ///
    /// ```
    /// use nn::{callbacks::LambdaCallback, losses::MeanSquaredError, optimizers::SGD, Compile, Dense, Inference, Model, Sequential, Tensor};
    /// let model = Sequential::new().add(Dense::new(1));
    /// let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    /// let mut rows = Vec::new();
    /// let callback = LambdaCallback::default().on_predict_batch_end(|_batch, outputs, _run| {
    ///     rows.push(outputs[0].shape()[0]);
    ///     Ok(())
    /// });
    /// let y = model.predict_with(Tensor::ones([5, 2]), Inference::new().batch_size(2).callback(callback))?;
    /// assert_eq!((y.shape()[0], rows), (5, vec![2, 2, 1]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Compiled::predict`]; a batch size of 0; what a callback says. Callbacks are told the end in any case.
    pub fn predict_with(
        &mut self,
        x: impl IntoInput<M::Input>,
        inference: Inference<'_>,
    ) -> Result<M::Output> {
        check_batch_size(inference.batch_size)?;
        let (model, state) = (&self.model, &mut self.state);
        let mut watchers = Watchers::new(inference.callbacks);
        let begun = watchers.begin(model, state, |c, run| c.on_predict_begin(run));
        let output = begun.and_then(|()| {
            let mut tell = |moment: Moment<'_>| {
                watchers.tell(model, state, |c, run| match moment {
                    Moment::Before(batch) => c.on_predict_batch_begin(batch, run),
                    Moment::After(batch, outputs) => c.on_predict_batch_end(batch, outputs, run),
                })?;
                Ok(!watchers.stop)
            };
            predict(model, x.into_input(), inference.batch_size, Some(&mut tell))
        });
        watchers.end(model, state, output, |c, run| c.on_predict_end(run))
    }

    /// One training step on one batch; the loss and metrics of this batch.
    ///
    /// # Errors
    /// As [`Compiled::fit`].
    pub fn train_on_batch(&mut self, x: impl IntoTensors, y: impl IntoTensors) -> Result<Scores> {
        let data = self.bound(x, y)?;
        // A place in an epoch that a file says is left by this.
        self.state.resume.leave();
        self.step(data.into(), None)?;
        Ok(self.state.tracked.scores())
    }

    /// Loss and metrics on one batch, in inference.
    ///
    /// # Errors
    /// As [`Compiled::evaluate`].
    pub fn test_on_batch(&mut self, x: impl IntoTensors, y: impl IntoTensors) -> Result<Scores> {
        let data = self.bound(x, y)?;
        self.test(data.into(), None)?;
        Ok(self.state.tracked.scores())
    }

    /// The outputs for one batch, in inference.
    ///
    /// # Errors
    /// As [`Compiled::predict`].
    pub fn predict_on_batch(&self, x: impl IntoInput<M::Input>) -> Result<M::Output> {
        self.predict_batched(x, usize::MAX)
    }

    /// A batch as data; the first one traces the model.
    pub(crate) fn bound(&mut self, x: impl IntoTensors, y: impl IntoTensors) -> Result<Dataset> {
        let data = Dataset::new(x, y)?;
        if data.is_empty() {
            return Err(Error::value("the batch is empty"));
        }
        if self.state.outputs.is_empty() {
            self.state.check()?;
            self.prepare(&data, data.len())?;
        }
        self.state.tracked.reset();
        Ok(data)
    }

    /// Saves everything in one file: parameters, buffers, the layers' configuration, optimizer, losses, metrics, epoch and seed, so
    /// that training goes on from it to the bit.
    ///
    /// A loss, metric, optimizer or schedule is written as the name of its type and its settings. One of your own is saved whether it is known by
    /// that name or not, and [`Compiled::load`] finds it in a program that makes it known with [`register!`](crate::register), as
    /// `custom_objects` do for Keras. Without that, [`Model::load_model`] and [`Model::load_weights`] read all but the training.
    ///
    /// # Errors
    /// As [`Model::save_model`]; a setting of the training that would not come back as it is; a closure among losses and metrics, which has no
    /// name: a `fn` has one.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        saving::save(&self.model, Some(&self.state), path.as_ref())
    }

    /// Rebuilds what [`Compiled::save`] wrote, without `new` and without `compile`.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, of another model, or saved without being compiled; when a class of the training is not known here,
    /// with the line that makes it known.
    pub fn load(path: impl AsRef<Path>) -> Result<Compiled<M>> {
        let (model, state) = saving::load_compiled(path.as_ref())?;
        Ok(Compiled { model, state })
    }
}
