//! The training loop.

use super::resume::{Moment, Pass, Place, Point, Resume, Side, Validated, Validation};
use super::running::{Running, Validating};
use crate::callbacks::{Callback, Run};
use crate::data::{Dataset, IntoDataset};
use crate::metrics::Scores;
use crate::saving;
use crate::training::progress::Progress;
use crate::training::{Compiled, Fit, History, Model};
use nn_core::random::{permutation, with_stream};
use nn_core::{Error, Result, module};
use std::ops::Range;
use std::path::PathBuf;

impl<M: Model> Compiled<M> {
    /// Trains the model.
    ///
    /// `call` is traced first, so that shape mistakes come out before any data is touched; settings, weights, targets and the first batch of the
    /// validation data are checked before the first update. Every epoch goes through the data in an order of its own.
    ///
    /// It can be called again, and goes on where it stopped: epochs are numbered on, and so are the random numbers. The first time after
    /// [`Compiled::load`] callbacks too go on where those of the saved training were, and an epoch that was saved in its middle is finished, if data,
    /// `batch_size` and `shuffle` are the same: the numbers are then to the bit those of a training without interruption. An epoch that an error
    /// ended in its middle is begun anew by the next call: its batches before the error are trained once more.
    ///
    /// # Errors
    /// Mistakes in the settings, the data or the shapes; a model with nothing to train; a loss, a gradient or a new value that is not a finite
    /// number, with the batch and where it arose: the model then has the values from before that batch. Callbacks are told the end of training in any
    /// case, so that best weights come back and files are closed.
    pub fn fit(&mut self, data: impl IntoDataset, mut fit: Fit<'_>) -> Result<History> {
        self.state.check()?;
        let (data, validation) = fit.prepare(data.into_dataset()?)?;
        self.prepare(&data, fit.batch_size)?;
        self.check_trainable()?;
        let callbacks = std::mem::take(&mut fit.callbacks);
        let names = callbacks.iter().map(|c| c.name().to_string()).collect();
        let mut session = Session {
            pass: Pass {
                samples: data.len(),
                batch_size: fit.batch_size,
                shuffle: fit.shuffle,
                steps_per_epoch: fit.steps_per_epoch,
            },
            progress: Progress::new(fit.verbose, 0),
            compiled: self,
            data,
            validation,
            fit,
            callbacks,
            names,
            left: 0..0,
            backup: None,
            stop: false,
            unvalidated: false,
            failed: false,
            validating: None,
            history: History::new(),
        };
        let done = session.check_validation().and_then(|()| session.run());
        done.map(|()| session.history)
    }

    fn check_trainable(&self) -> Result<()> {
        let parameters = module::parameters(&self.model);
        let trained = || parameters.iter().filter(|p| p.trainable() && p.is_built());
        if let Some(p) = trained().find(|p| !p.value().is_finite_everywhere()) {
            return Err(Error::training(
                "has numbers that are not finite, which no step makes finite: correct its initializer or where it was set, or freeze it",
            )
            .at_path(p.path()));
        }
        if trained().next().is_some() {
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

/// A `fit` that runs.
struct Session<'s, 'c, M> {
    compiled: &'s mut Compiled<M>,
    data: Dataset,
    validation: Option<Dataset>,
    fit: Fit<'c>,
    callbacks: Vec<Box<dyn Callback + 'c>>,
    names: Vec<String>,
    pass: Pass,
    progress: Progress,
    /// The numbers of the epochs to train.
    left: Range<u64>,
    /// The file that it goes on from.
    backup: Option<PathBuf>,
    stop: bool,
    /// Whether this epoch has no validation though others have.
    unvalidated: bool,
    /// Whether an error has ended it.
    failed: bool,
    /// The validation that runs, if one does.
    validating: Option<Validating>,
    history: History,
}

impl<M: Model> Session<'_, '_, M> {
    /// What evaluating the validation data would stumble over after an epoch is found before the first.
    fn check_validation(&mut self) -> Result<()> {
        let Some(validation) = &self.validation else {
            return Ok(());
        };
        let batch = validation.take(self.fit.size_of_validation());
        self.compiled
            .test(batch.into(), Some(validation))
            .map_err(|e| e.context("the validation data"))
    }

    /// The training from its beginning to its end, which callbacks are told even if there is an error.
    fn run(&mut self) -> Result<()> {
        let before = self.compiled.state.epoch;
        self.backup = self.take_up_backup()?;
        let begun = self.backup.as_ref().map(|_| before);
        self.left = self.fit.numbers(self.compiled.state.epoch, begun);
        let resume = match std::mem::take(&mut self.compiled.state.loaded) {
            true => std::mem::take(&mut self.compiled.state.resume),
            false => Resume::default(),
        };
        let mut begun = 0;
        let trained = self
            .begin(&resume, &mut begun)
            .and_then(|()| self.epochs(resume.place));
        self.compiled.state.resume = Resume::default();
        if trained.is_err() {
            self.failed = true;
            self.progress.abandon();
        }
        // Every callback that has begun is told the end, whatever the others say; the first error is the one to report.
        let mut ended = Ok(());
        for i in 0..begun {
            ended = ended.and(self.call(i, None, |c, run| c.on_train_end(run)));
        }
        let mut left = Resume::default();
        for (i, c) in self.callbacks.iter().enumerate().take(begun) {
            left.add(&self.names, i, c.state());
        }
        self.compiled.state.resume = left;
        trained.and(ended)
    }

    /// Goes on from the file that a callback says, and gives it, if it is there.
    fn take_up_backup(&mut self) -> Result<Option<PathBuf>> {
        let mut files = self.callbacks.iter().filter_map(|c| c.resume_from());
        let Some(file) = files.find(|file| file.is_file()) else {
            return Ok(None);
        };
        let compiled = &mut *self.compiled;
        saving::take_up(&compiled.model, &mut compiled.state, &file).map(|()| Some(file))
    }

    fn begin(&mut self, resume: &Resume, begun: &mut usize) -> Result<()> {
        for i in 0..self.callbacks.len() {
            *begun = i + 1;
            self.call(i, None, |c, run| c.on_train_begin(run))?;
            if let Some(state) = resume.state_of(&self.names, i) {
                self.call(i, None, |c, run| c.restore(&state, run))?;
            }
        }
        Ok(())
    }

    /// Lets the `i`-th callback act on this training.
    fn call(
        &mut self,
        i: usize,
        point: Option<&Point>,
        f: impl FnOnce(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        let (before, rest) = self.callbacks.split_at_mut(i);
        let Some((own, after)) = rest.split_first_mut() else {
            return Ok(());
        };
        let mut running = Running {
            model: &self.compiled.model,
            state: &mut self.compiled.state,
            stop: &mut self.stop,
            others: [before, after],
            names: &self.names,
            point,
            pass: self.pass,
            validating: self.validating.as_ref(),
            unvalidated: self.unvalidated,
            failed: self.failed,
            own_steps: self.compiled.model.has_own_steps(),
            validates: self.validation.is_some(),
            first_epoch: self.left.start,
            resumed_from: self.backup.as_deref(),
        };
        f(
            &mut **own,
            &mut Run::new(&self.compiled.model, &mut running),
        )
    }

    fn epochs(&mut self, mut place: Option<Place>) -> Result<()> {
        if let Some(Place {
            point: Point::End(scores),
            called,
            ..
        }) = &place
        {
            let named = scores.iter();
            let named = named.map(|(name, bits)| (name.clone(), f64::from_bits(*bits)));
            self.unvalidated = self.leaves_out(self.compiled.state.epoch.saturating_sub(1));
            self.end_epoch(&mut named.collect(), *called)?;
            place = None;
        }
        let trained = self.compiled.state.epoch;
        self.progress = Progress::new(self.fit.verbose, self.left.end as usize);
        for epoch in self.left.clone() {
            if self.stop {
                break;
            }
            self.compiled.state.epoch = epoch;
            let mut place = place
                .take()
                .filter(|place| epoch == trained && place.pass == self.pass);
            let half = place
                .as_mut()
                .and_then(|place| Some((place.validation.take()?, place.called)));
            let mut scores = match self.epoch(epoch as usize, place) {
                Ok(scores) => scores,
                Err(error) if self.is_end(&error) => break,
                Err(error) => return Err(error),
            };
            self.unvalidated = self.leaves_out(epoch);
            if !self.unvalidated {
                self.validate(epoch, &mut scores, half)?;
            }
            self.compiled.state.epoch = epoch + 1;
            self.end_epoch(&mut scores, 0)?;
            self.progress.end_epoch(&scores);
            self.history.push(&scores);
        }
        Ok(())
    }

    /// Whether an epoch has no validation though others have.
    fn leaves_out(&self, epoch: u64) -> bool {
        self.validation.is_some() && !self.fit.validates(epoch)
    }

    /// Evaluates the validation data, if there is any, and adds its scores. What is left of a validation that was saved `half` done, after
    /// so many callbacks, is done.
    fn validate(
        &mut self,
        epoch: u64,
        scores: &mut Scores,
        half: Option<(Validation, usize)>,
    ) -> Result<()> {
        let Some(validation) = self.validation.clone() else {
            return Ok(());
        };
        let data = Validated {
            samples: validation.len(),
            batch_size: self.fit.size_of_validation(),
        };
        self.validating = Some(Validating {
            data,
            moment: Moment::Begin,
            sums: self.compiled.state.tracked.sums(),
        });
        let half = half.filter(|(place, _)| place.data == data);
        let point = Point::Validation(self.batches_of(epoch).len());
        let validated = self.validation_batches(&validation, &point, half);
        self.validating = None;
        validated?
            .iter()
            .for_each(|(name, v)| scores.set(&format!("val_{name}"), v));
        Ok(())
    }

    fn validation_batches(
        &mut self,
        validation: &Dataset,
        point: &Point,
        half: Option<(Validation, usize)>,
    ) -> Result<Scores> {
        self.compiled.state.tracked.reset();
        if let Some((place, _)) = &half {
            self.compiled.state.tracked.restore(&place.sums)?;
        }
        let done = half.map(|(place, called)| (place.moment, called));
        self.tell(point, Moment::Begin, done, |c, _, run| c.on_test_begin(run))?;
        let batches = validation.batches(self.fit.size_of_validation());
        let most = self.fit.validation_steps.unwrap_or(usize::MAX);
        for (index, batch) in batches.datasets().enumerate().take(most) {
            let [before, after] = [Side::Before, Side::After].map(|s| Moment::Batch(index, s));
            self.tell(point, before, done, |c, _, run| {
                c.on_test_batch_begin(index, run)
            })?;
            if done.is_none_or(|(moment, _)| moment < after) {
                self.compiled.evaluate_batch(validation, index, &batch)?;
            }
            self.tell(point, after, done, |c, so_far, run| {
                c.on_test_batch_end(index, so_far, run)
            })?;
        }
        self.tell(point, Moment::End, done, |c, found, run| {
            c.on_test_end(found, run)
        })?;
        Ok(self.compiled.state.tracked.scores())
    }

    /// Lets the callbacks act on this training at a moment of its validation, one after the other, with the scores so far; those that
    /// had been called when it was saved are left out.
    fn tell(
        &mut self,
        point: &Point,
        moment: Moment,
        done: Option<(Moment, usize)>,
        f: impl Fn(&mut dyn Callback, &Scores, &mut Run<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(validating) = &mut self.validating {
            validating.moment = moment;
        }
        let all = self.callbacks.len();
        let from = match done {
            Some((saved, _)) if moment < saved => return Ok(()),
            Some((saved, called)) if moment == saved => called,
            _ => 0,
        };
        let so_far = match moment {
            Moment::Batch(_, Side::After) | Moment::End if from < all => {
                self.compiled.state.tracked.scores()
            }
            _ => Scores::default(),
        };
        (from..all).try_for_each(|i| self.call(i, Some(point), |c, run| f(c, &so_far, run)))
    }

    /// Which batches of its pass over the data an epoch is made of.
    fn batches_of(&self, epoch: u64) -> Range<usize> {
        let count = self.data.batches(self.fit.batch_size).count_batches();
        let Some(steps) = self.fit.steps_per_epoch else {
            return 0..count;
        };
        let start = (epoch % self.epochs_of_pass()) as usize * steps;
        start..start.saturating_add(steps).min(count)
    }

    /// How many epochs one pass over the data is.
    fn epochs_of_pass(&self) -> u64 {
        let count = self.data.batches(self.fit.batch_size).count_batches();
        let steps = self.fit.steps_per_epoch.unwrap_or(count);
        count.div_ceil(steps.max(1)).max(1) as u64
    }

    /// Whether a callback takes an error for the end of training.
    fn is_end(&mut self, error: &Error) -> bool {
        let mut ends = false;
        for i in 0..self.callbacks.len() {
            // Nothing here fails.
            let _ = self.call(i, None, |c, run| {
                ends = ends || c.on_not_finite(error, run);
                Ok(())
            });
        }
        if ends {
            self.progress.abandon();
        }
        ends
    }

    /// Tells the callbacks from the given one on that the epoch has ended.
    fn end_epoch(&mut self, scores: &mut Scores, from: usize) -> Result<()> {
        let number = self.compiled.state.epoch.saturating_sub(1) as usize;
        for i in from..self.callbacks.len() {
            let point = Point::end(scores);
            self.call(i, Some(&point), |c, run| {
                c.on_epoch_end(number, scores, run)
            })?;
        }
        Ok(())
    }

    /// One pass over the training data, or the rest of one from a place in it.
    fn epoch(&mut self, epoch: usize, place: Option<Place>) -> Result<Scores> {
        self.compiled.state.tracked.reset();
        let all = self.callbacks.len();
        let (mut done, mut called, mut begun, mut batch_begun) = (0, 0, 0, 0);
        if let Some(place) = place {
            self.compiled.state.tracked.restore(&place.sums)?;
            self.stop |= place.stop;
            match place.point {
                Point::Begin => begun = place.called,
                Point::Batch(batches) => (begun, done, called) = (all, batches, place.called),
                Point::BatchBegin(batches) => {
                    (begun, done, called, batch_begun) = (all, batches, all, place.called);
                }
                Point::Validation(batches) => (begun, done, called) = (all, batches, all),
                Point::End(_) => {}
            }
        }
        for i in begun..all {
            self.call(i, Some(&Point::Begin), |c, run| {
                c.on_epoch_begin(epoch, run)
            })?;
        }
        let size = self.fit.batch_size;
        let range = self.batches_of(epoch as u64);
        let mut batches = self.data.batches(size).prefetch(self.fit.prefetch);
        let count = range.len();
        if self.fit.shuffle {
            let pass = epoch as u64 / self.epochs_of_pass();
            let stream = self.compiled.state.pass_stream(pass);
            batches = batches.in_order(with_stream(stream, || permutation(self.data.len()))?);
        }
        self.progress.begin_epoch(epoch, count);
        // A file may say anything.
        let done = done.min(count);
        if done > 0 {
            self.end_batch(done, called)?;
            // Asked for before a batch, the end comes after it.
            if self.stop && batch_begun == 0 {
                return Ok(self.compiled.state.tracked.scores());
            }
        }
        let first_of_fit = self.history.epochs() == 0;
        let rest = batches.starting_at(range.start + done).datasets();
        for (index, batch) in rest.enumerate().take(count - done) {
            for i in std::mem::take(&mut batch_begun)..all {
                let point = Point::BatchBegin(done + index);
                self.call(i, Some(&point), |c, run| {
                    c.on_train_batch_begin(done + index, run)
                })?;
            }
            let whole = (first_of_fit && index == 0).then_some(&self.data);
            let compiled = &mut *self.compiled;
            compiled.step(batch.clone().into(), whole).map_err(|e| {
                let fails = |&row: &usize| {
                    compiled
                        .test(batch.rows(row, row + 1).into(), None)
                        .is_err()
                };
                batch.place().name(e, batch.len(), fails).context(format!(
                    "epoch {}, batch {} of {count}",
                    epoch + 1,
                    done + index + 1
                ))
            })?;
            let tracked = &self.compiled.state.tracked;
            self.progress.batch(done + index + 1, || tracked.scores());
            self.end_batch(done + index + 1, 0)?;
            if self.stop {
                break;
            }
        }
        Ok(self.compiled.state.tracked.scores())
    }

    /// Tells the callbacks from the given one on that a batch is done.
    fn end_batch(&mut self, done: usize, from: usize) -> Result<()> {
        if from >= self.callbacks.len() {
            return Ok(());
        }
        let scores = self.compiled.state.tracked.scores();
        let point = Point::Batch(done);
        for i in from..self.callbacks.len() {
            self.call(i, Some(&point), |c, run| {
                c.on_train_batch_end(done - 1, &scores, run)
            })?;
        }
        Ok(())
    }
}
