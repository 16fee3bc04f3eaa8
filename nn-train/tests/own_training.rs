//! Losses, metrics and schedules of a program's own that nobody has made known: what a file with them is good for, and what is said of them.

use nn_core::{Module, Result, Tensor};
use nn_layers::{Dense, Sequential};
use nn_train::callbacks::{BackupAndRestore, LambdaCallback};
use nn_train::losses::{Loss, MeanSquaredError};
use nn_train::metrics::Metric;
use nn_train::optimizers::SGD;
use nn_train::schedules::Schedule;
use nn_train::{Compile, Compiled, Fit, Model, Verbose};
use serde_json::{Value, json};
use std::path::PathBuf;

struct Mine;

impl Loss for Mine {
    fn name(&self) -> &str {
        "mine"
    }
    fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
        (y_true - y_pred).square().mean_axis(-1)
    }
}

impl Schedule for Mine {
    fn at(&self, _: u64) -> f64 {
        0.1
    }
}

/// Counts batches.
#[derive(Clone)]
struct Batches(f64);

impl Metric for Batches {
    fn name(&self) -> &str {
        "batches"
    }
    fn update(&mut self, _: &Tensor, _: &Tensor, _: Option<&Tensor>) -> Result<()> {
        self.0 += 1.0;
        Ok(())
    }
    fn result(&self) -> f64 {
        self.0
    }
    fn reset(&mut self) {
        self.0 = 0.0;
    }
    fn boxed_clone(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

/// The same with another configuration.
#[derive(Clone)]
struct Says(Batches, Value);

impl Metric for Says {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn update(&mut self, y: &Tensor, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<()> {
        self.0.update(y, y_pred, weight)
    }
    fn result(&self) -> f64 {
        self.0.result()
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn config(&self) -> Value {
        self.1.clone()
    }
    fn boxed_clone(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nn_own_training_{name}_{}", std::process::id()))
}

fn data() -> (Tensor, Tensor) {
    (Tensor::ones([8, 2]), Tensor::ones([8, 1]))
}

fn quiet<'a>() -> Fit<'a> {
    Fit::new().verbose(Verbose::Silent).batch_size(4)
}

fn trained(compile: Compile) -> Compiled<Sequential> {
    let mut model = Sequential::new().add(Dense::new(1)).compile(compile);
    model.fit(data(), quiet()).unwrap();
    model
}

fn squared() -> Compile {
    Compile::new(SGD::new(0.1), MeanSquaredError::new())
}

#[test]
fn the_weights_are_there_and_the_error_has_the_line_that_is_missing() {
    let cases = [
        (Compile::new(SGD::new(0.1), Mine), "Loss: Mine"),
        (squared().metric(Batches(0.0)), "Metric: Batches"),
        (
            Compile::new(SGD::new(Mine), MeanSquaredError::new()),
            "Schedule: Mine",
        ),
    ];
    let path = path("unknown");
    for (compile, line) in cases {
        let model = trained(compile);
        model.save(&path).unwrap();
        let e = Compiled::<Sequential>::load(&path).err().unwrap();
        let e = e.to_string();
        let line = format!("`nn::register!({line});` in this program");
        assert!(
            e.contains(&line) && e.contains("::from_config(&Value)"),
            "{e}"
        );
        assert!(e.contains("`load_model`"), "{e}");
        let bits = |m: &Sequential| m.parameters()[0].value().to_vec::<f32>().unwrap();
        let again = Sequential::load_model(&path).unwrap();
        assert_eq!(bits(&again), bits(model.model()));
        model.load_weights(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn what_nobody_could_find_is_named_and_not_saved() {
    let path = path("nameless");
    let refused = |compile: Compile, parts: &[&str]| {
        let e = trained(compile).save(&path).unwrap_err().to_string();
        for part in parts {
            assert!(e.contains(part), "`{part}` is not in: {e}");
        }
        assert!(!path.exists());
    };
    for config in [json!({}), json!(null), json!({"class_name": ""})] {
        let found = format!("found {config}; `save_model`");
        refused(
            squared().metric(Says(Batches(0.0), config)),
            &[
                "the `config` of the metric `batches`",
                "`class_name`",
                &found,
            ],
        );
    }
    let closure = |y: &Tensor, y_pred: &Tensor| (y - y_pred).square().mean_axis(-1);
    let way_out = ["is a closure", "`nn::register!(Function: its_name);`"];
    refused(Compile::new(SGD::new(0.1), closure), &way_out);
    refused(squared().metric(closure), &way_out);
}

/// Losses and metrics are those that the model is compiled with, so that a backup need not find them.
#[test]
fn an_interrupted_training_goes_on_with_a_loss_that_is_not_known() {
    let path = path("backup");
    let compile = || Compile::new(SGD::new(0.1), Mine).metric(Batches(0.0));
    let stop = LambdaCallback::default().on_epoch_begin(|epoch, _| match epoch {
        2 => Err(nn_core::Error::value("interrupted")),
        _ => Ok(()),
    });
    let fit = quiet().epochs(3).callback(BackupAndRestore::new(&path));
    let mut model = Sequential::new().add(Dense::new(1)).compile(compile());
    model.fit(data(), fit.callback(stop)).unwrap_err();
    assert!(path.exists());

    let mut model = Sequential::new().add(Dense::new(1)).compile(compile());
    let fit = quiet().epochs(3).callback(BackupAndRestore::new(&path));
    model.fit(data(), fit).unwrap();
    assert_eq!(model.epochs_trained(), 3);
}
