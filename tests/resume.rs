//! A training that is interrupted and goes on gives the bits of one that is not, from any place where it can be saved.

mod common;

use common::{SmallCnn, bits, folder, quiet};
use nn::callbacks::CallbackState;
use nn::prelude::*;
use std::path::{Path, PathBuf};

/// Where a training is saved.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    EpochBegin(usize),
    Batch(usize, usize),
    TestBegin(usize),
    TestBatchBegin(usize, usize),
    TestBatchEnd(usize, usize),
    TestEnd(usize),
    EpochEnd(usize),
}

/// Saves once, at one place; it stands among the other callbacks.
struct SaveAt {
    at: At,
    path: PathBuf,
    epoch: usize,
}

impl SaveAt {
    fn new(at: At, path: &Path) -> SaveAt {
        SaveAt {
            at,
            path: path.to_path_buf(),
            epoch: 0,
        }
    }

    fn reached(&self, at: At, run: &mut Run<'_>) -> nn::Result<()> {
        if at == self.at {
            run.save(&self.path)?;
        }
        Ok(())
    }
}

impl Callback for SaveAt {
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.epoch = epoch;
        self.reached(At::EpochBegin(epoch), run)
    }
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        _: &Scores,
        run: &mut Run<'_>,
    ) -> nn::Result<()> {
        self.reached(At::Batch(self.epoch, batch), run)
    }
    fn on_test_begin(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        self.reached(At::TestBegin(self.epoch), run)
    }
    fn on_test_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> nn::Result<()> {
        self.reached(At::TestBatchBegin(self.epoch, batch), run)
    }
    fn on_test_batch_end(&mut self, batch: usize, _: &Scores, run: &mut Run<'_>) -> nn::Result<()> {
        self.reached(At::TestBatchEnd(self.epoch, batch), run)
    }
    fn on_test_end(&mut self, _: &Scores, run: &mut Run<'_>) -> nn::Result<()> {
        self.reached(At::TestEnd(self.epoch), run)
    }
    fn on_epoch_end(&mut self, e: usize, _: &mut Scores, run: &mut Run<'_>) -> nn::Result<()> {
        self.reached(At::EpochEnd(e), run)
    }
}

/// A callback of one's own with a state: it counts what it is called for, and shows the counts.
struct Counts([u64; 6], &'static str);

impl Callback for Counts {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        self.0 = [0; 6];
        Ok(())
    }
    fn on_train_batch_begin(&mut self, _: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[0] += 1;
        Ok(())
    }
    fn on_train_batch_end(&mut self, _: usize, _: &Scores, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[1] += 1;
        Ok(())
    }
    fn on_test_begin(&mut self, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[2] += 1;
        Ok(())
    }
    fn on_test_batch_begin(&mut self, _: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[3] += 1;
        Ok(())
    }
    fn on_test_batch_end(&mut self, _: usize, _: &Scores, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[4] += 1;
        Ok(())
    }
    fn on_test_end(&mut self, _: &Scores, _: &mut Run<'_>) -> nn::Result<()> {
        self.0[5] += 1;
        Ok(())
    }
    fn on_epoch_end(&mut self, _: usize, s: &mut Scores, _: &mut Run<'_>) -> nn::Result<()> {
        for (i, count) in self.0.iter().enumerate() {
            s.set(&format!("{}_{i}", self.1), *count as f64);
        }
        Ok(())
    }
    fn state(&self) -> Option<CallbackState> {
        let mut state = CallbackState::default();
        state.config["counts"] = self.0.to_vec().into();
        Some(state)
    }
    fn restore(&mut self, state: &CallbackState, _: &mut Run<'_>) -> nn::Result<()> {
        for (i, count) in self.0.iter_mut().enumerate() {
            *count = state.config["counts"][i].as_u64().unwrap();
        }
        Ok(())
    }
}

fn images() -> (Tensor, Tensor) {
    nn::set_seed(5);
    let x = Tensor::random_uniform([40, 6, 6, 1]);
    let y = (0..40).map(|i| i % 3).collect::<Vec<i64>>();
    (x, Tensor::from(y))
}

/// Every metric is there whose sums a save in the middle of an epoch has to keep.
fn compiled(optimizer: Box<dyn Optimizer>) -> Compiled<SmallCnn> {
    nn::set_seed(6);
    let loss = SparseCategoricalCrossentropy::from_logits();
    SmallCnn::new(3).compile(
        Compile::new(optimizer, loss.clone())
            .metric(SparseCategoricalAccuracy::new())
            .metric(SparseTopKCategoricalAccuracy::new(2))
            .weighted_metric(nn::metrics::LossMetric::new(loss)),
    )
}

const EPOCHS: usize = 5;

/// Trains for `epochs` with every callback, one that saves in their middle.
fn train(
    m: &mut Compiled<SmallCnn>,
    epochs: usize,
    save: SaveAt,
    log: &Path,
    scheduled: bool,
) -> nn::History {
    let (x, y) = images();
    let checkpoint = log.with_extension("best.safetensors").display().to_string();
    let mut fit = quiet()
        .epochs(epochs)
        .batch_size(16)
        .validation_split(0.25)
        .validation_batch_size(4)
        .class_weight([(1, 2.0)])
        .callback(CSVLogger::new(log).append(true))
        .callback(Counts([0; 6], "before"));
    if !scheduled {
        fit = fit
            .callback(LearningRateScheduler::new(|e, r| {
                if e % 2 == 1 { r * 0.9 } else { r }
            }))
            .callback(ReduceLROnPlateau::new("val_loss").patience(1).factor(0.7));
    }
    let fit = fit
        .callback(save)
        .callback(
            EarlyStopping::new("val_loss")
                .patience(3)
                .restore_best_weights(true),
        )
        .callback(ModelCheckpoint::new(checkpoint).save_best_only("val_loss"))
        .callback(TerminateOnNaN::new())
        .callback(Counts([0; 6], "after"));
    m.fit((x, y), fit).unwrap()
}

/// The numbers of a history from an epoch on, as bits.
fn rest(history: &nn::History, from: usize) -> Vec<(String, Vec<u64>)> {
    let bits = |v: &[f64]| v[from..].iter().map(|v| v.to_bits()).collect();
    let all = history.iter().map(|(name, v)| (name.to_string(), bits(v)));
    let mut all: Vec<(String, Vec<u64>)> = all.collect();
    all.sort();
    all
}

fn same_wherever_it_is_saved(
    name: &str,
    optimizer: &dyn Fn() -> Box<dyn Optimizer>,
    places: &[At],
) {
    let folder = folder(&format!("resume_{name}"));
    let scheduled = optimizer().set_learning_rate(0.01).is_err();
    let never = SaveAt::new(At::EpochEnd(1000), &folder.join("never"));
    let mut whole = compiled(optimizer());
    let expected = train(
        &mut whole,
        EPOCHS,
        never,
        &folder.join("whole.csv"),
        scheduled,
    );
    for (i, &at) in places.iter().enumerate() {
        let file = folder.join(format!("{i}.safetensors"));
        let mut first = compiled(optimizer());
        let log = folder.join(format!("{i}.csv"));
        train(&mut first, EPOCHS, SaveAt::new(at, &file), &log, scheduled);
        drop(first);

        let mut second = Compiled::<SmallCnn>::load(&file).unwrap();
        let done = second.epochs_trained() as usize;
        let left = expected.epochs() - done;
        let never = SaveAt::new(At::EpochEnd(1000), &folder.join("never"));
        let log = folder.join(format!("{i}.second.csv"));
        let history = if left == 0 {
            continue;
        } else {
            train(&mut second, EPOCHS - done, never, &log, scheduled)
        };
        assert_eq!(
            rest(&history, 0),
            rest(&expected, done),
            "{name}, saved at {at:?}: the history"
        );
        assert!(
            bits(&*second) == bits(&*whole),
            "{name}, saved at {at:?}: the weights"
        );
        assert_eq!(second.epochs_trained(), whole.epochs_trained());
        assert_eq!(
            second.optimizer().learning_rate(),
            whole.optimizer().learning_rate()
        );
    }
}

/// Batches of an epoch: 30 of 40 samples are trained with.
const BATCHES: usize = 2;

/// Batches of a validation: of the other 10 samples.
const TEST_BATCHES: usize = 3;

fn every_place() -> Vec<At> {
    let mut all = Vec::new();
    for e in 0..3 {
        all.push(At::EpochBegin(e));
        all.extend((0..BATCHES).map(|b| At::Batch(e, b)));
        all.push(At::TestBegin(e));
        for b in 0..TEST_BATCHES {
            all.extend([At::TestBatchBegin(e, b), At::TestBatchEnd(e, b)]);
        }
        all.extend([At::TestEnd(e), At::EpochEnd(e)]);
    }
    all
}

#[test]
fn every_place_with_adam() {
    same_wherever_it_is_saved(
        "adam",
        &|| Box::new(Adam::new(0.01).amsgrad(true)),
        &every_place(),
    );
}

/// Asks for the end of training at one place.
struct StopAt(At, usize);

impl Callback for StopAt {
    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> nn::Result<()> {
        self.1 = epoch;
        Ok(())
    }
    fn on_train_batch_end(
        &mut self,
        batch: usize,
        _: &Scores,
        run: &mut Run<'_>,
    ) -> nn::Result<()> {
        if self.0 == At::Batch(self.1, batch) {
            run.stop();
        }
        Ok(())
    }
    fn on_test_begin(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
        if self.0 == At::TestBegin(self.1) {
            run.stop();
        }
        Ok(())
    }
}

#[test]
fn an_end_that_was_asked_for_within_an_epoch_comes_after_it() {
    let folder = folder("asked_to_stop");
    for (i, (stop, save)) in [
        (At::Batch(1, 0), At::Batch(1, 0)),
        (At::Batch(1, 0), At::TestBatchEnd(1, 1)),
        (At::TestBegin(1), At::TestEnd(1)),
    ]
    .into_iter()
    .enumerate()
    {
        let file = folder.join(format!("{i}.safetensors"));
        let train = |m: &mut Compiled<SmallCnn>, save| {
            let fit = quiet().epochs(5).batch_size(16).validation_split(0.25);
            let fit = fit.validation_batch_size(4).callback(StopAt(stop, 0));
            m.fit(images(), fit.callback(SaveAt::new(save, &file)))
                .unwrap()
        };
        let mut whole = compiled(Box::new(Adam::new(0.01)));
        let expected = train(&mut whole, save);
        let mut second = Compiled::<SmallCnn>::load(&file).unwrap();
        let history = train(&mut second, At::EpochEnd(1000));
        assert_eq!(rest(&history, 0), rest(&expected, 1), "{stop:?} {save:?}");
        assert!(bits(&*second) == bits(&*whole), "{stop:?} {save:?}");
    }
}

#[test]
fn every_optimizer_and_schedule() {
    let places = [At::Batch(1, 0), At::EpochEnd(1)];
    let of = |name: &str, optimizer: &dyn Fn() -> Box<dyn Optimizer>| {
        same_wherever_it_is_saved(name, optimizer, &places);
    };
    of("sgd", &|| Box::new(SGD::new(0.1)));
    of("momentum", &|| {
        Box::new(SGD::new(0.05).momentum(0.9).nesterov(true))
    });
    of("adam_w", &|| {
        Box::new(AdamW::new(0.01).global_clipnorm(1.0))
    });
    of("rmsprop", &|| {
        Box::new(RMSprop::new(0.003).momentum(0.5).centered(true))
    });
    of("adagrad", &|| Box::new(Adagrad::new(0.05)));
    of("adadelta", &|| Box::new(Adadelta::new(1.0)));
    of("adamax", &|| Box::new(Adamax::new(0.01)));
    of("nadam", &|| Box::new(Nadam::new(0.01)));
    of("lion", &|| Box::new(Lion::new(0.003).weight_decay(0.1)));
    of("lamb", &|| Box::new(Lamb::new(0.01)));
    of("ftrl", &|| {
        Box::new(Ftrl::new(0.05).l1_regularization_strength(0.01))
    });
    of("adafactor", &|| Box::new(Adafactor::new(0.05)));
    of("muon", &|| Box::new(Muon::new(0.02)));
    of("schedule_free", &|| {
        Box::new(ScheduleFreeAdamW::new(0.01).warmup_steps(4))
    });
    of("average", &|| {
        Box::new(Adam::new(0.01).ema(0.8).ema_overwrite_frequency(3))
    });
    of("accumulated", &|| {
        let adam = Adam::new(0.01).gradient_accumulation_steps(3);
        Box::new(adam.ema(0.9).loss_scale_factor(8.0))
    });
    of("groups", &|| {
        let schedule = ExponentialDecay::new(0.02, 3.0, 0.7);
        let adam = AdamW::new(0.01).group("*.bias", |g| g.weight_decay(0.0));
        Box::new(adam.group("classifier.*", |g| g.learning_rate(schedule)))
    });
    of("loss_scale", &|| {
        Box::new(LossScaleOptimizer::new(Adam::new(0.01)).dynamic_growth_steps(3))
    });
    of("multi", &|| {
        let schedule = ExponentialDecay::new(0.02, 3.0, 0.7);
        let multi = MultiOptimizer::new(Adam::new(schedule));
        Box::new(multi.optimizer(".*bias", SGD::new(0.1).momentum(0.9)))
    });
    of("exponential", &|| {
        Box::new(Adam::new(ExponentialDecay::new(0.01, 3.0, 0.7)))
    });
    of("inverse", &|| {
        Box::new(Adam::new(InverseTimeDecay::new(0.01, 3.0, 0.7)))
    });
    of("cosine", &|| {
        Box::new(Adam::new(CosineDecay::new(0.0, 9.0).warmup(0.01, 3.0)))
    });
    of("restarts", &|| {
        Box::new(Adam::new(CosineDecayRestarts::new(0.01, 3.0)))
    });
    of("polynomial", &|| {
        Box::new(Adam::new(PolynomialDecay::new(0.01, 9.0).power(2.0)))
    });
    of("piecewise", &|| {
        Box::new(Adam::new(PiecewiseConstantDecay::new([3.0], [0.01, 0.001])))
    });
}

fn line() -> (Tensor, Tensor) {
    (Tensor::ones([4, 2]), Tensor::zeros([4, 1]))
}

fn linear() -> Compiled<Sequential> {
    nn::set_seed(2);
    Sequential::new()
        .add(Dense::new(1))
        .compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()))
}

#[test]
fn epochs_are_numbered_on_after_loading_and_after_a_second_fit() {
    let folder = folder("numbers");
    let rates = || LearningRateScheduler::new(|e, _| [0.1, 0.05, 0.01, 0.001, 0.0001, 0.00001][e]);
    let file = |n: usize| folder.join(format!("ck-{n:02}.safetensors"));
    let checkpoint =
        || ModelCheckpoint::new(folder.join("ck-{epoch}.safetensors").display().to_string());
    let fit = || quiet().callback(rates()).callback(checkpoint());
    let mut m = linear();
    m.fit(line(), fit().epochs(1)).unwrap();
    let h = m.fit(line(), fit().epochs(1)).unwrap();
    assert_eq!(h["learning_rate"], [0.05]);
    let path = folder.join("m.safetensors");
    m.save(&path).unwrap();
    let mut m = Compiled::<Sequential>::load(&path).unwrap();
    let h = m.fit(line(), fit().epochs(2)).unwrap();
    assert_eq!(h["learning_rate"], [0.01, 0.001]);
    for n in 1..=4 {
        let saved = Compiled::<Sequential>::load(file(n)).unwrap();
        assert_eq!(saved.epochs_trained(), n as u64);
    }
    // As Keras: `epochs` is the number of the last one then.
    let h = m.fit(line(), fit().initial_epoch(4).epochs(6)).unwrap();
    assert_eq!(h["learning_rate"], [0.0001, 0.00001]);
    let h = m.fit(line(), fit().initial_epoch(6).epochs(6)).unwrap();
    assert_eq!(h.epochs(), 0);
    let e = m.fit(line(), fit().initial_epoch(7).epochs(6)).unwrap_err();
    assert!(e.to_string().contains("`initial_epoch` is 7"), "{e}");
    // A model that was trained elsewhere.
    let mut m = linear();
    let h = m.fit(line(), fit().initial_epoch(2).epochs(4)).unwrap();
    assert_eq!(
        (h["learning_rate"].as_slice(), m.epochs_trained()),
        (&[0.01, 0.001][..], 4)
    );
}

/// Says what the scores are, from the first epoch on.
struct Script(Vec<f64>);

impl Callback for Script {
    fn on_epoch_end(&mut self, e: usize, s: &mut Scores, _: &mut Run<'_>) -> nn::Result<()> {
        s.set("val_loss", self.0[e]);
        Ok(())
    }
}

fn script() -> Script {
    Script(vec![0.9, 0.2, 0.8, 0.7, 0.6, 0.5, 0.1, 0.3])
}

#[test]
fn the_best_file_stays_the_best() {
    let path = folder("best").join("best.safetensors");
    let best = || ModelCheckpoint::new(path.display().to_string()).save_best_only("val_loss");
    let of = |path: &Path| Compiled::<Sequential>::load(path).unwrap().epochs_trained();
    linear()
        .fit(
            line(),
            quiet().epochs(2).callback(script()).callback(best()),
        )
        .unwrap();
    assert_eq!(of(&path), 2);
    let mut m = Compiled::<Sequential>::load(&path).unwrap();
    m.fit(
        line(),
        quiet().epochs(2).callback(script()).callback(best()),
    )
    .unwrap();
    assert_eq!(of(&path), 2);
    m.fit(
        line(),
        quiet()
            .epochs(3)
            .callback(script())
            .callback(best().initial_value_threshold(0.2)),
    )
    .unwrap();
    assert_eq!(of(&path), 7, "0.1 is below the threshold");
    let mut other = linear();
    let threshold = best().initial_value_threshold(0.05);
    other
        .fit(
            line(),
            quiet().epochs(2).callback(script()).callback(threshold),
        )
        .unwrap();
    assert_eq!(of(&path), 7);
}

#[test]
fn patience_goes_on_after_loading_and_begins_anew_in_a_second_fit() {
    let path = folder("patience").join("m.safetensors");
    let stop = || EarlyStopping::new("val_loss").patience(3);
    let fit = |epochs| quiet().epochs(epochs).callback(script());
    let mut m = linear();
    m.fit(line(), fit(4).callback(stop())).unwrap();
    m.save(&path).unwrap();
    let mut resumed = Compiled::<Sequential>::load(&path).unwrap();
    let h = resumed.fit(line(), fit(4).callback(stop())).unwrap();
    assert_eq!(h.epochs(), 1, "two epochs had been waited");
    let h = m.fit(line(), fit(4).callback(stop())).unwrap();
    assert_eq!(h.epochs(), 4, "as in Keras, a callback begins anew");
}

#[test]
fn a_training_that_was_stopped_stays_so_in_a_file_that_is_written_after_that() {
    let path = folder("stopped").join("m.safetensors");
    let fit = || {
        quiet()
            .epochs(9)
            .callback(script())
            .callback(
                EarlyStopping::new("val_loss")
                    .patience(2)
                    .restore_best_weights(true),
            )
            .callback(ModelCheckpoint::new(path.display().to_string()))
    };
    let mut whole = linear();
    let h = whole.fit(line(), fit()).unwrap();
    assert_eq!(h.epochs(), 4);
    // As after a crash at the end of the fourth epoch.
    let mut resumed = Compiled::<Sequential>::load(&path).unwrap();
    let h = resumed.fit(line(), fit()).unwrap();
    assert_eq!(h.epochs(), 0);
    assert_eq!(bits(&*resumed), bits(&*whole), "the best weights come back");
    // The next training is another.
    let h = resumed.fit(line(), fit().epochs(2)).unwrap();
    assert_eq!(h.epochs(), 2);
}

#[test]
fn baseline_and_first_epoch_of_early_stopping() {
    let losses = || Script(vec![0.1, 0.9, 0.8, 0.7, 0.6, 0.5]);
    let run = |stop: &mut EarlyStopping| {
        linear()
            .fit(line(), quiet().epochs(6).callback(losses()).callback(stop))
            .unwrap()
            .epochs()
    };
    let mut stop = EarlyStopping::new("val_loss").patience(2);
    assert_eq!((run(&mut stop), stop.best_epoch()), (3, 0));
    let mut stop = EarlyStopping::new("val_loss")
        .patience(2)
        .start_from_epoch(1);
    assert_eq!((run(&mut stop), stop.best_epoch()), (6, 5));
    // Better than ever, but not than the baseline: waited all the same. Keras 3.15 looks at the patience only where nothing improved.
    let mut stop = EarlyStopping::new("val_loss")
        .patience(2)
        .start_from_epoch(1)
        .baseline(0.0);
    assert_eq!(run(&mut stop), 6);
    let rising = Script(vec![0.4, 0.3, 0.35]);
    let mut stop = EarlyStopping::new("val_loss").patience(3).baseline(0.1);
    let h = linear()
        .fit(
            line(),
            quiet().epochs(3).callback(rising).callback(&mut stop),
        )
        .unwrap();
    assert_eq!((h.epochs(), stop.stopped_epoch()), (3, Some(2)));
    let e = linear()
        .fit(
            line(),
            quiet().callback(EarlyStopping::new("val_loss").baseline(f64::NAN)),
        )
        .unwrap_err();
    assert!(e.to_string().contains("`baseline`"), "{e}");
}
