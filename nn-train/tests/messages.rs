//! What is checked before a training, an evaluation or a prediction changes anything, and what is said of it.

use nn::losses::Reduction;
use nn::prelude::*;
use std::path::PathBuf;

fn quiet<'a>() -> Fit<'a> {
    Fit::new().verbose(Verbose::Silent)
}

fn data() -> (Tensor, Tensor) {
    (Tensor::ones([8, 4]), Tensor::zeros([8, 1]))
}

fn dense(units: usize) -> Sequential {
    Sequential::new().add(Dense::new(units))
}

fn sgd(rate: f64) -> Compile {
    Compile::new(SGD::new(rate), MeanSquaredError::new())
}

#[model]
struct Two {
    a: Dense,
    b: Dense,
}

#[model]
impl Two {
    fn call(&self, x: Tensor) -> (Tensor, Tensor) {
        (self.a(&x), self.b(x))
    }
}

#[test]
fn a_metric_called_as_the_loss_of_an_output_is_refused_in_the_first_fit() {
    let (x, y) = data();
    let compile = Compile::new(
        SGD::new(0.1),
        (MeanSquaredError::new(), MeanSquaredError::new()),
    );
    let metric = LossMetric::new(MeanAbsoluteError::new()).name("loss");
    let two = Two {
        a: Dense::new(1),
        b: Dense::new(1),
    };
    let mut model = two.compile(compile.metric_for("a", metric));
    for _ in 0..2 {
        let e = model.fit((&x, (&y, &y)), quiet()).unwrap_err().to_string();
        assert!(
            e.contains("a metric is called `a_loss`, as a loss is"),
            "{e}"
        );
        assert_eq!(model.epochs_trained(), 0);
        let e = model.evaluate((&x, (&y, &y))).unwrap_err().to_string();
        assert!(e.contains("`a_loss`"), "{e}");
    }
}

/// Its training step leaves the compiled metrics out.
#[model]
struct Silent {
    a: Dense,
}

#[model]
impl Silent {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }

    fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
        let tape = GradientTape::new();
        let y_pred = step.forward(&x);
        let loss = step.loss(&y, &y_pred);
        step.apply(tape.gradient(&loss, self)?)?;
        step.report("loss", &loss)
    }
}

/// Its test step leaves them out too.
#[model]
struct Mute {
    a: Dense,
}

#[model]
impl Mute {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }

    fn test_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
        let y_pred = step.forward(&x);
        let loss = step.loss(&y, &y_pred);
        step.report("loss", &loss)
    }
}

#[test]
fn a_metric_that_no_step_updates_has_no_score() {
    let (x, y) = (Tensor::ones([8, 4]), Tensor::full([8, 1], 5.0));
    let compile = || sgd(0.01).metric(MeanAbsoluteError::new());
    let mut silent = Silent { a: Dense::new(1) }.compile(compile());
    let history = silent
        .fit((&x, &y), quiet().validation_data((&x, &y)))
        .unwrap();
    let names: Vec<&str> = history.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["loss", "val_loss", "val_mean_absolute_error"]);
    assert!(history["val_mean_absolute_error"][0] > 0.0);
    assert_eq!(silent.train_on_batch(&x, &y).unwrap().names(), "loss");

    let stop = || EarlyStopping::new("mean_absolute_error");
    let e = silent.fit((&x, &y), quiet().epochs(3).callback(stop()));
    let e = e.unwrap_err().to_string();
    assert!(
        e.contains("`mean_absolute_error`, which is not there; there are loss")
            && e.contains("`train_step` calls `update_metrics`"),
        "{e}"
    );

    let mut mute = Mute { a: Dense::new(1) }.compile(compile());
    assert_eq!(mute.evaluate((&x, &y)).unwrap().names(), "loss");
    let history = mute.fit((&x, &y), quiet().callback(stop())).unwrap();
    assert!(history["mean_absolute_error"][0] > 0.0);
    let stop = EarlyStopping::new("val_mean_absolute_error");
    let fit = quiet().validation_data((&x, &y)).callback(stop);
    let e = mute.fit((&x, &y), fit).unwrap_err().to_string();
    assert!(e.contains("`test_step` calls `update_metrics`"), "{e}");
}

/// A layer's loss of its own, beside a step that looks at it.
#[model]
struct Adds {
    a: Dense,
}

#[model]
impl Adds {
    fn call(&self, x: Tensor) -> Tensor {
        let h = self.a(x);
        nn::add_loss(h.square().mean() + 1.0);
        h
    }

    fn train_step(&self, step: &mut Step<'_, Self>, (x, y): (Tensor, Tensor)) -> nn::Result<()> {
        assert!(step.added_losses().is_empty());
        let tape = GradientTape::new();
        let y_pred = step.forward(&x);
        let [own] = step.added_losses().try_into().expect("one loss");
        let (first, again) = (step.loss(&y, &y_pred), step.loss(&y, &y_pred));
        step.report("own", &own)?;
        step.report("counted", &(&first - again))?;
        // What was counted can still be looked at.
        step.report("after", &step.added_losses()[0])?;
        step.apply(tape.gradient(&first, self)?)?;
        step.report("loss", &first)
    }
}

#[test]
fn a_step_gives_the_losses_that_layers_added() {
    let (x, y) = data();
    let mut model = Adds { a: Dense::new(1) }.compile(sgd(0.1));
    let history = model.fit((x, y), quiet()).unwrap();
    let (own, counted) = (history["own"][0], history["counted"][0]);
    assert!(own >= 1.0);
    // A second loss of the same predictions does not count them again.
    assert!((own - counted).abs() <= 1e-5 * own, "{own} {counted}");
    assert_eq!(history["after"][0], own);
}

/// Its output has no row for each sample.
#[model]
struct Mixes {
    a: Dense,
}

#[model]
impl Mixes {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x).mean_axis(0)
    }
}

#[test]
fn predictions_without_a_batch_axis_are_told_in_their_own_shape() {
    let (x, y) = (Tensor::ones([40, 4]), Tensor::zeros([40, 2]));
    let mut model = Mixes { a: Dense::new(2) }.compile(sgd(0.1));
    let of_fit = model.fit((&x, &y), quiet().batch_size(8)).unwrap_err();
    let (x, y) = (x.slice(0..8), y.slice(0..8));
    let of_batch = model.train_on_batch(&x, &y).unwrap_err().to_string();
    assert!(
        of_batch.contains("targets of shape [8, 2] do not fit predictions of shape [2]"),
        "{of_batch}"
    );
    assert!(of_fit.to_string().contains(&of_batch), "{of_fit}");
}

#[model]
struct Sum {
    a: Dense,
    b: Dense,
}

#[model]
impl Sum {
    fn call(&self, (x, z): (Tensor, Tensor)) -> Tensor {
        self.a(x) + self.b(z)
    }
}

#[test]
fn inputs_of_different_lengths_are_not_broadcast_in_a_prediction() {
    let sum = Sum {
        a: Dense::new(2),
        b: Dense::new(2),
    };
    let model = sum.compile(sgd(0.1));
    for rows in [10, 300] {
        let x = || (Tensor::ones([rows, 4]), Tensor::ones([1, 4]));
        let swapped = || (Tensor::ones([1, 4]), Tensor::ones([rows, 4]));
        for (e, first) in [
            (model.predict(x()), rows),
            (model.model().predict(x()), rows),
            (model.predict_on_batch(x()), rows),
            (model.predict_batched(x(), 4), rows),
            (model.predict(swapped()), 1),
        ] {
            let e = e.unwrap_err().to_string();
            let second = rows + 1 - first;
            assert!(
                e.contains(&format!("x.0 has {first} rows and x.1 has {second}")),
                "{e}"
            );
        }
        let fits = (Tensor::ones([rows, 4]), Tensor::ones([rows, 4]));
        assert_eq!(model.predict(fits).unwrap().shape(), [rows, 2]);
    }
}

#[test]
fn an_infinite_loss_of_finite_layers_is_told_as_divergence() {
    let (x, y) = data();
    let told = |rate, x: &Tensor, y: &Tensor| {
        let mut model = dense(1).compile(sgd(rate));
        let e = model.fit((x, y), quiet().epochs(3)).unwrap_err();
        e.to_string()
    };
    for (e, what) in [
        (told(1e30, &x, &y), "the predictions"),
        (told(0.1, &(&x * 1e30), &y), "the predictions"),
        (
            told(0.1, &x, &(&y + 1e30)),
            "the targets are as great as 1e30",
        ),
    ] {
        assert!(
            e.contains(what) && e.contains("a lower learning rate"),
            "{e}"
        );
        assert!(!e.contains("logits"), "{e}");
    }
}

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nn_messages_{name}_{}", std::process::id()))
}

#[test]
fn what_cannot_be_saved_is_refused_before_the_first_epoch() {
    let (x, y) = data();
    let own = |t: &Tensor, p: &Tensor| (t - p).abs().mean();
    let file = path("checkpoint");
    let save = || ModelCheckpoint::new(file.to_string_lossy()).save_best_only("loss");
    let mut model = dense(1).compile(Compile::new(SGD::new(0.1), own));
    let e = model.fit((&x, &y), quiet().callback(save())).unwrap_err();
    let e = e.to_string();
    assert!(
        e.contains("the loss is a closure") && e.contains("`save_weights_only(true)`"),
        "{e}"
    );
    let backup = nn::callbacks::BackupAndRestore::new(path("backup"));
    let e = model.fit((&x, &y), quiet().callback(backup)).unwrap_err();
    assert!(e.to_string().contains("BackupAndRestore"), "{e}");
    assert_eq!(model.epochs_trained(), 0);
    assert!(!file.exists());
    let weights = save().save_weights_only(true);
    model.fit((&x, &y), quiet().callback(weights)).unwrap();
    std::fs::remove_file(&file).unwrap();

    let mut model = dense(1).compile(sgd(0.1).metric(own));
    model.fit((&x, &y), quiet()).unwrap();
    let e = model.save(&file).unwrap_err().to_string();
    assert!(e.contains("the metric is a closure"), "{e}");
    assert!(!e.contains("the loss"), "{e}");
    assert!(!file.exists());
}

#[test]
fn a_score_of_another_name_is_told_with_the_names_that_there_are() {
    let (x, y) = data();
    let names = "loss, mean_absolute_error";
    let fit = || {
        quiet()
            .validation_data((&x, &y))
            .callback(EarlyStopping::new("val_acuracy"))
    };
    let compile = || sgd(0.1).metric(MeanAbsoluteError::new());
    let mut model = dense(1).compile(compile());
    let e = model.fit((&x, &y), fit()).unwrap_err().to_string();
    assert!(
        e.contains("`val_acuracy`, which is not there") && e.contains(names),
        "{e}"
    );
    // Where anything may be reported, the names are those that are known.
    let e = model.fit((&x, &y), fit().on_epoch_end(|_, _, _| Ok(())));
    assert!(e.unwrap_err().to_string().contains("which is not there"));
    let mut own = Silent { a: Dense::new(1) }.compile(compile());
    let e = own.fit((&x, &y), fit()).unwrap_err().to_string();
    assert!(e.contains(names) && e.contains("mode("), "{e}");
    assert_eq!(own.epochs_trained(), 0);
}

#[test]
fn a_loss_of_any_reduction_looks_at_its_axis() {
    let (y, p) = (Tensor::from([1_i64, 0]), Tensor::full([2, 3], 0.3_f32));
    let loss = SparseCategoricalCrossentropy::new().axis(isize::MAX);
    let e = loss.reduction(Reduction::None).call(&y, &p);
    let e = e.into_result().unwrap_err().to_string();
    assert!(e.contains("sparse_categorical_crossentropy"), "{e}");
}
