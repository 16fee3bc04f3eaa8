//! A training as its callbacks see it.

use crate::callbacks::Training;
use crate::optimizers::Optimizer;
use crate::saving;
use crate::training::State;
use nn_core::{Module, Result};
use std::path::Path;

/// What [`crate::callbacks::Run`] acts on.
pub(super) struct Running<'a> {
    pub(super) model: &'a dyn Module,
    pub(super) state: &'a mut State,
    pub(super) stop: &'a mut bool,
}

impl Training for Running<'_> {
    fn optimizer(&mut self) -> &mut dyn Optimizer {
        &mut *self.state.optimizer
    }

    fn epochs_trained(&self) -> u64 {
        self.state.epoch
    }

    fn stop(&mut self) {
        *self.stop = true;
    }

    fn save(&self, path: &Path, weights_only: bool) -> Result<()> {
        let state = (!weights_only).then_some(&*self.state);
        saving::save(self.model, state, path)
    }
}
