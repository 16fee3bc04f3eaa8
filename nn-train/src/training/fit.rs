//! How to train: the settings of `fit`.

use crate::callbacks::{Callback, LambdaCallback, MOST_EPOCHS, Run, check_apart};
use crate::data::{Dataset, IntoDataset, check_batch_size};
use crate::metrics::Scores;
use crate::training::progress::Verbose;
use crate::training::weights::{check_weights, weigh_classes};
use nn_core::{Error, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// The settings of `fit`, Keras's names and defaults.
///
/// ```
/// use nn::Fit;
/// let fit = Fit::new().epochs(5).batch_size(64);
/// ```
#[must_use]
pub struct Fit<'a> {
    pub(super) batch_size: usize,
    epochs: usize,
    initial_epoch: Option<usize>,
    pub(super) shuffle: bool,
    pub(super) verbose: Verbose,
    validation_data: Option<Result<Dataset>>,
    validation_split: f64,
    pub(super) steps_per_epoch: Option<usize>,
    validation_batch_size: Option<usize>,
    pub(super) validation_steps: Option<usize>,
    validation_freq: ValidationFreq,
    class_weight: BTreeMap<i64, f64>,
    pub(super) prefetch: usize,
    pub(super) callbacks: Vec<Box<dyn Callback + 'a>>,
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let callbacks: Vec<&str> = self.callbacks.iter().map(|c| c.name()).collect();
        f.debug_struct("Fit")
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("shuffle", &self.shuffle)
            .field("validation_split", &self.validation_split)
            .field("callbacks", &callbacks)
            .finish_non_exhaustive()
    }
}

/// After which epochs there is a validation; made of a number or a list by [`Fit::validation_freq`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ValidationFreq {
    /// After every so many.
    Every(usize),
    /// After those of these numbers, counted from 1.
    After(Vec<usize>),
}

impl From<usize> for ValidationFreq {
    fn from(epochs: usize) -> ValidationFreq {
        ValidationFreq::Every(epochs)
    }
}

impl<const N: usize> From<[usize; N]> for ValidationFreq {
    fn from(epochs: [usize; N]) -> ValidationFreq {
        ValidationFreq::After(epochs.to_vec())
    }
}

impl From<Vec<usize>> for ValidationFreq {
    fn from(epochs: Vec<usize>) -> ValidationFreq {
        ValidationFreq::After(epochs)
    }
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
            initial_epoch: None,
            shuffle: true,
            verbose: Verbose::Auto,
            validation_data: None,
            validation_split: 0.0,
            steps_per_epoch: None,
            validation_batch_size: None,
            validation_steps: None,
            validation_freq: ValidationFreq::Every(1),
            class_weight: BTreeMap::new(),
            prefetch: 0,
            callbacks: Vec::new(),
        }
    }

    /// Samples in a training step.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// How often to go through the data. Another `fit` goes on counting, for the schedule, the callbacks and the log too: after two epochs its
    /// first one is the third, where Keras's begins with 1 again unless it is told where (`initial_epoch`). After [`Fit::initial_epoch`] it is the number of the last epoch, as in Keras.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// The number of the first epoch, from 0: what callbacks are told, and what the order of the data depends on. Epochs go on from
    /// there up to [`Fit::epochs`]; none if that is reached already.
    ///
    /// Without it, the number goes on from all epochs that the model has been trained, in this program or before it was loaded
    /// ([`Compiled::epochs_trained`](crate::Compiled::epochs_trained)), and `epochs` are trained from there.
    ///
    /// ```
    /// use nn::Fit;
    /// let rest = Fit::new().initial_epoch(2).epochs(5); // three epochs: 2, 3 and 4
    /// ```
    pub fn initial_epoch(mut self, epoch: usize) -> Self {
        self.initial_epoch = Some(epoch);
        self
    }

    /// Whether every epoch has its own random order (the default) or the data's.
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// How progress is shown.
    pub fn verbose(mut self, verbose: Verbose) -> Self {
        self.verbose = verbose;
        self
    }

    /// Data to evaluate on after every epoch, under names that begin with `val_`.
    pub fn validation_data(mut self, data: impl IntoDataset) -> Self {
        self.validation_data = Some(data.into_dataset());
        self
    }

    /// The fraction of the data, its last rows, to evaluate on instead of training with.
    pub fn validation_split(mut self, fraction: f64) -> Self {
        self.validation_split = fraction;
        self
    }

    /// How many batches an epoch has, if not all of the data: the next epoch goes on with the batches after them, and with the first
    /// ones again after the last. There must be so many. The epoch that comes to the end of the data has what is left, as Keras's: 4 of 10
    /// batches are epochs of 4, 4 and 2.
    pub fn steps_per_epoch(mut self, batches: usize) -> Self {
        self.steps_per_epoch = Some(batches);
        self
    }

    /// Samples in a step of the validation; as in training if not given.
    pub fn validation_batch_size(mut self, batch_size: usize) -> Self {
        self.validation_batch_size = Some(batch_size);
        self
    }

    /// How many batches the validation has, the first ones, if not all of its data. There must be so many.
    pub fn validation_steps(mut self, batches: usize) -> Self {
        self.validation_steps = Some(batches);
        self
    }

    /// After which epochs there is a validation: a number for every so many, a list for those of the numbers in it, counted from 1.
    ///
    /// ```
    /// use nn::Fit;
    /// let fit = Fit::new().validation_freq(2); // after the second, the fourth, ...
    /// let fit = Fit::new().validation_freq([1, 2, 10]);
    /// ```
    ///
    /// In the epochs between, the history has NaN for the scores of the validation, and callbacks that watch one wait for the next.
    pub fn validation_freq(mut self, epochs: impl Into<ValidationFreq>) -> Self {
        self.validation_freq = epochs.into();
        self
    }

    /// Whether the epoch of a number, from 0, has a validation, if there is data for it.
    pub(super) fn validates(&self, epoch: u64) -> bool {
        let number = epoch as usize + 1;
        match &self.validation_freq {
            ValidationFreq::Every(epochs) => number.is_multiple_of(*epochs),
            ValidationFreq::After(numbers) => numbers.contains(&number),
        }
    }

    pub(super) fn size_of_validation(&self) -> usize {
        self.validation_batch_size.unwrap_or(self.batch_size)
    }

    /// The weight of the samples of each class in the loss and in weighted metrics; 1 for classes not named.
    ///
    /// The targets are class numbers, integers or floats without a fraction, `[n]` or `[n, 1]`, or one-hot rows `[n, classes]`. Every
    /// class that is named must be among them.
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.class_weight = weights.into_iter().collect();
        self
    }

    /// Prepares up to so many batches ahead on another thread; 0, the default, prepares them when they are needed.
    pub fn prefetch(mut self, ahead: usize) -> Self {
        self.prefetch = ahead;
        self
    }

    /// Calls back at the beginning and end of training and epochs and after every batch. By `&mut` to look at it afterwards.
    ///
    /// After loading, callbacks take up what those of the saved training knew: each of what the one of its class knew, in their order.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// A function after every epoch: of its number, counted from 0, its scores, and the run.
    ///
    /// ```
    /// # use nn::Fit;
    /// let fit = Fit::new().on_epoch_end(|epoch, scores, run| {
    ///     if epoch > 1 && scores.get("loss") < Some(0.1) {
    ///         run.stop();
    ///     }
    ///     Ok(())
    /// });
    /// # drop(fit);
    /// ```
    pub fn on_epoch_end(
        self,
        f: impl FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()> + 'a,
    ) -> Self {
        self.callback(LambdaCallback::new(f))
    }

    /// The epochs to train, for a model that has been trained for `trained`: what is left of them after a backup of a `fit` that began
    /// after `begun`.
    pub(super) fn numbers(&self, trained: u64, begun: Option<u64>) -> Range<u64> {
        let before = begun.unwrap_or(trained);
        let all = match self.initial_epoch {
            Some(first) => first as u64..self.epochs as u64,
            None => before..before.saturating_add(self.epochs as u64),
        };
        match begun {
            Some(_) => all.start.max(trained)..all.end,
            None => all,
        }
    }

    /// Checks the settings and gives training and validation data.
    pub(super) fn prepare(&mut self, data: Dataset) -> Result<(Dataset, Option<Dataset>)> {
        check_apart(&self.callbacks)?;
        check_batch_size(self.batch_size)?;
        check_batch_size(self.size_of_validation()).map_err(|e| e.context("the validation"))?;
        for (name, batches) in [
            ("steps_per_epoch", self.steps_per_epoch),
            ("validation_steps", self.validation_steps),
        ] {
            if batches == Some(0) {
                return Err(Error::value(format!(
                    "`{name}` is 0, which leaves nothing to do; use at least 1"
                )));
            }
        }
        match &self.validation_freq {
            ValidationFreq::Every(0) => {
                return Err(Error::value(
                    "`validation_freq` is 0; it is the number of epochs to a validation, at least 1",
                ));
            }
            ValidationFreq::After(numbers) if numbers.is_empty() || numbers.contains(&0) => {
                return Err(Error::value(format!(
                    "`validation_freq` is {numbers:?}; it lists numbers of epochs, counted from 1, at least one"
                )));
            }
            _ => {}
        }
        if self.epochs == 0 {
            return Err(Error::value(
                "`epochs` is 0, which trains nothing; use at least 1",
            ));
        }
        if let Some(first) = self.initial_epoch.filter(|&first| first > self.epochs) {
            return Err(Error::value(format!(
                "`initial_epoch` is {first} and `epochs` {}; after `initial_epoch`, `epochs` is the number of the last epoch",
                self.epochs
            )));
        }
        if let Some(first) = self
            .initial_epoch
            .filter(|&first| first as u64 >= MOST_EPOCHS)
        {
            return Err(Error::value(format!(
                "`initial_epoch` is {first}; a saved training holds numbers of epochs below {MOST_EPOCHS} only"
            )));
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
        check_weights(&data).map_err(|e| e.context("the training data"))?;
        // Before the split: a rare class may have its samples in one part only.
        let weighed = weigh_classes(data.clone(), &self.class_weight)?;
        let (data, validation) = match validation {
            None if self.validation_split > 0.0 => {
                let cut = (data.len() as f64 * (1.0 - self.validation_split)).floor() as usize;
                // Class weights are for training.
                let (train, held_out) = (weighed.rows(0, cut), data.rows(cut, data.len()));
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
            given => (weighed, given),
        };
        if let Some(validation) = &validation {
            if validation.is_empty() {
                return Err(Error::value("the validation data set is empty"));
            }
            check_weights(validation).map_err(|e| e.context("the validation data"))?;
        }
        let validating = validation
            .clone()
            .map(|data| data.batches(self.size_of_validation()));
        for (name, asked, batches, what) in [
            (
                "steps_per_epoch",
                self.steps_per_epoch,
                Some(data.batches(self.batch_size)),
                "the training data",
            ),
            (
                "validation_steps",
                self.validation_steps,
                validating,
                "the validation data",
            ),
        ] {
            let there = batches.map(|batches| batches.count_batches());
            if let (Some(asked), Some(there)) = (asked, there)
                && asked > there
            {
                return Err(Error::value(format!(
                    "`{name}` is {asked}, and {what} make {there} batches of this size; use at most {there}, or leave it out for all of them"
                )));
            }
        }
        Ok((data, validation))
    }
}
