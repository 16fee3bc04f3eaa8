//! What `fit` can be told beside data and epochs, and the callbacks that stand between its steps.

use nn_core::random::set_seed;
use nn_core::{Error, Module, Result, Tensor};
use nn_layers::{Dense, Sequential};
use nn_train::callbacks::{
    BackupAndRestore, CSVLogger, Callback, EarlyStopping, LambdaCallback, ModelCheckpoint, Run,
    SwapEMAWeights,
};
use nn_train::losses::MeanSquaredError;
use nn_train::optimizers::{Adam, LossScaleOptimizer, Optimizer, SGD};
use nn_train::{Compile, Compiled, Fit, Inference, Model, Scores, Verbose};
use std::cell::RefCell;
use std::path::PathBuf;

fn quiet<'a>() -> Fit<'a> {
    Fit::new().verbose(Verbose::Silent).batch_size(4)
}

fn data(rows: usize) -> (Tensor, Tensor) {
    let x = Tensor::linspace(-1.0, 1.0, rows * 2).reshape([rows, 2]);
    let y = x.sum_axes([1], true);
    (x, y)
}

fn model(optimizer: impl Optimizer + 'static) -> Compiled<Sequential> {
    set_seed(3);
    Sequential::new()
        .add(Dense::new(1))
        .compile(Compile::new(optimizer, MeanSquaredError::new()))
}

fn weights(model: &Compiled<Sequential>) -> Vec<Vec<u32>> {
    let parameters = model.parameters();
    let bits = |t: Tensor| {
        t.to_vec::<f32>()
            .unwrap()
            .iter()
            .map(|v| v.to_bits())
            .collect()
    };
    parameters.iter().map(|p| bits(p.value())).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("nn_fit_{name}_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn every_function_is_called_in_its_turn() {
    let told = RefCell::new(String::new());
    let tell = |what: &str| -> Result<()> {
        told.borrow_mut().push_str(what);
        Ok(())
    };
    let callback = LambdaCallback::default()
        .on_train_begin(|_| tell("["))
        .on_epoch_begin(|_, _| tell("("))
        .on_train_batch_begin(|_, _| tell("b"))
        .on_train_batch_end(|_, _, _| tell("B"))
        .on_test_begin(|_| tell("<"))
        .on_test_batch_begin(|_, _| tell("t"))
        .on_test_batch_end(|_, scores, _| match scores.get("loss") {
            Some(_) => tell("T"),
            None => tell("?"),
        })
        .on_test_end(|_, _| tell(">"))
        .on_epoch_end(|_, _, _| tell(")"))
        .on_train_end(|_| tell("]"));
    let mut m = model(SGD::new(0.1));
    let fit = quiet()
        .epochs(3)
        .validation_data(data(9))
        .validation_freq(2);
    m.fit(data(6), fit.validation_batch_size(5).callback(callback))
        .unwrap();
    assert_eq!(*told.borrow(), "[(bBbB)(bBbB<tTtT>)(bBbB)]");
}

#[test]
fn callbacks_wait_for_epochs_with_a_validation() {
    let folder = folder("freq");
    let csv = folder.join("log.csv");
    let mut m = model(SGD::new(0.01));
    let fit = quiet()
        .epochs(4)
        .validation_data(data(9))
        .validation_freq([2, 3])
        .validation_steps(1)
        .callback(CSVLogger::new(&csv))
        .callback(EarlyStopping::new("val_loss"))
        .callback(
            ModelCheckpoint::new(folder.join("m-{epoch}.safetensors").display().to_string())
                .save_best_only("val_loss"),
        );
    let history = m.fit(data(8), fit).unwrap();
    let there: Vec<bool> = history["val_loss"].iter().map(|v| !v.is_nan()).collect();
    assert_eq!(there, [false, true, true, false]);
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(
        text.starts_with("epoch,loss,val_loss\n0,") && text.lines().count() == 5,
        "{text}"
    );
    let saved = |n: usize| folder.join(format!("m-0{n}.safetensors")).exists();
    assert_eq!([1, 2, 3, 4].map(saved), [false, true, true, false]);
    // A name that an epoch with a validation does not have is an error all the same.
    let fit = quiet()
        .epochs(2)
        .validation_data(data(9))
        .validation_freq(2);
    let e = m.fit(
        data(8),
        fit.callback(EarlyStopping::new("val_los").mode(nn_train::callbacks::Mode::Min)),
    );
    assert!(e.unwrap_err().to_string().contains("watches `val_los`"));
    let e = m.fit(data(8), quiet().validation_freq(0)).unwrap_err();
    assert!(e.to_string().contains("`validation_freq` is 0"), "{e}");
}

#[test]
fn an_epoch_of_some_steps_goes_on_where_the_last_one_stopped() {
    // Ten batches: epochs of four are 0-3, 4-7, 8-9, and 0-3 again.
    let seen = RefCell::new(Vec::new());
    let counted = LambdaCallback::default().on_train_batch_end(|batch, _, _| {
        seen.borrow_mut().push(batch);
        Ok(())
    });
    let mut parts = model(SGD::new(0.1));
    let fit = quiet().epochs(3).steps_per_epoch(4);
    parts.fit(data(40), fit.callback(counted)).unwrap();
    assert_eq!(*seen.borrow(), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
    let mut whole = model(SGD::new(0.1));
    whole.fit(data(40), quiet()).unwrap();
    assert_eq!(weights(&parts), weights(&whole));
    let e = parts.fit(data(4), quiet().steps_per_epoch(0)).unwrap_err();
    assert!(e.to_string().contains("`steps_per_epoch` is 0"), "{e}");
}

/// Fails once, after so many batches.
struct Interrupt(usize);

impl Callback for Interrupt {
    fn on_train_batch_begin(&mut self, _: usize, _: &mut Run<'_>) -> Result<()> {
        match self.0 {
            0 => Err(Error::value("interrupted")),
            _ => {
                self.0 -= 1;
                Ok(())
            }
        }
    }
}

#[test]
fn a_backup_is_gone_on_from_to_the_bit_and_deleted() {
    let folder = folder("backup");
    for (i, freq) in [None, Some(1), Some(3)].into_iter().enumerate() {
        let path = folder.join(format!("{i}.safetensors"));
        let backup = || {
            let backup = BackupAndRestore::new(&path);
            match freq {
                None => backup,
                Some(batches) => backup.save_freq(batches),
            }
        };
        let fit = || {
            quiet()
                .epochs(4)
                .steps_per_epoch(2)
                .validation_data(data(5))
        };
        let mut whole = model(Adam::new(0.05).ema(0.9));
        let expected = whole.fit(data(20), fit()).unwrap();

        let mut first = model(Adam::new(0.05).ema(0.9));
        let e = first
            .fit(data(20), fit().callback(backup()).callback(Interrupt(5)))
            .unwrap_err();
        assert!(
            e.to_string().contains("interrupted") && path.exists(),
            "{e}"
        );

        // Compiled anew, with other first weights.
        let mut second = model(Adam::new(0.05).use_ema(true).ema_momentum(0.9));
        set_seed(99);
        let history = second.fit(data(20), fit().callback(backup())).unwrap();
        assert_eq!(weights(&second), weights(&whole), "{freq:?}");
        let last = expected["val_loss"].last().unwrap().to_bits();
        assert_eq!(history["val_loss"].last().unwrap().to_bits(), last);
        assert_eq!(second.epochs_trained(), 4);
        assert!(!path.exists());
    }
}

#[test]
fn files_are_saved_after_so_many_batches() {
    let folder = folder("save_freq");
    let path = folder
        .join("{epoch}-{batch}.safetensors")
        .display()
        .to_string();
    let mut m = model(SGD::new(0.1));
    let fit = quiet()
        .epochs(2)
        .callback(ModelCheckpoint::new(path).save_freq(2));
    m.fit(data(12), fit).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "01-02.safetensors",
            "02-01.safetensors",
            "02-03.safetensors"
        ]
    );
}

#[test]
fn averages_are_evaluated_while_the_weights_are_trained() {
    let note = |seen: &RefCell<Vec<Vec<f32>>>, run: &Run<'_>| -> Result<()> {
        let parameters = nn_core::module::parameters(run.model());
        seen.borrow_mut().push(parameters[0].value().to_vec()?);
        Ok(())
    };
    let (tested, trained) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let look = LambdaCallback::new(|_, _, run| note(&trained, run))
        .on_test_begin(|run| note(&tested, run));
    let mut m = model(SGD::new(0.2).ema(0.5));
    let fit = || quiet().epochs(3).validation_data(data(8));
    m.fit(
        data(12),
        fit().callback(SwapEMAWeights::new()).callback(look),
    )
    .unwrap();
    let mut plain = model(SGD::new(0.2).ema(0.5));
    plain.fit(data(12), fit()).unwrap();
    assert_eq!(weights(&m), weights(&plain));
    assert!(
        tested
            .borrow()
            .iter()
            .zip(trained.borrow().iter())
            .all(|(a, b)| a != b)
    );
    m.finalize().unwrap();
    assert_eq!(
        m.parameters()[0].value().to_vec::<f32>().unwrap(),
        tested.borrow()[2]
    );

    // At the end of an epoch, for the callbacks after it.
    let mut swapped = model(SGD::new(0.2).ema(0.5));
    let averaged = RefCell::new(Vec::new());
    let look = LambdaCallback::new(|_, _, run| note(&averaged, run));
    let swap = SwapEMAWeights::new().swap_on_epoch(true);
    swapped
        .fit(data(12), fit().callback(swap).callback(look))
        .unwrap();
    assert_eq!(*averaged.borrow(), *tested.borrow());
    assert_eq!(weights(&swapped), weights(&plain));

    let e = model(SGD::new(0.2))
        .fit(data(12), quiet().callback(SwapEMAWeights::new()))
        .unwrap_err();
    assert!(
        e.to_string().contains("keeps no averages to swap with"),
        "{e}"
    );
}

#[test]
fn a_scaled_loss_trains_as_an_unscaled_one() {
    // Powers of 2 leave every bit where it is.
    let trained = |optimizer: Box<dyn Optimizer>| {
        let mut m = model(optimizer);
        m.fit(data(12), quiet().epochs(2)).unwrap();
        weights(&m)
    };
    let plain = trained(Box::new(SGD::new(0.1)));
    let fixed = SGD::new(0.1).loss_scale_factor(1024.0);
    assert_eq!(trained(Box::new(fixed)), plain);
    let dynamic = LossScaleOptimizer::new(SGD::new(0.1)).dynamic_growth_steps(2);
    assert_eq!(trained(Box::new(dynamic)), plain);
    // A scale that is too high costs a few steps.
    let mut m = model(LossScaleOptimizer::new(SGD::new(0.1)).initial_scale(3e38));
    let (x, y) = data(12);
    m.fit((x, y * 100.0), quiet().epochs(3)).unwrap();
    assert!(m.optimizer().iterations() > 0 && m.optimizer().iterations() < 9);
}

#[test]
fn groups_that_fit_nothing_are_a_mistake_before_the_first_step() {
    let mut m = model(Adam::new(0.1).group("encoder.*", |g| g.learning_rate(1e-3)));
    let before = weights_after_build(&m);
    let e = m.fit(data(8), quiet()).unwrap_err().to_string();
    assert!(e.contains("no parameter fits the group `encoder.*`"), "{e}");
    assert_eq!(weights(&m), before);
    let mut m = model(SGD::new(0.1).group("*.kernel", |g| g.learning_rate(0.0)));
    let before = weights_after_build(&m);
    m.fit(data(8), quiet()).unwrap();
    let after = weights(&m);
    assert!(before[0] == after[0] && before[1] != after[1]);
}

fn weights_after_build(m: &Compiled<Sequential>) -> Vec<Vec<u32>> {
    nn_core::Layer::build(m.model(), [2]).unwrap();
    weights(m)
}

#[test]
fn evaluation_in_batches_of_any_size() {
    let mut m = model(SGD::new(0.1));
    m.fit(data(8), quiet()).unwrap();
    let score = |scores: Scores| scores.get("loss").unwrap();
    let whole = score(m.evaluate(data(11)).unwrap());
    let parts = score(m.evaluate_batched(data(11), 2).unwrap());
    assert!((whole - parts).abs() < 1e-6 * whole);
    assert!(m.evaluate_batched(data(11), 0).is_err());
}

#[test]
fn an_evaluation_and_a_prediction_tell_their_callbacks_and_end_when_asked() {
    let told = RefCell::new(String::new());
    let tell = |what: &str| -> Result<()> {
        told.borrow_mut().push_str(what);
        Ok(())
    };
    let watcher = |last: usize| {
        LambdaCallback::default()
            .on_test_begin(|_| tell("<"))
            .on_test_batch_begin(|_, _| tell("t"))
            .on_test_batch_end(move |batch, _, run| {
                if batch == last {
                    run.stop();
                }
                tell("T")
            })
            .on_test_end(|scores, run| match (scores.get("loss"), run.has_failed()) {
                (Some(_), false) => tell(">"),
                _ => tell("!"),
            })
            .on_predict_begin(|_| tell("["))
            .on_predict_batch_begin(|_, _| tell("p"))
            .on_predict_batch_end(move |batch, outputs, run| {
                if batch == last {
                    run.stop();
                }
                tell(&outputs[0].shape()[0].to_string())
            })
            .on_predict_end(|run| tell(if run.has_failed() { "!" } else { "]" }))
    };
    let mut m = model(SGD::new(0.1));
    m.fit(data(8), quiet()).unwrap();
    let by_two = |last| Inference::new().batch_size(2).callback(watcher(last));
    let whole = m.evaluate_batched(data(5), 2).unwrap();
    assert_eq!(m.evaluate_with(data(5), by_two(9)).unwrap(), whole);
    let first = m
        .evaluate((data(5).0.slice(0..2), data(5).1.slice(0..2)))
        .unwrap();
    assert_eq!(m.evaluate_with(data(5), by_two(0)).unwrap(), first);
    let x = data(5).0;
    // The last bit of a product may depend on how many rows it has.
    let batches = [0..2, 2..4, 4..5].map(|rows| m.predict(x.slice(rows)).unwrap());
    let bits = |batches: &[Tensor]| {
        nn_core::ops::concatenate(batches, 0)
            .to_vec::<f32>()
            .unwrap()
    };
    let all = m.predict_with(&x, by_two(9)).unwrap();
    assert_eq!(all.to_vec::<f32>().unwrap(), bits(&batches));
    let part = m.predict_with(&x, by_two(1)).unwrap();
    assert_eq!(part.to_vec::<f32>().unwrap(), bits(&batches[..2]));
    let y = m.predict(&x).unwrap();
    let small = m.predict_with(&x, Inference::new().callback(watcher(9)));
    assert_eq!(small.unwrap().data::<f32>(), y.data::<f32>());
    assert_eq!(*told.borrow(), "<tTtTtT><tT>[p2p2p1][p2p2][p5]");

    // The end is told of an error too, and what does not begin is not told an end.
    told.borrow_mut().clear();
    assert!(m.predict_with(Tensor::ones([4, 9]), by_two(9)).is_err());
    let refuses = || {
        LambdaCallback::default()
            .on_test_begin(|_| Err(Error::value("no")))
            .on_predict_batch_end(|_, _, _| Err(Error::value("no")))
    };
    let e = m.evaluate_with(data(4), by_two(9).callback(refuses()).callback(watcher(9)));
    assert!(e.unwrap_err().to_string().contains("no"));
    let e = m.predict_with(data(2).0, by_two(9).callback(refuses()));
    assert!(e.unwrap_err().to_string().contains("no"));
    assert_eq!(*told.borrow(), "[p!<![p2!");
    assert!(m.predict_with(&x, Inference::new().batch_size(0)).is_err());
    assert!(
        m.evaluate_with(data(2), Inference::new().batch_size(0))
            .is_err()
    );
}

#[test]
fn averages_are_looked_at_and_taken_out_again() {
    let mut m = model(SGD::new(0.5).ema(0.9));
    m.fit(data(8), quiet().epochs(3)).unwrap();
    let (last, x) = (weights(&m), data(3).0);
    let swapped = || Inference::new().callback(SwapEMAWeights::new());
    let averaged = m.predict_with(&x, swapped()).unwrap();
    let loss = m.evaluate_with(data(3), swapped()).unwrap();
    assert!(m.predict_with(Tensor::ones([4, 9]), swapped()).is_err());
    assert_eq!(weights(&m), last);
    let plain = (m.predict(&x).unwrap(), m.evaluate(data(3)).unwrap());
    m.finalize().unwrap();
    assert_ne!(averaged.data::<f32>(), plain.0.data::<f32>());
    assert_ne!(loss, plain.1);
    assert_eq!(averaged.data::<f32>(), m.predict(&x).unwrap().data::<f32>());
    assert_eq!(loss, m.evaluate(data(3)).unwrap());
}

#[test]
fn a_fit_that_never_begins_leaves_the_log_of_the_last_one() {
    let folder = folder("log_kept");
    let path = folder.join("log.csv");
    let old = "epoch,loss\n0,0.5\n1,0.4\n";
    let log = || CSVLogger::new(&path);
    std::fs::write(&path, old).unwrap();
    let mut m = model(SGD::new(0.1));
    let missing = folder.join("none").join("m").display().to_string();
    let fit = quiet().callback(log());
    assert!(
        m.fit(data(6), fit.callback(ModelCheckpoint::new(missing)))
            .is_err()
    );
    let fit = quiet().callback(log());
    assert!(
        m.fit(data(6), fit.callback(EarlyStopping::new("val_loss")))
            .is_err()
    );
    let fit = quiet().initial_epoch(1).epochs(1).callback(log());
    assert_eq!(m.fit(data(6), fit).unwrap().epochs(), 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), old);
    // With a separator of its own it is written so, and goes on so.
    for (epoch, lines) in [(0, 2), (1, 3)] {
        let fit = quiet().initial_epoch(epoch).epochs(epoch + 1);
        m.fit(data(6), fit.callback(log().separator(';'))).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("epoch;loss\n0;") && text.lines().count() == lines,
            "{text}"
        );
    }
    let e = m.fit(data(6), quiet().callback(log().separator('.')));
    assert!(e.unwrap_err().to_string().contains("`separator`"));
    // A training from its beginning writes it anew.
    let fit = quiet().initial_epoch(0).epochs(1).callback(log());
    m.fit(data(6), fit).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("epoch,loss\n0,") && text.lines().count() == 2,
        "{text}"
    );
}

#[test]
fn the_log_of_a_training_that_goes_on_goes_on() {
    let folder = folder("log_goes_on");
    let path = folder.join("log.csv");
    let file = folder.join("m.safetensors");
    let log = || CSVLogger::new(&path);
    let numbers = || -> Vec<String> {
        let text = std::fs::read_to_string(&path).unwrap();
        let first = |line: &str| line.split(',').next().unwrap_or_default().to_string();
        text.lines().map(first).collect()
    };
    let mut m = model(SGD::new(0.1));
    for _ in 0..2 {
        m.fit(data(6), quiet().epochs(2).callback(log())).unwrap();
    }
    assert_eq!(numbers(), ["epoch", "0", "1", "2", "3"]);
    // A last line without its end goes.
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}4,0.")).unwrap();
    m.save(&file).unwrap();
    let mut m = Compiled::<Sequential>::load(&file).unwrap();
    m.fit(data(6), quiet().callback(log())).unwrap();
    assert_eq!(numbers(), ["epoch", "0", "1", "2", "3", "4"]);
    // An epoch that is trained again, from a save before it, stands there once.
    let mut again = Compiled::<Sequential>::load(&file).unwrap();
    let fit = quiet().epochs(2).callback(log());
    again.fit(data(6), fit).unwrap();
    assert_eq!(numbers(), ["epoch", "0", "1", "2", "3", "4", "5"]);
    // With other columns it is another log.
    let fit = quiet().validation_data(data(5));
    m.fit(data(6), fit.callback(log())).unwrap();
    assert_eq!(numbers(), ["epoch", "5"]);
    std::fs::write(&path, "notes").unwrap();
    m.fit(data(6), quiet().callback(log())).unwrap();
    assert_eq!(numbers(), ["epoch", "6"]);
}

#[test]
fn what_is_no_log_is_refused_as_it_was() {
    let path = folder("log_refused").join("notes.txt");
    let log = || CSVLogger::new(&path).append(true);
    let mut m = model(SGD::new(0.1));
    std::fs::write(&path, "my notes").unwrap();
    let e = m.fit(data(6), quiet().callback(log())).unwrap_err();
    assert!(e.to_string().contains("`my notes`"), "{e}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "my notes");
    let other = "epoch,accuracy\n0,1";
    std::fs::write(&path, other).unwrap();
    let e = m.fit(data(6), quiet().callback(log())).unwrap_err();
    assert!(e.to_string().contains("no column `loss`"), "{e}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
}

#[test]
fn a_path_that_cannot_be_written_is_found_before_the_first_epoch() {
    let folder = folder("unwritable");
    let refused = |fit: Fit<'_>, part: &str| {
        let mut m = model(SGD::new(0.1));
        let e = m.fit(data(6), fit).unwrap_err().to_string();
        assert!(e.contains("'s path") && e.contains(part), "{e}");
        assert_eq!(m.epochs_trained(), 0);
    };
    let save = |name: &str| ModelCheckpoint::new(folder.join(name).display().to_string());
    refused(quiet().callback(save("a\0b")), "NUL");
    refused(
        quiet().callback(BackupAndRestore::new(folder.join("a\0b"))),
        "NUL",
    );
    refused(quiet().callback(CSVLogger::new(folder.join("a\0b"))), "NUL");
    refused(quiet().callback(save("dir{epoch}/m")), "there is no folder");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("b"), folder.join("a")).unwrap();
        std::os::unix::fs::symlink(folder.join("a"), folder.join("b")).unwrap();
        refused(quiet().callback(save("a")), "links");
        std::fs::remove_file(folder.join("a")).unwrap();
        std::fs::remove_file(folder.join("b")).unwrap();
    }
    // The folder is that of the first epoch, and nothing is left in it.
    std::fs::create_dir_all(folder.join("dir03")).unwrap();
    let mut m = model(SGD::new(0.1));
    let fit = quiet().initial_epoch(2).epochs(3);
    m.fit(data(6), fit.callback(save("dir{epoch}/m"))).unwrap();
    let names = std::fs::read_dir(folder.join("dir03")).unwrap();
    let names: Vec<_> = names.map(|f| f.unwrap().file_name()).collect();
    assert_eq!(names, ["m"]);
}

#[test]
fn two_callbacks_of_one_path_are_a_mistake() {
    let folder = folder("one_path");
    let path = folder.join("m.safetensors");
    let again = folder.join(".").join("m.safetensors");
    let save = || ModelCheckpoint::new(again.display().to_string());
    let fits = [
        quiet()
            .callback(save())
            .callback(BackupAndRestore::new(&path)),
        quiet().callback(CSVLogger::new(&path)).callback(save()),
        quiet().callback(save()).callback(save()),
    ];
    for fit in fits {
        let e = model(SGD::new(0.1)).fit(data(6), fit).unwrap_err();
        assert!(e.to_string().contains("both write to"), "{e}");
        assert!(!path.exists());
    }
}

#[test]
fn a_backup_deletes_only_what_it_wrote_or_went_on_from() {
    let folder = folder("backup_ours");
    let path = folder.join("m.safetensors");
    // Written by somebody else after training began, without an epoch of this training.
    let other = LambdaCallback::default()
        .on_train_begin(|_| std::fs::write(&path, "not ours").map_err(|e| Error::io(&path, &e)));
    let fit = quiet().initial_epoch(1).epochs(1);
    let fit = fit.callback(BackupAndRestore::new(&path)).callback(other);
    model(SGD::new(0.1)).fit(data(6), fit).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "not ours");
    std::fs::remove_file(&path).unwrap();
    // That it is gone already is no error.
    let removes = LambdaCallback::default()
        .on_train_end(|_| std::fs::remove_file(&path).map_err(|e| Error::io(&path, &e)));
    let fit = quiet()
        .callback(removes)
        .callback(BackupAndRestore::new(&path));
    model(SGD::new(0.1)).fit(data(6), fit).unwrap();
    assert!(!path.exists());
}

#[test]
fn a_number_of_an_epoch_that_no_file_holds_is_refused() {
    let mut m = model(SGD::new(0.1));
    let first = 1_usize << 48;
    let fit = quiet().initial_epoch(first).epochs(first + 1);
    let e = m.fit(data(6), fit).unwrap_err().to_string();
    assert!(
        e.contains("`initial_epoch` is 281474976710656") && e.contains("below 281474976710656"),
        "{e}"
    );
}

#[test]
#[should_panic(expected = "row 9223372036854775808 of a data set of 6 rows")]
fn a_row_that_is_not_there_is_not_selected() {
    let (x, y) = data(6);
    let _ = nn_train::Dataset::new(x, y).unwrap().select(&[1 << 63]);
}
