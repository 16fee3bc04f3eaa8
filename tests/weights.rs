//! Weights of samples and classes, penalties, and which way a metric is better: as in Keras.

mod common;

use common::quiet;
use nn::metrics::cosine_similarity::CosineSimilarity;
use nn::metrics::{Curve, Direction, LossMetric};
use nn::prelude::*;

fn eight() -> (Tensor, Tensor) {
    (
        Tensor::zeros([8, 2]),
        Tensor::from([0_i64, 0, 0, 0, 0, 0, 1, 1]),
    )
}

#[test]
fn weights_enter_the_loss_and_weighted_metrics_only() {
    let (x, y) = eight();
    let mut m = Sequential::new().add(Dense::new(2)).compile(
        Compile::new(SGD::new(0.0), SparseCategoricalCrossentropy::from_logits())
            .metric(SparseCategoricalAccuracy::new())
            .weighted_metric(SparseCategoricalAccuracy::new()),
    );
    let fit = quiet().class_weight([(1, 3.0)]).validation_data((&x, &y));
    let h = m.fit((&x, &y), fit).unwrap();
    assert_eq!((h["accuracy"][0], h["weighted_accuracy"][0]), (0.75, 0.5));
    // Class weights are for training, as in Keras.
    assert_eq!(
        (h["val_accuracy"][0], h["val_weighted_accuracy"][0]),
        (0.75, 0.75)
    );
    let ln2 = 2.0_f64.ln();
    assert!((h["loss"][0] - 1.5 * ln2).abs() < 1e-6 && (h["val_loss"][0] - ln2).abs() < 1e-6);
    let weights = Tensor::from([1.0_f32, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 3.0]);
    let scores = m.evaluate((&x, &y, weights)).unwrap();
    assert_eq!(
        (scores["accuracy"], scores["weighted_accuracy"]),
        (0.75, 0.5)
    );
    // Both are saved.
    let path = common::folder("weighted").join("m.safetensors");
    m.save(&path).unwrap();
    let mut back = Compiled::<Sequential>::load(&path).unwrap();
    let weights = Tensor::from([1.0_f32, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 3.0]);
    assert_eq!(back.evaluate((&x, &y, weights)).unwrap(), scores);
}

#[test]
fn classes_are_found_in_targets_of_any_kind() {
    let x = Tensor::zeros([4, 2]);
    let loss = |y: Tensor, compile: Compile, units: usize| {
        let m = Sequential::new().add(Dense::new(units)).compile(compile);
        let mut m = m;
        let fit = quiet().class_weight([(1, 2.0)]);
        m.fit((&x, y), fit).map(|h| h["loss"][0])
    };
    let binary = || Compile::new(SGD::new(0.0), BinaryCrossentropy::from_logits());
    let expected = 1.25 * 2.0_f64.ln();
    let column = [[0.0_f32], [1.0], [0.0], [0.0]];
    for y in [
        Tensor::from(column),
        Tensor::from(column).cast(DType::F64),
        Tensor::from(column).cast(DType::I64),
        Tensor::from(column).cast(DType::Bool),
    ] {
        let found = loss(y, binary(), 1).unwrap();
        assert!((found - expected).abs() < 1e-6, "{found}");
    }
    let one_hot = Tensor::from([[1.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]);
    let categorical = || Compile::new(SGD::new(0.0), CategoricalCrossentropy::from_logits());
    let found = loss(one_hot, categorical(), 2).unwrap();
    assert!((found - expected).abs() < 1e-6, "{found}");
    let e = loss(Tensor::full([4, 1], 0.5_f32), binary(), 1).unwrap_err();
    assert!(e.to_string().contains("the label in row 0 is 0.5"), "{e}");
    let e = loss(Tensor::ones([4, 2]), categorical(), 2).unwrap_err();
    assert!(e.to_string().contains("adds up to 2 and not to 1"), "{e}");
    let e = loss(Tensor::ones([4, 2, 2]), categorical(), 2).unwrap_err();
    assert!(e.to_string().contains("[4, 2, 2]"), "{e}");
}

#[test]
fn weights_of_time_steps_leave_out_padding() {
    let (x, y) = (Tensor::zeros([4, 5, 2]), Tensor::ones([4, 5, 1]));
    let steps = Tensor::from([[1.0_f32, 1.0, 0.0, 0.0, 0.0]; 4]);
    let data = Dataset::new(&x, &y).unwrap().with_weights(steps).unwrap();
    let mut m = Sequential::new().add(Dense::new(1)).compile(
        Compile::new(SGD::new(0.0), MeanSquaredError::new())
            .weighted_metric(LossMetric::new(MeanSquaredError::new()).name("mse")),
    );
    // The mean is over all time steps, as in Keras; that of a weighted metric over the weights.
    let h = m.fit(&data, quiet().batch_size(3)).unwrap();
    assert!((h["loss"][0] - 0.4).abs() < 1e-6 && (h["mse"][0] - 1.0).abs() < 1e-6);
    assert!((m.evaluate(&data).unwrap()["loss"] - 0.4).abs() < 1e-6);
    let e = Dataset::new(&x, &y)
        .unwrap()
        .with_weights(Tensor::ones([3, 5]))
        .unwrap_err();
    assert!(e.to_string().contains("4 samples need weights"), "{e}");
    let e = m
        .fit((&x, &y, Tensor::ones([4, 6])), quiet())
        .unwrap_err()
        .to_string();
    assert!(e.contains("sample weights of shape [4, 6]"), "{e}");
}

#[test]
fn a_column_of_weights_fits_rows_of_any_width() {
    let column = Tensor::from([[0.0_f32], [2.0]]);
    let (y, p) = (Tensor::zeros([2, 3]), Tensor::ones([2, 3]));
    let loss = MeanSquaredError::new().weighted(&y, &p, Some(&column));
    assert_eq!(loss.item::<f32>().unwrap(), 1.0);
    let mut accuracy = BinaryAccuracy::new();
    let y = Tensor::from([[1.0_f32, 1.0, 1.0], [0.0, 1.0, 1.0]]);
    accuracy.update(&y, &p, Some(&column)).unwrap();
    assert!((accuracy.result() - 2.0 / 3.0).abs() < 1e-9);
    let e = MeanSquaredError::new().weighted(&y, &p, Some(&Tensor::ones([2, 2])));
    assert!(e.error().is_some());
    // One weight for all, as Keras broadcasts it.
    let one = MeanSquaredError::new().weighted(&y, &p, Some(&Tensor::full([1, 1], 3.0)));
    let plain = MeanSquaredError::new().weighted(&y, &p, None);
    assert_eq!(
        one.item::<f32>().unwrap(),
        3.0 * plain.item::<f32>().unwrap()
    );
}

#[test]
fn frozen_parameters_have_no_penalty() {
    let model = Sequential::new()
        .add(
            Dense::new(2)
                .kernel_initializer(Initializer::Ones)
                .kernel_regularizer(Regularizer::l2(1.0)),
        )
        .add(Dense::new(1).kernel_initializer(Initializer::Zeros));
    let freeze = |model: &Sequential, trainable| {
        nn::module::parameters(model.get(0).unwrap())
            .iter()
            .for_each(|p| p.set_trainable(trainable));
    };
    freeze(&model, false);
    let mut m = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let data = || (Tensor::ones([4, 2]), Tensor::zeros([4, 1]));
    assert_eq!(m.evaluate(data()).unwrap()["loss"], 0.0);
    assert_eq!(m.fit(data(), quiet()).unwrap()["loss"], [0.0]);
    freeze(&m, true);
    assert_eq!(m.evaluate(data()).unwrap()["loss"], 4.0);
}

#[test]
fn callbacks_ask_the_metric_for_its_direction() {
    nn::set_seed(3);
    let x = Tensor::random_normal([400, 5]);
    let y = x.columns(0..1).greater(0.0).cast(DType::F32);
    let compile = || {
        Compile::new(SGD::new(0.05), BinaryCrossentropy::new())
            .metric(AUC::new())
            .metric(AUC::new().curve(Curve::Pr))
            .metric(F1Score::new().threshold(0.5).name("quality"))
    };
    for score in ["val_auc_1", "val_quality"] {
        nn::set_seed(4);
        let mut stop = EarlyStopping::new(score).patience(3);
        let mut m = Sequential::new()
            .add(Dense::new(1).activation(Activation::Sigmoid))
            .compile(compile());
        let fit = quiet().epochs(20).validation_split(0.5).callback(&mut stop);
        let h = m.fit((&x, &y), fit).unwrap();
        let best = h[score].iter().copied().fold(f64::MIN, f64::max);
        assert_eq!(h[score][stop.best_epoch()], best, "{score}");
        assert!(stop.best_epoch() > 0);
    }
    let y = x.matmul(Tensor::random_normal([5, 3]));
    let mut stop = EarlyStopping::new("val_cosine_similarity").patience(3);
    let mut m = Sequential::new().add(Dense::new(3)).compile(
        Compile::new(SGD::new(0.05), MeanSquaredError::new()).metric(CosineSimilarity::new()),
    );
    let fit = quiet().epochs(20).validation_split(0.5).callback(&mut stop);
    let h = m.fit((&x, &y), fit).unwrap();
    assert!(h.epochs() > 4 && stop.best_epoch() > 0);
}

/// A metric of one's own that does not say which way it is better.
#[derive(Clone, Default)]
struct Mine;

impl Metric for Mine {
    fn name(&self) -> &str {
        "mine_accuracy"
    }
    fn update(&mut self, _: &Tensor, _: &Tensor, _: Option<&Tensor>) -> nn::Result<()> {
        Ok(())
    }
    fn result(&self) -> f64 {
        0.5
    }
    fn reset(&mut self) {}
    fn config(&self) -> serde_json::Value {
        serde_json::json!({"class_name": "Mine", "config": {}})
    }
    fn boxed_clone(&self) -> Box<dyn Metric> {
        Box::new(self.clone())
    }
}

#[test]
fn what_says_nothing_must_be_told() {
    let (x, y) = (Tensor::ones([4, 2]), Tensor::zeros([4, 1]));
    let run = |fit: Fit<'_>| {
        let compile = Compile::new(SGD::new(0.1), MeanSquaredError::new()).metric(Mine);
        let m = Sequential::new().add(Dense::new(1)).compile(compile);
        let mut m = m;
        m.fit((&x, &y), fit).map(|_| ()).map_err(|e| e.to_string())
    };
    let path = common::folder("mine").join("m.safetensors");
    let path = || path.display().to_string();
    for score in ["mine_accuracy", "val_mine_accuracy", "acuracy"] {
        let fits = [
            quiet().callback(EarlyStopping::new(score)),
            quiet().callback(ReduceLROnPlateau::new(score)),
            quiet().callback(ModelCheckpoint::new(path()).save_best_only(score)),
        ];
        for fit in fits {
            let e = run(fit).unwrap_err();
            assert!(e.contains(score) && e.contains("mode(Mode::Max)"), "{e}");
        }
    }
    use nn::callbacks::Mode;
    run(quiet().callback(EarlyStopping::new("mine_accuracy").mode(Mode::Max))).unwrap();
    assert_eq!(
        Metric::direction(&RootMeanSquaredError::new()),
        Some(Direction::Down)
    );
    assert_eq!(Metric::direction(&Recall::new()), Some(Direction::Up));
}

/// Keras's numbers: in training the penalty on the kernel is one on the kernel divided by its norm, with the gradient of that.
#[test]
fn a_penalty_inside_of_spectral_normalization_sees_the_normalized_kernel() {
    let dense = Dense::new(2)
        .use_bias(false)
        .kernel_regularizer(Regularizer::l2(0.1));
    let model = Sequential::new().add(SpectralNormalization::new(dense));
    model.build([2]).unwrap();
    let kernel = Tensor::from([[3.0_f32, 0.0], [4.0, 1.0]]);
    nn::keras::set_weights(&model, &[kernel, Tensor::from([[1.0_f32, 0.0]])]).unwrap();
    let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let (x, y) = (
        Tensor::from([[1.0_f32, 2.0]]),
        Tensor::from([[0.0_f32, 1.0]]),
    );
    let loss = model.evaluate((&x, &y)).unwrap()["loss"];
    assert!((loss - 63.6).abs() < 1e-4, "{loss}");
    let loss = model.fit((&x, &y), quiet()).unwrap()["loss"][0];
    assert!((loss - 2.644_024_8).abs() < 1e-5, "{loss}");
    let kernel = &nn::keras::get_weights(&*model)[0];
    let expected = Tensor::from([[3.009_551_8_f32, 0.020_715_475], [3.984_134_7, 1.034_806_3]]);
    nn::testing::assert_close(kernel, &expected, 1e-5);

    // So it is at the steps of a sequence, whose layer collects what is added within it.
    let dense = Dense::new(2)
        .use_bias(false)
        .kernel_regularizer(Regularizer::l2(0.1));
    let steps = TimeDistributed::new(SpectralNormalization::new(dense));
    let model = Sequential::new().add(steps);
    model.build([1, 2]).unwrap();
    let kernel = Tensor::from([[3.0_f32, 0.0], [4.0, 1.0]]);
    nn::keras::set_weights(&model, &[kernel, Tensor::from([[1.0_f32, 0.0]])]).unwrap();
    let mut model = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let (x, y) = (x.expand_dims(1), y.expand_dims(1));
    let loss = model.fit((&x, &y), quiet()).unwrap()["loss"][0];
    assert!((loss - 2.644_024_8).abs() < 1e-5, "{loss}");
    let kernel = &nn::keras::get_weights(&*model)[0];
    nn::testing::assert_close(kernel, &expected, 1e-5);
}
