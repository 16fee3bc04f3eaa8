//! Saving while training goes on.

use super::monitor::{Mode, Monitor};
use super::path::{check_name, check_path};
use super::{Callback, CallbackState, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};
use std::path::PathBuf;

/// Saves the model after every epoch or every so many batches, or only when a score is the best so far, as Keras's `ModelCheckpoint`.
///
/// `{epoch}` (counted from 1, over all calls of `fit`), `{batch}` (from 1, where it saves after batches) and names of scores in braces
/// (`{val_loss}`) in the path are replaced by their values, with as many digits as is said as in Python (`{epoch:02d}`, `{val_loss:.3f}`).
///
/// ```
/// use nn::{Fit, callbacks::ModelCheckpoint};
/// let save = ModelCheckpoint::new("model-{epoch}.safetensors").save_best_only("val_loss");
/// let fit = Fit::new().callback(save);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ModelCheckpoint {
    path: String,
    monitor: Option<Monitor>,
    mode: Mode,
    weights_only: bool,
    initial_value_threshold: Option<f64>,
    save_freq: Option<usize>,
    /// Batches since the last save, with `save_freq`.
    batches: usize,
    epoch: usize,
}

impl ModelCheckpoint {
    /// Saves model and training state to a path after every epoch.
    pub fn new(path: impl Into<String>) -> ModelCheckpoint {
        ModelCheckpoint {
            path: path.into(),
            monitor: None,
            mode: Mode::Auto,
            weights_only: false,
            initial_value_threshold: None,
            save_freq: None,
            batches: 0,
            epoch: 0,
        }
    }

    /// Saves only when the given score is the best so far: Keras's `monitor="val_loss", save_best_only=True` is
    /// `.save_best_only("val_loss")`.
    #[doc(alias = "monitor")]
    pub fn save_best_only(mut self, monitor: impl Into<String>) -> Self {
        let mut monitor = Monitor::new(monitor.into());
        monitor.mode = self.mode;
        self.monitor = Some(monitor);
        self
    }

    /// Which direction is better, with [`ModelCheckpoint::save_best_only`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        if let Some(monitor) = &mut self.monitor {
            monitor.mode = mode;
        }
        self
    }

    /// What the score has to be better than for the first file to be written, with [`ModelCheckpoint::save_best_only`]: the best of
    /// an earlier training. One that is loaded remembers its best by itself.
    pub fn initial_value_threshold(mut self, threshold: f64) -> Self {
        self.initial_value_threshold = Some(threshold);
        self
    }

    /// Leaves optimizer, losses and counters out of the file.
    pub fn save_weights_only(mut self, weights_only: bool) -> Self {
        self.weights_only = weights_only;
        self
    }

    /// Saves after every so many batches, counted through the epochs, instead of after epochs. Scores are then those of the epoch so far.
    pub fn save_freq(mut self, batches: usize) -> Self {
        self.save_freq = Some(batches);
        self
    }

    fn save(&mut self, batch: Option<usize>, scores: &Scores, run: &mut Run<'_>) -> Result<()> {
        let value = match &self.monitor {
            None => None,
            Some(monitor) => match monitor.read("ModelCheckpoint", scores, run)? {
                None => return Ok(()),
                value => value,
            },
        };
        // Where the file goes is found out before the score counts as the best.
        let path = self.file(batch, scores)?;
        if let (Some(monitor), Some(value)) = (&mut self.monitor, value)
            && !monitor.improves(value)
        {
            return Ok(());
        }
        match self.weights_only {
            true => run.save_weights(path),
            false => run.save_with(path, self.state()),
        }
    }

    /// The path in this epoch; what is not known yet stays in its braces.
    fn path_in(&self, batch: Option<usize>, scores: Option<&Scores>) -> Result<String> {
        let wrong = |what: &str| {
            Error::value(format!(
                "ModelCheckpoint's path `{}`: {what}: names stand in braces, with a number of digits if one is wanted, `{{epoch:02d}}` or \
                 `{{val_loss:.3f}}`",
                self.path
            ))
        };
        let (mut path, mut rest) = (String::new(), self.path.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            let (field, after) = after
                .split_once('}')
                .ok_or_else(|| wrong("a brace is not closed"))?;
            rest = after;
            let (name, format) = field.split_once(':').unwrap_or((field, ""));
            let count = match name {
                "epoch" => Some(self.epoch + 1),
                "batch" => batch.map(|batch| batch + 1),
                _ => None,
            };
            let score = scores.and_then(|scores| scores.get(name));
            let written = match (count, score) {
                (Some(count), _) => whole(count, format),
                (None, Some(score)) => fixed(score, format),
                (None, None) => Some(format!("{{{field}}}")),
            };
            path += &written.ok_or_else(|| wrong(&format!("`{{{field}}}` has no such form")))?;
        }
        Ok(path + rest)
    }

    fn file(&self, batch: Option<usize>, scores: &Scores) -> Result<PathBuf> {
        let path = self.path_in(batch, Some(scores))?;
        match path.contains('{') {
            true => Err(Error::value(format!(
                "ModelCheckpoint's path `{}` names a score that is not there; there are epoch, {}",
                self.path,
                scores.names()
            ))),
            false => Ok(path.into()),
        }
    }
}

/// A number as Python's `02d` and `d` say; two digits at least without a form.
fn whole(number: usize, format: &str) -> Option<String> {
    let width: usize = match format {
        "" => 2,
        "d" => 1,
        _ => format.strip_prefix('0')?.strip_suffix('d')?.parse().ok()?,
    };
    (width <= 20).then(|| format!("{number:0width$}"))
}

/// A score as Python's `.3f` says; with four digits after the point without a form.
fn fixed(score: f64, format: &str) -> Option<String> {
    let digits: usize = match format {
        "" => 4,
        _ => format.strip_prefix('.')?.strip_suffix('f')?.parse().ok()?,
    };
    (digits <= 20).then(|| format!("{score:.digits$}"))
}

impl Callback for ModelCheckpoint {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn writes_to(&self) -> Option<PathBuf> {
        Some(self.path.clone().into())
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.epoch = run.first_epoch() as usize;
        let first = PathBuf::from(self.path_in(None, None)?);
        let folder = first.parent().map(|f| f.to_string_lossy());
        // A folder that has its name from a score is not known yet.
        match folder.is_some_and(|name| name.contains('{')) {
            true => check_name("ModelCheckpoint", &first)?,
            false => check_path("ModelCheckpoint", &first)?,
        }
        if self.save_freq == Some(0) {
            return Err(Error::value(
                "ModelCheckpoint needs `save_freq` to be at least 1 batch, found 0",
            ));
        }
        if !self.weights_only {
            run.check_save("ModelCheckpoint").map_err(|e| {
                e.hint("`save_weights_only(true)` saves the model without its training")
            })?;
        }
        self.batches = 0;
        let of_batch = self.save_freq.is_some();
        if let Some(known) = run.known_scores(of_batch) {
            self.file(of_batch.then_some(0), &known)?;
        }
        let Some(monitor) = &mut self.monitor else {
            return Ok(());
        };
        monitor.begin("ModelCheckpoint", of_batch, run)?;
        if let Some(threshold) = self.initial_value_threshold {
            if threshold.is_nan() {
                return Err(Error::value(
                    "ModelCheckpoint needs `initial_value_threshold` to be a number, found NaN",
                ));
            }
            monitor.best.get_or_insert(threshold);
        }
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_end(
        &mut self,
        batch: usize,
        scores: &Scores,
        run: &mut Run<'_>,
    ) -> Result<()> {
        let Some(every) = self.save_freq else {
            return Ok(());
        };
        self.batches += 1;
        if self.batches < every {
            return Ok(());
        }
        self.batches = 0;
        self.save(Some(batch), scores, run)
    }

    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        self.epoch = epoch;
        match self.save_freq {
            None => self.save(None, scores, run),
            Some(_) => Ok(()),
        }
    }

    fn state(&self) -> Option<CallbackState> {
        if self.monitor.is_none() && self.save_freq.is_none() {
            return None;
        }
        let state = self.monitor.as_ref().map(Monitor::state);
        let mut state = state.unwrap_or_else(|| CallbackState::new(serde_json::json!({})));
        if self.save_freq.is_some() {
            state.config["batches"] = self.batches.into();
            state.config["epoch"] = self.epoch.into();
        }
        Some(state)
    }

    fn restore(&mut self, state: &CallbackState, _: &mut Run<'_>) -> Result<()> {
        if self.save_freq.is_some() && !state.config["batches"].is_null() {
            (self.batches, self.epoch) = (state.count("batches")?, state.count("epoch")?);
        }
        if let Some(monitor) = &mut self.monitor {
            let threshold = monitor.best;
            monitor.restore(state)?;
            if let Some(threshold) = threshold.filter(|&t| monitor.is_better(t, monitor.best)) {
                monitor.best = Some(threshold);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_keras_writes_it() {
        let scores: Scores = [("loss", 0.25), ("val_loss", 1.0 / 3.0)]
            .into_iter()
            .collect();
        let file = |path: &str| {
            let mut checkpoint = ModelCheckpoint::new(path);
            checkpoint.epoch = 6;
            checkpoint.file(Some(11), &scores)
        };
        for (path, expected) in [
            ("w{epoch:02d}-{val_loss:.3f}.nn", "w07-0.333.nn"),
            ("w{epoch}-{val_loss}", "w07-0.3333"),
            ("{epoch:d}/{batch:04d}/{loss:.0f}", "7/0012/0"),
            ("plain", "plain"),
        ] {
            assert_eq!(file(path).unwrap(), PathBuf::from(expected));
        }
        for (path, what) in [
            ("w{epoch:x}", "`{epoch:x}` has no such form"),
            ("w{val_loss:02d}", "`{val_loss:02d}` has no such form"),
            ("w{epoch:0999999999d}", "has no such form"),
            ("w{epoch", "a brace is not closed"),
            (
                "w{val_los:.3f}",
                "names a score that is not there; there are epoch, loss, val_loss",
            ),
        ] {
            let e = file(path).unwrap_err().to_string();
            assert!(e.contains(what), "{e}");
        }
    }
}
