//! Going on after an interruption.

use super::path::check_path;
use super::{Callback, CallbackState, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};
use std::path::PathBuf;

/// Writes a backup of the whole training after every epoch, or after every so many batches, and goes on from it in the next `fit` that finds it: to
/// the bit, as [`Compiled::fit`](crate::Compiled::fit) says. When training ends well, the backup is deleted, if this `fit` has
/// written it or gone on from it. As Keras's `BackupAndRestore`.
///
/// A program that was ended in the middle of its `fit` is run again as it is: the model is made and compiled anew, and `fit` with the
/// same data and settings trains what is left. Losses, metrics and the optimizer's settings are those it is compiled with.
///
/// ```
/// use nn::{Fit, callbacks::BackupAndRestore};
/// let fit = Fit::new().epochs(20).callback(BackupAndRestore::new("backup.safetensors"));
/// ```
#[derive(Debug)]
#[must_use]
pub struct BackupAndRestore {
    path: PathBuf,
    save_freq: Option<usize>,
    delete: bool,
    /// Batches since the last backup, with `save_freq`.
    batches: usize,
    /// Whether this `fit` has written the file or gone on from it.
    ours: bool,
}

impl BackupAndRestore {
    /// With the backup in a file, which is written whole or not at all.
    pub fn new(path: impl Into<PathBuf>) -> BackupAndRestore {
        BackupAndRestore {
            path: path.into(),
            save_freq: None,
            delete: true,
            batches: 0,
            ours: false,
        }
    }

    /// Writes it after every so many batches, counted through the epochs, instead of after epochs.
    pub fn save_freq(mut self, batches: usize) -> Self {
        self.save_freq = Some(batches);
        self
    }

    /// Whether the backup is deleted when training ends without an error (Keras: `true`).
    pub fn delete_checkpoint(mut self, delete: bool) -> Self {
        self.delete = delete;
        self
    }

    fn save(&mut self, run: &mut Run<'_>) -> Result<()> {
        run.save_with(&self.path, self.state())?;
        self.ours = true;
        Ok(())
    }
}

impl Callback for BackupAndRestore {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn resume_from(&self) -> Option<PathBuf> {
        Some(self.path.clone())
    }

    fn writes_to(&self) -> Option<PathBuf> {
        Some(self.path.clone())
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        check_path("BackupAndRestore", &self.path)?;
        if self.save_freq == Some(0) {
            return Err(Error::value(
                "BackupAndRestore needs `save_freq` to be at least 1 batch, found 0",
            ));
        }
        run.check_save("BackupAndRestore")?;
        self.batches = 0;
        self.ours = run.resumed_from() == Some(&self.path);
        Ok(())
    }

    fn on_train_batch_end(&mut self, _: usize, _: &Scores, run: &mut Run<'_>) -> Result<()> {
        let Some(every) = self.save_freq else {
            return Ok(());
        };
        self.batches += 1;
        if self.batches < every {
            return Ok(());
        }
        self.batches = 0;
        self.save(run)
    }

    fn on_epoch_end(&mut self, _: usize, _: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        match self.save_freq {
            None => self.save(run),
            Some(_) => Ok(()),
        }
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        if !self.delete || run.has_failed() || !self.ours {
            return Ok(());
        }
        match std::fs::remove_file(&self.path) {
            // Somebody else has removed it.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(|e| Error::io(&self.path, &e)),
        }
    }

    fn state(&self) -> Option<CallbackState> {
        let batches = self.batches;
        Some(CallbackState::new(serde_json::json!({"batches": batches})))
    }

    fn restore(&mut self, state: &CallbackState, _: &mut Run<'_>) -> Result<()> {
        self.batches = state.count("batches")?;
        Ok(())
    }
}
