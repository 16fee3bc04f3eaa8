//! What a saved training needs beside optimizer and counters to go on to the bit: what callbacks know, and the place in the epoch.

use crate::callbacks::CallbackState;
use crate::metrics::Scores;
use crate::training::tracked::Sums;
use nn_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where tensors of callbacks are kept beside the parameters.
pub(crate) const CALLBACKS: &str = "callbacks/";

/// What a file holds of a `fit` that ran, or had run, when it was written.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Resume {
    callbacks: Vec<Entry>,
    pub(super) place: Option<Place>,
}

/// The state of one callback.
#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    name: String,
    /// Which of the callbacks of that name, from 0.
    nth: usize,
    config: Value,
    /// Names of its tensors.
    tensors: Vec<String>,
    #[serde(skip)]
    values: Vec<Tensor>,
}

/// A place within an epoch.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) point: Point,
    /// How many callbacks have been called at this point.
    pub(super) called: usize,
    pub(super) pass: Pass,
    /// What the epoch has added up.
    pub(super) sums: Sums,
    /// How far its validation is, if in one.
    #[serde(default)]
    pub(super) validation: Option<Validation>,
    /// Whether a callback has asked for the end of training.
    #[serde(default)]
    pub(super) stop: bool,
}

/// A place within a validation.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Validation {
    pub(super) data: Validated,
    pub(super) moment: Moment,
    /// What it has added up.
    pub(super) sums: Sums,
}

/// What a validation goes through: another one is begun anew.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validated {
    pub(super) samples: usize,
    pub(super) batch_size: usize,
}

/// When in a validation callbacks are called, in its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Moment {
    Begin,
    /// Before or after the batch of a number.
    Batch(usize, Side),
    End,
}

/// Whether a batch is still to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Side {
    Before,
    After,
}

/// When in an epoch callbacks are called.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Point {
    /// Before its first batch.
    Begin,
    /// Before the batch that comes after so many.
    BatchBegin(usize),
    /// After so many batches.
    Batch(usize),
    /// In its validation, after so many batches.
    Validation(usize),
    /// After its validation, with the scores as bits.
    End(Vec<(String, u64)>),
}

/// What the batches of an epoch depend on beside its number: another pass over the data has other batches.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pass {
    pub(super) samples: usize,
    pub(super) batch_size: usize,
    pub(super) shuffle: bool,
    #[serde(default)]
    pub(super) steps_per_epoch: Option<usize>,
}

impl Point {
    pub(super) fn end(scores: &Scores) -> Point {
        Point::End(
            scores
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_bits()))
                .collect(),
        )
    }
}

impl Resume {
    /// Without the place in the epoch: training goes on with the next one.
    pub(super) fn leave(&mut self) {
        self.place = None;
    }

    /// With the state of a callback, if it has one.
    pub(super) fn add(&mut self, names: &[String], i: usize, state: Option<CallbackState>) {
        let Some(state) = state else { return };
        let (tensors, values) = state.tensors.into_iter().unzip();
        self.callbacks.push(Entry {
            name: names[i].clone(),
            nth: nth(names, i),
            config: state.config,
            tensors,
            values,
        });
    }

    /// The state of the `i`-th of callbacks with these names.
    pub(super) fn state_of(&self, names: &[String], i: usize) -> Option<CallbackState> {
        let mut entries = self.callbacks.iter();
        let entry = entries.find(|e| e.name == names[i] && e.nth == nth(names, i))?;
        Some(CallbackState {
            config: entry.config.clone(),
            tensors: entry
                .tensors
                .iter()
                .cloned()
                .zip(entry.values.iter().cloned())
                .collect(),
        })
    }

    /// The tensors to save, under the names of the file.
    pub(crate) fn tensors(&self) -> Vec<(String, Tensor)> {
        let of = |(i, entry): (usize, &Entry)| {
            let named = entry.tensors.iter().zip(&entry.values);
            named
                .map(|(name, value)| (format!("{CALLBACKS}{i}/{name}"), value.clone()))
                .collect::<Vec<_>>()
        };
        self.callbacks.iter().enumerate().flat_map(of).collect()
    }

    /// Takes up the tensors of a file.
    ///
    /// # Errors
    /// When one is not there.
    pub(crate) fn load(&mut self, find: impl Fn(&str) -> Option<Tensor>) -> Result<()> {
        for (i, entry) in self.callbacks.iter_mut().enumerate() {
            let value = |name: &String| {
                let name = format!("{CALLBACKS}{i}/{name}");
                find(&name).ok_or_else(|| Error::format(format!("`{name}` is missing in the file")))
            };
            entry.values = entry.tensors.iter().map(value).collect::<Result<_>>()?;
        }
        Ok(())
    }
}

/// Which of the callbacks of its name the `i`-th is.
fn nth(names: &[String], i: usize) -> usize {
    names[..i].iter().filter(|name| **name == names[i]).count()
}
