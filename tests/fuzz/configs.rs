//! Configurations as JSON: losses, metrics, optimizers, schedules, and what reads those of layers.

use crate::json;
use crate::layers::use_model;
use crate::random::Random;
use crate::targets::{Run, used};
use nn::prelude::*;
use nn::{losses, metrics, optimizers, schedules};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Configurations of a kind, by class.
pub struct Configs {
    folder: PathBuf,
    classes: Vec<Vec<Value>>,
    words: Vec<String>,
    made: usize,
    try_config: fn(&Value, &Path),
}

impl Configs {
    pub fn new(folder: &Path, classes: Vec<Vec<Value>>, try_config: fn(&Value, &Path)) -> Configs {
        let mut words = Vec::new();
        for seed in classes.iter().flatten() {
            json::words(seed, &mut words);
        }
        words.sort();
        words.dedup();
        Configs {
            folder: folder.to_path_buf(),
            classes,
            words,
            made: 0,
            try_config,
        }
    }
}

impl Run for Configs {
    /// Each class as it is, before anything is changed.
    fn least(&self) -> u64 {
        self.classes.len() as u64
    }

    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        self.made += 1;
        if let Some(class) = self.classes.get(self.made - 1) {
            return class[0].to_string().into_bytes();
        }
        let class = random.pick(&self.classes);
        let mut config = random.pick(class).clone();
        json::change(random, &mut config, &self.words);
        config.to_string().into_bytes()
    }

    fn try_input(&mut self, input: &[u8]) {
        let config = serde_json::from_slice(input).expect("JSON");
        (self.try_config)(&config, &self.folder);
    }
}

/// Targets and predictions of several shapes and types.
fn pairs() -> Vec<(Tensor, Tensor)> {
    let p = Tensor::from([[0.25_f32, 0.75], [0.5, 0.5]]);
    vec![
        (Tensor::from([[0.0_f32, 1.0], [1.0, 0.0]]), p.clone()),
        (Tensor::from([0_i64, 1]), p.clone()),
        (Tensor::from([[0_i64], [1]]), p.clone()),
        (Tensor::zeros([0, 2]), Tensor::zeros([0, 2])),
        (p.clone(), Tensor::zeros([2, 2])),
        (Tensor::ones([2, 1]), Tensor::full([2, 1], f32::NAN)),
        // Labels of a sequence and scores of its steps, and masks of images.
        (Tensor::from([[1_i64, 2], [1, 0]]), Tensor::ones([2, 4, 3])),
        (
            Tensor::ones([2, 3, 3, 2]),
            Tensor::full([2, 3, 3, 2], 0.5_f32),
        ),
    ]
}

pub fn use_loss(config: &Value, folder: &Path) {
    let Ok(loss) = losses::from_config(config) else {
        return;
    };
    for (y, p) in pairs() {
        let _ = loss.call(&y, &p).to_f64();
        let weights = Tensor::ones([p.shape()[0]]);
        let _ = loss.weighted(&y, &p, Some(&weights)).to_f64();
    }
    let again = losses::from_config(&loss.config()).expect("its own configuration");
    assert_eq!(again.config(), loss.config());
    struct Boxed(Box<dyn Loss>);
    impl Loss for Boxed {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
            self.0.losses(y_true, y_pred)
        }
        fn config(&self) -> Value {
            self.0.config()
        }
    }
    let model = Sequential::new().add(Dense::new(2));
    let model = model.compile(Compile::new(SGD::new(0.01), Boxed(loss)));
    use_model(model, &[Tensor::ones([2, 4])], folder);
}

pub fn use_metric(config: &Value, _: &Path) {
    let Ok(mut metric) = metrics::from_config(config) else {
        return;
    };
    used();
    for (y, p) in pairs() {
        let _ = metric.update(&y, &p, None);
        let _ = metric.update(&y, &p, Some(&Tensor::ones([p.shape()[0]])));
        let _ = metric.result();
    }
    metric.reset();
    let _ = metric.boxed_clone().result();
    let again = metrics::from_config(&metric.config()).expect("its own configuration");
    assert_eq!(again.config(), metric.config());
}

pub fn use_optimizer(config: &Value, folder: &Path) {
    let Ok(mut optimizer) = optimizers::from_config(config) else {
        return;
    };
    let model = Sequential::new().add(Dense::new(2));
    model.build([4]).expect("a model");
    for _ in 0..3 {
        let tape = GradientTape::new();
        let loss = model.call(Tensor::ones([2, 4]), true).square().mean();
        let gradients = tape.gradient(&loss, &model).expect("gradients");
        let _ = optimizer.apply(&model, &gradients);
    }
    let _ = optimizer.learning_rate();
    let state = optimizer.state(&model.parameters());
    let mut again = optimizers::from_config(&optimizer.config()).expect("its own configuration");
    let _ = again.load_state(&model.parameters(), &state);
    assert_eq!(again.config(), optimizer.config());
    let model = model.compile(Compile::new(optimizer, MeanSquaredError::new()));
    use_model(model, &[Tensor::ones([2, 4])], folder);
}

pub fn use_schedule(config: &Value, _: &Path) {
    let Ok(schedule) = schedules::from_config(config) else {
        return;
    };
    used();
    for step in [0, 1, 7, 1_000_000, 1 << 53, u64::MAX] {
        let _ = schedule.at(step);
    }
    let again = schedules::from_config(&schedule.config()).expect("its own configuration");
    assert_eq!(again.config(), schedule.config());
}
