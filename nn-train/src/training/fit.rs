//! How to train: the settings of `fit`, and its loop.

use crate::callbacks::{Callback, LambdaCallback, Run};
use crate::data::Batch;
use crate::data::{Dataset, IntoDataset};
use crate::training::Compiled;
use crate::training::History;
use crate::training::Model;
use crate::training::Scores;
use crate::training::Step;
use crate::training::progress::{Progress, Verbose};
use nn_core::random::{permutation, with_stream};
use nn_core::{Error, ErrorKind, Result, Tensor, Tensors, layer, module, trace};
use std::collections::BTreeMap;

/// The settings of `fit`, Keras's names and defaults.
///
/// ```
/// use nn_train::Fit;
/// let fit = Fit::new().epochs(5).batch_size(64);
/// ```
pub struct Fit<'a> {
    batch_size: usize,
    epochs: usize,
    shuffle: bool,
    verbose: Verbose,
    validation_data: Option<Result<Dataset>>,
    validation_split: f64,
    class_weight: BTreeMap<i64, f64>,
    prefetch: usize,
    callbacks: Vec<Box<dyn Callback + 'a>>,
}

impl Default for Fit<'_> {
    fn default() -> Self {
        Fit::new()
    }
}

impl<'a> Fit<'a> {
    /// One epoch in batches of 32, shuffled, with a progress bar on a terminal and lines elsewhere.
    pub fn new() -> Fit<'a> {
        Fit {
            batch_size: 32,
            epochs: 1,
            shuffle: true,
            verbose: Verbose::Auto,
            validation_data: None,
            validation_split: 0.0,
            class_weight: BTreeMap::new(),
            prefetch: 0,
            callbacks: Vec::new(),
        }
    }

    /// Samples in a training step.
    #[must_use]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// How often to go through the data.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Whether every epoch has its own random order (the default) or the data's.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// How progress is shown.
    #[must_use]
    pub fn verbose(mut self, verbose: Verbose) -> Self {
        self.verbose = verbose;
        self
    }

    /// Data to evaluate on after every epoch, under names that begin with `val_`.
    #[must_use]
    pub fn validation_data(mut self, data: impl IntoDataset) -> Self {
        self.validation_data = Some(data.into_dataset());
        self
    }

    /// The fraction of the data, its last rows, to evaluate on instead of training with.
    #[must_use]
    pub fn validation_split(mut self, fraction: f64) -> Self {
        self.validation_split = fraction;
        self
    }

    /// The weight of the samples of each class (integer labels); 1 for classes not named.
    #[must_use]
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.class_weight = weights.into_iter().collect();
        self
    }

    /// Prepares up to so many batches ahead on another thread; 0, the default, prepares them when they are needed.
    #[must_use]
    pub fn prefetch(mut self, ahead: usize) -> Self {
        self.prefetch = ahead;
        self
    }

    /// Calls back at the beginning and end of training and epochs and after every batch. By `&mut` to look at it afterwards.
    #[must_use]
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// A function after every epoch: of its number, counted from 0, its scores, and the run.
    ///
    /// ```
    /// # use nn_train::Fit;
    /// let fit = Fit::new().on_epoch_end(|epoch, scores, run| {
    ///     if epoch > 1 && scores.get("loss") < Some(0.1) {
    ///         run.stop();
    ///     }
    ///     Ok(())
    /// });
    /// # drop(fit);
    /// ```
    #[must_use]
    pub fn on_epoch_end(
        self,
        f: impl FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()> + 'a,
    ) -> Self {
        self.callback(LambdaCallback::new(f))
    }

    /// Checks the settings and gives training and validation data.
    fn prepare(&mut self, data: Dataset) -> Result<(Dataset, Option<Dataset>)> {
        check_batch_size(self.batch_size)?;
        if self.epochs == 0 {
            return Err(Error::value(
                "`epochs` is 0, which trains nothing; use at least 1",
            ));
        }
        if data.is_empty() {
            return Err(Error::value(
                "the data set is empty: there is nothing to train on",
            ));
        }
        if !(0.0..1.0).contains(&self.validation_split) {
            return Err(Error::value(format!(
                "`validation_split` is {}; it is the fraction of rows to evaluate on, from 0 to below 1",
                self.validation_split
            )));
        }
        let validation = self.validation_data.take().transpose();
        let validation = validation.map_err(|e| e.context("the validation data"))?;
        let (data, validation) = match validation {
            None if self.validation_split > 0.0 => {
                let cut = (data.len() as f64 * (1.0 - self.validation_split)).floor() as usize;
                let (train, held_out) = (data.rows(0, cut), data.rows(cut, data.len()));
                if train.is_empty() || held_out.is_empty() {
                    return Err(Error::value(format!(
                        "`validation_split` {} of {} rows leaves {} to train on and {} to evaluate on; both need at least 1",
                        self.validation_split,
                        data.len(),
                        train.len(),
                        held_out.len()
                    )));
                }
                (train, Some(held_out))
            }
            given => (data, given),
        };
        if validation.as_ref().is_some_and(Dataset::is_empty) {
            return Err(Error::value("the validation data set is empty"));
        }
        let data = weigh_classes(data, &self.class_weight)?;
        Ok((data, validation))
    }
}

pub(crate) fn check_batch_size(batch_size: usize) -> Result<()> {
    match batch_size {
        0 => Err(Error::value("`batch_size` is 0; use at least 1")),
        _ => Ok(()),
    }
}

/// The data with the weights of its samples' classes multiplied in.
fn weigh_classes(data: Dataset, weights: &BTreeMap<i64, f64>) -> Result<Dataset> {
    if weights.is_empty() {
        return Ok(data);
    }
    let labels = data.y().ok()?;
    if data.ys().len() != 1 || labels.len() != data.len() || labels.dtype().is_float() {
        return Err(Error::value(format!(
            "`class_weight` needs one integer label a sample; the targets are {} of shape {}",
            labels.dtype(),
            labels.shape()
        )));
    }
    let labels = labels.cast(nn_core::DType::I64);
    let weight = |class: &i64| weights.get(class).copied().unwrap_or(1.0) as f32;
    let classes: Vec<f32> = labels.data::<i64>().iter().map(weight).collect();
    let mut total = Tensor::from(classes);
    if let Some(own) = data.weights() {
        total = total * own;
    }
    data.with_weights(total)
}

impl<M: Model> Compiled<M> {
    /// Trains the model.
    ///
    /// `call` is traced first, so that shape mistakes come out before any data is touched. Every epoch goes through the data in an
    /// order of its own. It can be called again, and goes on where it stopped.
    ///
    /// # Errors
    /// Mistakes in the settings, the data or the shapes; a model with nothing to train; a loss that is not a finite number, with the
    /// batch and the first layer at fault: the model then has the values from before that batch.
    pub fn fit(&mut self, data: impl IntoDataset, mut fit: Fit<'_>) -> Result<History> {
        let (data, validation) = fit.prepare(data.into_dataset()?)?;
        self.prepare(&data)?;
        self.check_trainable()?;
        let mut callbacks = std::mem::take(&mut fit.callbacks);
        let mut history = History::new();
        let mut progress = Progress::new(fit.verbose, fit.epochs);
        let mut stop = false;
        for c in &mut callbacks {
            c.on_train_begin(&mut self.run(&mut stop))?;
        }
        for epoch in 0..fit.epochs {
            for c in &mut callbacks {
                c.on_epoch_begin(epoch, &mut self.run(&mut stop))?;
            }
            let trained = self.epoch(&data, &fit, epoch, &mut callbacks, &mut progress, &mut stop);
            let mut scores = match trained {
                Ok(scores) => scores,
                Err(error) => {
                    progress.abandon();
                    let mut run = self.run(&mut stop);
                    if callbacks
                        .iter_mut()
                        .any(|c| c.on_not_finite(&error, &mut run))
                    {
                        stop = true;
                        break;
                    }
                    return Err(error);
                }
            };
            if let Some(validation) = &validation {
                let found = self.evaluate_batches(validation, fit.batch_size)?;
                found
                    .iter()
                    .for_each(|(name, v)| scores.set(&format!("val_{name}"), v));
            }
            self.state.epoch += 1;
            for c in &mut callbacks {
                c.on_epoch_end(epoch, &mut scores, &mut self.run(&mut stop))?;
            }
            progress.end_epoch(&scores);
            history.push(&scores);
            if stop {
                break;
            }
        }
        for c in &mut callbacks {
            c.on_train_end(&mut self.run(&mut stop))?;
        }
        Ok(history)
    }

    fn run<'r>(&'r mut self, stop: &'r mut bool) -> Run<'r> {
        Run::new(&self.model, &mut self.state, stop)
    }

    /// One pass over the training data.
    fn epoch(
        &mut self,
        data: &Dataset,
        fit: &Fit<'_>,
        epoch: usize,
        callbacks: &mut [Box<dyn Callback + '_>],
        progress: &mut Progress,
        stop: &mut bool,
    ) -> Result<Scores> {
        self.state.tracked.reset();
        let mut batches = data.batches(fit.batch_size).prefetch(fit.prefetch);
        let count = batches.count_batches();
        if fit.shuffle {
            batches = batches.in_order(with_stream(self.state.epoch_stream(), || {
                permutation(data.len())
            }));
        }
        progress.begin_epoch(epoch, count);
        for (index, batch) in batches.datasets().enumerate() {
            self.step(batch.clone().into()).map_err(|e| {
                let fails = |&row: &usize| self.test(batch.rows(row, row + 1).into()).is_err();
                batch.place().name(e, batch.len(), fails).context(format!(
                    "epoch {}, batch {} of {count}",
                    epoch + 1,
                    index + 1
                ))
            })?;
            progress.batch(index + 1, || self.state.tracked.scores());
            if !callbacks.is_empty() {
                let scores = self.state.tracked.scores();
                for c in callbacks.iter_mut() {
                    c.on_batch_end(
                        index,
                        &scores,
                        &mut Run::new(&self.model, &mut self.state, stop),
                    )?;
                }
            }
            if *stop {
                break;
            }
        }
        Ok(self.state.tracked.scores())
    }

    /// One training step. If it fails, parameters and buffers have the values from before.
    pub(crate) fn step(&mut self, batch: Batch) -> Result<()> {
        let buffers: Vec<(module::Parameter<'_>, Tensor)> = module::parameters(&self.model)
            .into_iter()
            .filter(|p| p.is_buffer() && p.is_built())
            .map(|p| {
                let value = p.value();
                (p, value)
            })
            .collect();
        let stream = self.state.step_stream();
        let done = with_stream(stream, || {
            let mut step = Step::new(&self.model, &mut self.state, true, &batch);
            self.model.train_step(&mut step, batch.clone())
        });
        let Err(error) = done else {
            self.state.step += 1;
            return Ok(());
        };
        let restore = || buffers.iter().try_for_each(|(p, value)| p.set_value(value));
        restore()?;
        if error.kind() != ErrorKind::NotFinite {
            return Err(error);
        }
        let place = with_stream(stream, || self.find_not_finite(&batch));
        restore()?;
        Err(error.hint(place))
    }

    /// Where a loss that is not finite comes from, in words.
    fn find_not_finite(&self, batch: &Batch) -> String {
        let name = |part: &str, i: usize, n: usize| {
            if n == 1 {
                part.to_string()
            } else {
                format!("{part}.{i}")
            }
        };
        for (part, tensors) in [("x", &batch.x), ("y", &batch.y)] {
            for (i, t) in tensors.iter().enumerate() {
                if let Some(row) = first_bad_row(t) {
                    return format!(
                        "{} holds NaN or an infinity in row {row} of the batch: clean the data",
                        name(part, i, tensors.len())
                    );
                }
            }
        }
        let layer = M::Input::from_leaves(batch.x.clone())
            .ok()
            .and_then(|input| {
                nn_core::no_gradient(|| layer::first_not_finite(&self.model, input, true))
            });
        match layer {
            Some(path) => format!("the first result that is not finite is that of {path}; a lower learning rate or clipped gradients help"),
            None => "all layers' results are finite, so the loss itself is at fault: look at its targets and whether it expects probabilities or logits".to_string(),
        }
    }

    /// Traces the model on the data's shapes, which builds it, and fits losses and metrics to its outputs.
    pub(crate) fn prepare(&mut self, data: &Dataset) -> Result<()> {
        let inputs = data.xs().iter().map(|x| {
            let shape = x.shape().with(0, nn_core::UNKNOWN);
            Tensor::abstract_of(shape, x.dtype())
        });
        let traced = trace::trace_on(&self.model, inputs.collect())?;
        self.state.bind(traced.output_names())
    }

    fn check_trainable(&self) -> Result<()> {
        let parameters = module::parameters(&self.model);
        if parameters.iter().any(|p| p.trainable() && p.is_built()) {
            return Ok(());
        }
        let frozen = parameters.iter().filter(|p| p.is_frozen()).count();
        Err(Error::training(match frozen {
            0 => "the model has nothing to train: its layers have no parameters".to_string(),
            _ => format!(
                "the model has nothing to train: all of its parameters are frozen ({frozen}); `set_trainable(true)` on a layer undoes that"
            ),
        }))
    }
}

/// The first row that holds a number which is not finite.
fn first_bad_row(t: &Tensor) -> Option<usize> {
    if t.is_finite_everywhere() {
        return None;
    }
    let rows = t.shape()[0];
    (0..rows).find(|&i| !t.slice(i..i + 1).is_finite_everywhere())
}
