//! Trainings of a few steps end where Keras's do: losses, weights, moving statistics, predictions.

mod common;
#[path = "../nn-train/tests/golden_support/mod.rs"]
mod golden_support;

use common::CnnBlock;
use golden_support::{Case, cases};
use nn::prelude::*;

#[model]
struct WideAndDeep {
    hidden1: Dense,
    hidden2: Dense,
    main_output: Dense,
    aux_output: Dense,
}

#[model]
impl WideAndDeep {
    fn call(&self, (wide, deep): (Tensor, Tensor)) -> (Tensor, Tensor) {
        let hidden = self.hidden2(self.hidden1(deep));
        let concat = concatenate([&wide, &hidden], -1);
        (self.main_output(concat), self.aux_output(hidden))
    }
}

fn case(file: &str) -> Case {
    cases("models")
        .into_iter()
        .find(|c| c.file == file)
        .unwrap()
}

/// Runs the steps of a case and compares what comes out. Sums of a few hundred f32 products over a few steps differ by rounding: 1e-5
/// of a number, absolute plus relative.
fn check<M: Model>(
    case: &Case,
    model: M,
    compile: Compile,
    inputs: impl nn::InputShapes,
    batch: impl Fn(&Case, usize) -> (Vec<Tensor>, Vec<Tensor>),
) -> Compiled<M> {
    const TOLERANCE: f64 = 1e-5;
    model.build(inputs).unwrap();
    for p in model.parameters() {
        let before = case
            .get(&format!("before/{}", p.path()))
            .unwrap_or_else(|| panic!("no {}", p.path()));
        p.set_value(before).unwrap();
    }
    let mut model = model.compile(compile);
    let steps = case.description["steps"].as_u64().unwrap() as usize;
    assert!(steps >= 3);
    for k in 0..steps {
        let (x, y) = batch(case, k);
        let loss = model.train_on_batch(x, y).unwrap()["loss"];
        let expected = case.get(&format!("loss.{k}")).unwrap().to_f64().unwrap();
        assert!(
            nn::testing::close(loss, expected, TOLERANCE),
            "loss of step {k}: {loss}, Keras {expected}"
        );
    }
    for p in model.parameters() {
        assert_close(
            &p.value(),
            case.get(&format!("after/{}", p.path())).unwrap(),
            TOLERANCE,
        );
    }
    model
}

#[test]
fn a_small_cnn_with_momentum() {
    let case = case("cnn_blocks");
    let model = Sequential::new()
        .add(CnnBlock::new(4))
        .add(CnnBlock::new(8))
        .add(Flatten::new())
        .add(Dense::new(10));
    let optimizer = nn::optimizers::from_config(&case.description["optimizer"]).unwrap();
    let compile = Compile::new(optimizer, SparseCategoricalCrossentropy::from_logits());
    let batch = |case: &Case, k: usize| {
        let part = |what: &str| vec![case.get(&format!("{what}.{k}")).unwrap().clone()];
        (part("x"), part("y"))
    };
    let model = check(&case, model, compile, [8, 8, 1], batch);
    let output = model.predict(case.get("x.0").unwrap()).unwrap();
    assert_close(&output, case.get("output").unwrap(), 1e-5);
}

#[test]
fn two_inputs_two_outputs_and_loss_weights_with_adam() {
    let case = case("wide_and_deep");
    let dense = |units| Dense::new(units).activation(Activation::Relu);
    let model = WideAndDeep {
        hidden1: dense(30),
        hidden2: dense(30),
        main_output: Dense::new(1),
        aux_output: Dense::new(1),
    };
    let weights = case.description["loss_weights"].as_array().unwrap();
    let weights: Vec<f64> = weights.iter().map(|w| w.as_f64().unwrap()).collect();
    let optimizer = nn::optimizers::from_config(&case.description["optimizer"]).unwrap();
    let losses = (MeanSquaredError::new(), MeanSquaredError::new());
    let batch = |case: &Case, k: usize| {
        let part = |what: &str| {
            (0..2)
                .map(|i| case.get(&format!("{what}.{k}.{i}")).unwrap().clone())
                .collect()
        };
        (part("x"), part("y"))
    };
    let shapes: Vec<Shape> = (0..2)
        .map(|i| Shape::new(&case.get(&format!("x.0.{i}")).unwrap().shape()[1..]))
        .collect();
    let model = check(
        &case,
        model,
        Compile::new(optimizer, losses).loss_weights(weights),
        shapes,
        batch,
    );
    let x = |i: usize| case.get(&format!("x.0.{i}")).unwrap().clone();
    let (main, aux) = model.predict((x(0), x(1))).unwrap();
    assert_close(&main, case.get("output.0").unwrap(), 1e-5);
    assert_close(&aux, case.get("output.1").unwrap(), 1e-5);
}
