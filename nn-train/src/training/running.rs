//! A training as its callbacks see it.

use super::resume::{Moment, Pass, Place, Point, Resume, Validated, Validation};
use crate::callbacks::{Callback, CallbackState, Training};
use crate::metrics::{Direction, Scores};
use crate::optimizers::Optimizer;
use crate::saving::{self, Rebuild};
use crate::training::State;
use crate::training::tracked::Sums;
use nn_core::Result;
use std::path::Path;

/// What [`crate::callbacks::Run`] acts on while one of the callbacks is called.
pub(super) struct Running<'a, 'c> {
    pub(super) model: &'a dyn Rebuild,
    pub(super) state: &'a mut State,
    pub(super) stop: &'a mut bool,
    /// The callbacks before and after the one that is called.
    pub(super) others: [&'a [Box<dyn Callback + 'c>]; 2],
    pub(super) names: &'a [String],
    /// Where in an epoch, if in one.
    pub(super) point: Option<&'a Point>,
    pub(super) pass: Pass,
    /// The validation that runs, if one does.
    pub(super) validating: Option<&'a Validating>,
    /// Whether the epoch has no validation though others have.
    pub(super) unvalidated: bool,
    /// Whether an error has ended training.
    pub(super) failed: bool,
    /// Whether the model has steps of its own, which may report anything.
    pub(super) own_steps: bool,
    /// Whether there is data to validate on.
    pub(super) validates: bool,
    /// The number of the first epoch to train.
    pub(super) first_epoch: u64,
    /// The file that a callback had it go on from.
    pub(super) resumed_from: Option<&'a Path>,
}

/// A validation that runs.
pub(super) struct Validating {
    pub(super) data: Validated,
    /// Which of its calls of callbacks this is.
    pub(super) moment: Moment,
    /// What the epoch had added up before it.
    pub(super) sums: Sums,
}

impl Running<'_, '_> {
    /// What goes into a file so that training goes on from here; `own` is the state of the callback that is called.
    fn resume(&self, own: Option<CallbackState>) -> Resume {
        let [before, after] = self.others;
        let mut resume = Resume::default();
        for (i, c) in before.iter().enumerate() {
            resume.add(self.names, i, c.state());
        }
        resume.add(self.names, before.len(), own);
        for (i, c) in after.iter().enumerate() {
            resume.add(self.names, before.len() + 1 + i, c.state());
        }
        let so_far = self.state.tracked.sums();
        let (sums, validation) = match self.validating {
            None => (so_far, None),
            Some(v) => (
                v.sums.clone(),
                Some(Validation {
                    data: v.data,
                    moment: v.moment,
                    sums: so_far,
                }),
            ),
        };
        resume.place = self.point.map(|point| Place {
            point: point.clone(),
            called: before.len() + 1,
            pass: self.pass,
            sums,
            validation,
            stop: *self.stop,
        });
        resume
    }
}

impl Training for Running<'_, '_> {
    fn optimizer(&mut self) -> &mut dyn Optimizer {
        &mut *self.state.optimizer
    }

    fn epochs_trained(&self) -> u64 {
        self.state.epoch
    }

    fn first_epoch(&self) -> u64 {
        self.first_epoch
    }

    fn resumed_from(&self) -> Option<&Path> {
        self.resumed_from
    }

    fn direction(&self, score: &str) -> Option<Direction> {
        self.state.direction(score)
    }

    fn known_scores(&self, of_batch: bool) -> Option<Scores> {
        if self.own_steps {
            return None;
        }
        let mut known = self.state.score_names();
        if of_batch {
            return Some(known);
        }
        if self.validates {
            for (name, _) in &known.clone() {
                known.set(&format!("val_{name}"), f64::NAN);
            }
        }
        let [before, _] = self.others;
        for c in before {
            c.added_scores()?
                .iter()
                .for_each(|n| known.set(n, f64::NAN));
        }
        Some(known)
    }

    fn is_unvalidated(&self) -> bool {
        self.unvalidated
    }

    fn has_failed(&self) -> bool {
        self.failed
    }

    fn stop(&mut self) {
        *self.stop = true;
    }

    fn save(&mut self, path: &Path, own: Option<CallbackState>) -> Result<()> {
        self.state.resume = self.resume(own);
        let saved = saving::save(self.model, Some(self.state), path);
        // Handles of values in it would make the next step copy them.
        self.state.resume = Resume::default();
        saved
    }

    fn save_weights(&self, path: &Path) -> Result<()> {
        saving::save(self.model, None, path)
    }

    fn check_save(&self) -> Result<()> {
        saving::check_training(self.state)
    }

    fn compiled_scores(&self) -> Scores {
        self.state.score_names()
    }
}
