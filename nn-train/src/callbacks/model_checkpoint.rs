//! Saving while training goes on.

use super::monitor::{Mode, Monitor};
use super::{Callback, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};
use std::path::PathBuf;

/// Saves the model after every epoch, or only when a score is the best so far, as Keras's `ModelCheckpoint`.
///
/// `{epoch}` (counted from 1) and names of scores in braces (`{val_loss}`) in the path are replaced by their values.
///
/// ```
/// use nn_train::{Fit, callbacks::ModelCheckpoint};
/// let save = ModelCheckpoint::new("model-{epoch}.safetensors").save_best_only("val_loss");
/// let fit = Fit::new().callback(save);
/// ```
#[derive(Debug)]
pub struct ModelCheckpoint {
    path: String,
    monitor: Option<Monitor>,
    weights_only: bool,
}

impl ModelCheckpoint {
    /// Saves model and training state to a path after every epoch.
    pub fn new(path: impl Into<String>) -> ModelCheckpoint {
        ModelCheckpoint {
            path: path.into(),
            monitor: None,
            weights_only: false,
        }
    }

    /// Saves only when the given score is the best so far.
    #[must_use]
    pub fn save_best_only(mut self, monitor: impl Into<String>) -> Self {
        self.monitor = Some(Monitor::new(monitor.into()));
        self
    }

    /// Which direction is better, after [`ModelCheckpoint::save_best_only`].
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        if let Some(monitor) = &mut self.monitor {
            monitor.mode = mode;
        }
        self
    }

    /// Leaves optimizer, losses and counters out of the file.
    #[must_use]
    pub fn save_weights_only(mut self, weights_only: bool) -> Self {
        self.weights_only = weights_only;
        self
    }

    fn file(&self, epoch: usize, scores: &Scores) -> Result<PathBuf> {
        let mut path = self.path.replace("{epoch}", &format!("{:02}", epoch + 1));
        for (name, value) in scores.iter() {
            path = path.replace(&format!("{{{name}}}"), &format!("{value:.4}"));
        }
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

impl Callback for ModelCheckpoint {
    fn on_epoch_end(&mut self, epoch: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        if let Some(monitor) = &mut self.monitor {
            let value = monitor.read("ModelCheckpoint", scores)?;
            if !monitor.improves(value) {
                return Ok(());
            }
        }
        let path = self.file(epoch, scores)?;
        match self.weights_only {
            true => run.save_weights(path),
            false => run.save(path),
        }
    }
}
