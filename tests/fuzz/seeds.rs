//! What is changed: configurations and models of every kind that there is.

use nn::__private::LayerClass;
use nn::prelude::*;
use nn::saving::registry::{Class, registered};
use nn::{
    keras, losses, metrics,
    ops::{Conv2dOptions, PadMode},
    optimizers,
};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Layers of which no configuration is tried by itself: a model, which has a target of its own, and a closure, which is in no file.
const EXCUSED: [&str; 2] = ["Functional", "Lambda"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The cases from Keras of a file, or of all files of a folder: class, configuration, and the inputs of layers by their shapes.
fn golden(name: &str) -> Vec<Value> {
    let path = folder().join(name);
    if path.is_dir() {
        let entries = std::fs::read_dir(&path).expect("cases");
        let names = entries.flatten().map(|e| e.file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        let within =
            |file: &std::ffi::OsString| format!("{name}/{}", file.to_str().expect("a name"));
        return names
            .iter()
            .flat_map(|file| golden(&within(file)))
            .collect();
    }
    let bytes = std::fs::read(&path).expect("cases");
    if name.ends_with(".json") {
        let cases = match serde_json::from_slice(&bytes).expect("cases") {
            Value::Object(cases) => cases.into_iter().map(|(_, case)| case).collect(),
            Value::Array(cases) => cases,
            other => vec![other],
        };
        return cases.iter().map(described).collect();
    }
    let file = SafeTensors::deserialize(&bytes).expect("cases");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("cases");
    let mut cases = Vec::new();
    for (case, description) in header.metadata().iter().flatten() {
        let description = serde_json::from_str(description).expect("a description");
        let mut described = described(&description);
        let tensor = |what: &str| {
            let tensor = file.tensor(&format!("{case}/{what}")).ok()?;
            Some(json!({"shape": tensor.shape(), "whole": tensor.dtype() == Dtype::I32}))
        };
        let input = |i: usize| {
            let names = match i {
                0 => ["input".to_string(), "mask".to_string()],
                _ => [String::new(), format!("mask.{i}")],
            };
            let mut input = tensor(&names[0]).or_else(|| tensor(&format!("input.{i}")))?;
            if let Some(mask) = tensor(&names[1]) {
                input["mask"] = mask;
            }
            Some(input)
        };
        described["inputs"] = (0..).map_while(input).collect();
        cases.push((case.clone(), described));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases.into_iter().map(|(_, case)| case).collect()
}

fn described(case: &Value) -> Value {
    json!({"class_name": case["class_name"], "config": case["config"]})
}

/// The cases of each class of a kind. A class without cases has the configuration that is `full` of an empty one.
fn by_class(
    names: impl Iterator<Item = &'static str>,
    cases: &[Value],
    full: impl Fn(&Value) -> Option<Value>,
) -> Vec<Vec<Value>> {
    let (mut all, mut without) = (Vec::new(), Vec::new());
    for name in names.filter(|name| !EXCUSED.contains(name)) {
        let of_class = cases.iter().filter(|case| case["class_name"] == name);
        let mut class: Vec<Value> = of_class.cloned().collect();
        class.extend(full(&json!({"class_name": name, "config": {}})));
        match class.is_empty() {
            true => without.push(name),
            false => all.push(class),
        }
    }
    // Cells stand in layers only, where they are tried.
    assert!(
        without.len() < 6,
        "not tried, as they have neither a case from Keras nor a configuration without entries: {without:?}"
    );
    all
}

/// Configurations of every class of layers.
pub fn layers() -> Vec<Vec<Value>> {
    let mut cases = golden("layers");
    cases.extend(golden("attention"));
    cases.extend(golden("text.json"));
    let outer = Sequential::new()
        .add(Dense::new(4).use_bias(false))
        .add(Sequential::new().add(Dropout::new(0.1)));
    cases.push(outer.config());
    // Keras describes it under another name, and has the parts of published models in a library of their own.
    cases.push(GroupQueryAttention::new(4, 4, 2).config());
    cases.push(nn::applications::PositionEmbedding::new(6).config());
    cases.push(
        nn::applications::TransformerEncoder::new(4, 2, 6)
            .expect("a block")
            .config(),
    );
    let names = registered::<LayerClass>().map(|class| class.class_name);
    // This file's own model of one layer.
    by_class(names.filter(|name| *name != "Alone"), &cases, |empty| {
        let layer = nn::extend::layer_from_config(empty).ok()?;
        Some(nn::extend::config_of(&*layer))
    })
}

/// The inputs that a case says: their shapes, whether they are whole numbers, and what of them is masked.
pub fn inputs(config: &Value) -> Vec<Tensor> {
    let tensor = |input: &Value| {
        let dims = input["shape"].as_array()?.iter();
        let dims: Option<Vec<usize>> = dims.map(|d| usize::try_from(d.as_u64()?).ok()).collect();
        let n = dims
            .iter()
            .flatten()
            .try_fold(1_usize, |n, d| n.checked_mul(*d));
        let (dims, n) = (dims?, n.filter(|n| *n < 1 << 14)?);
        let x = Tensor::arange(n) % 3_i64;
        let x = match input["whole"].as_bool() {
            Some(true) => x,
            _ => x.cast(DType::F32) * 0.25 + 0.1,
        };
        let x = x.reshape(dims);
        x.into_result().ok()
    };
    let masked = |input: &Value| {
        let x = tensor(input)?;
        let mask = tensor(&input["mask"]).map(|mask| mask.not_equal(0.1_f32));
        Some(
            match mask.filter(|mask| x.shape().starts_with(&mask.shape())) {
                Some(mask) => x.with_mask(mask),
                None => x,
            },
        )
    };
    let given = config["inputs"].as_array();
    let given: Vec<Tensor> = given.into_iter().flatten().filter_map(masked).collect();
    match given.is_empty() {
        true => vec![Tensor::ones([2, 4])],
        false => given,
    }
}

/// Layers with each initializer, regularizer, constraint and activation.
pub fn parts() -> Vec<Vec<Value>> {
    let layers = [
        json!({"class_name": "Dense", "config": {"units": 3}, "inputs": [{"shape": [2, 4]}]}),
        json!({"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": [3, 2]}, "inputs": [{"shape": [2, 5, 4, 1]}]}),
    ];
    let mut all = Vec::new();
    for (file, key) in [
        ("initializers.json", "kernel_initializer"),
        ("regularizers.safetensors", "kernel_regularizer"),
        ("regularizers.safetensors", "activity_regularizer"),
        ("constraints.safetensors", "kernel_constraint"),
        ("activations.safetensors", "activation"),
    ] {
        for part in golden(file) {
            let with = layers.iter().map(|layer| {
                let mut layer = layer.clone();
                layer["config"][key] = described(&part);
                layer
            });
            all.push(with.collect());
        }
    }
    all
}

/// Models as Keras describes them, and as they are described here, with operations of many kinds.
pub fn json() -> Vec<Vec<Value>> {
    let bytes = std::fs::read(folder().join("models/keras_json.safetensors")).expect("models");
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("models");
    let mut all: Vec<Vec<Value>> = Vec::new();
    for (_, description) in header.metadata().iter().flatten() {
        let description: Value = serde_json::from_str(description).expect("a description");
        let json = description["json"].as_str().expect("a model");
        all.push(vec![serde_json::from_str(json).expect("JSON")]);
    }
    all.sort_by_key(|model| model[0].to_string());
    all.extend(operations().iter().map(|model| vec![model.config()]));
    all
}

/// A model for each operation, of the four inputs.
fn operations() -> Vec<keras::AnyModel> {
    type Operation = fn(&Tensor, &Tensor, &Tensor, &Tensor) -> Tensor;
    // Sequences, a vector of each sample, images, whole numbers.
    let operations: &[Operation] = &[
        |x, _, _, _| x.reshape([x.shape()[0], 12]),
        |x, _, _, _| x.transpose([0, 2, 1]),
        |x, _, _, _| x.pad([(0, 0), (1, 2), (0, 1)]),
        |x, _, _, _| x.pad_with([(0, 0), (1, 2), (0, 1)], PadMode::Reflect),
        |x, _, _, _| x.slice_axis(1, 1..3),
        |x, _, _, _| x.slice_step(1, 0..4, 2),
        |x, v, _, _| x + v.expand_dims(1),
        |x, _, _, _| nn::concatenate([x, &(x * 2.0)], -1),
        |x, _, _, _| nn::stack([x, x], 1),
        |x, _, _, _| x.split(2, 1).remove(1),
        |x, _, _, _| x.split_sizes([1, 3], 1).remove(1),
        |x, _, _, _| x.unstack(1).remove(2),
        |x, _, _, _| x.tile([1, 2, 1]),
        |x, _, _, _| x.repeat(2, 1),
        |x, _, _, _| x.flip(1),
        |x, _, _, _| x.roll(1, 1),
        |x, _, _, _| x.cumsum(1),
        |x, _, _, _| x.sum_axes([1], true),
        |x, _, _, _| x.mean_axes([1, 2], false),
        |x, _, _, _| x.max_axis(-1),
        |x, _, _, _| x.prod_axis(-1),
        |x, _, _, _| x.argmax(-1).cast(DType::F32),
        |x, _, _, _| x.greater(0.5).any_axis(1).cast(DType::F32),
        |x, _, _, _| x.softmax(-1),
        |x, _, _, _| x.log_softmax(-1),
        |x, _, _, _| x.clip(-1.0, 1.0).powi(3),
        |x, _, _, _| x.matmul(x.transpose([0, 2, 1])),
        |x, _, _, _| nn::einsum("bij,bkj->bik", [x, x]),
        |x, _, _, _| x.top_k(2).0,
        |x, _, _, _| x.sort_with(1, true),
        |x, _, _, _| x.take(&Tensor::from([2_i64, 0]), 1),
        |x, _, _, _| x.take_along_axis(&x.argsort_axis(1), 1),
        |_, _, _, i| i.one_hot(5),
        |_, _, _, i| (i * 2 + 1).cast(DType::F32).sqrt(),
        |_, v, _, _| v.square().sum_axis(-1),
        |_, v, _, _| v.maximum(0.5) / (v.exp() + 1.0),
        |_, v, _, _| nn::ops::layer_norm(v, Tensor::ones([3]), Tensor::zeros([3]), 1e-3),
        |_, _, x, _| {
            nn::ops::conv2d(
                x,
                Tensor::ones([3, 2, 2, 4]),
                Conv2dOptions::new(Padding::Same),
            )
        },
        |_, _, x, _| nn::ops::max_pool2d(x, [2, 3], [2, 1], Padding::Same),
        |_, _, x, _| nn::ops::avg_pool2d(x, [2, 2], [1, 2], Padding::Valid),
        |_, _, x, _| nn::ops::resize(x, [3, 5], Interpolation::Bilinear, true),
        |_, _, x, _| nn::ops::up_sampling(x, [2, 1], Interpolation::Nearest),
        |_, _, x, _| x.space_to_depth(2),
        |_, _, x, _| x.var_axes([1, 2], true),
    ];
    let model = |operation: &Operation| {
        let (x, v, image) = (Input::new([4, 3]), Input::new([3]), Input::new([6, 6, 2]));
        let whole = Input::of([4], DType::I64);
        let y = operation(&x, &v, &image, &whole);
        keras::AnyModel::new(vec![x, v, image, whole], vec![y]).ok()
    };
    let models: Vec<_> = operations.iter().filter_map(model).collect();
    assert!(models.len() > 30, "only {} operations", models.len());
    models
}

/// A batch of two for a model, of numbers that are indices too.
pub fn batch(model: &keras::AnyModel) -> Vec<Tensor> {
    let config = model.config();
    let layers = config["config"]["layers"].as_array();
    let is_input = |layer: &&Value| layer["class_name"] == "InputLayer";
    let mut types = layers.into_iter().flatten().filter(is_input);
    let input = |shape: &Shape| {
        let dims: Vec<usize> = [2].into_iter().chain(shape.iter().copied()).collect();
        let x = Tensor::ones(dims);
        match types
            .next()
            .and_then(|layer| layer["config"]["dtype"].as_str())
        {
            Some("int32" | "int64") => x.cast(DType::I64),
            Some("float64") => x.cast(DType::F64),
            Some("bool") => x.cast(DType::Bool),
            Some("uint8") => x.cast(DType::U8),
            _ => x,
        }
    };
    model.inputs().iter().map(input).collect()
}

/// The names of the registered classes of a kind.
fn names<T: ?Sized + 'static>() -> impl Iterator<Item = &'static str>
where
    Class<T>: nn::__private::Registered,
{
    registered::<Class<T>>().map(|class| class.class_name)
}

pub fn losses() -> Vec<Vec<Value>> {
    by_class(names::<dyn losses::Loss>(), &golden("losses"), |empty| {
        losses::from_config(empty).ok().map(|loss| loss.config())
    })
}

pub fn metrics() -> Vec<Vec<Value>> {
    let mut cases = golden("metrics");
    cases.push(metrics::LossMetric::new(Huber::new()).config());
    by_class(names::<dyn metrics::Metric>(), &cases, |empty| {
        let metric = metrics::from_config(empty).ok()?;
        Some(metric.config())
    })
}

pub fn schedules() -> Vec<Vec<Value>> {
    by_class(
        names::<dyn Schedule>(),
        &golden("schedules.safetensors"),
        |empty| {
            let schedule = nn::schedules::from_config(empty).ok()?;
            Some(schedule.config())
        },
    )
}

pub fn optimizers() -> Vec<Vec<Value>> {
    let cases = golden("optimizers");
    let mut all = by_class(names::<dyn optimizers::Optimizer>(), &cases, |empty| {
        let optimizer = optimizers::from_config(empty).ok()?;
        Some(optimizer.config())
    });
    for schedule in schedules().concat() {
        all.push(vec![
            json!({"class_name": "Adam", "config": {"learning_rate": schedule, "clipnorm": 1.0}}),
        ]);
    }
    all
}

/// Models of several kinds of layers, which have been trained for a step.
pub fn models() -> Vec<Compiled<Sequential>> {
    let images = Sequential::new()
        .add(Conv2D::new(3, 3).activation(Activation::Relu))
        .add(BatchNormalization::new())
        .add(MaxPooling2D::new(2))
        .add(Flatten::new())
        .add(Dropout::new(0.5))
        .add(Dense::new(2));
    let sequences = Sequential::new()
        .add(GRU::new(3).return_sequences(true))
        .add(LSTM::new(2))
        .add(PReLU::new())
        .add(Dense::new(2));
    let words = Sequential::new()
        .add(Embedding::new(9, 4))
        .add(LayerNormalization::new())
        .add(SimpleRNN::new(2));
    let inner = Sequential::new().add(Dense::new(3)).add(Softmax::new());
    let nested = Sequential::new().add(inner).add(Dense::new(2));
    let compile = || Compile::new(Adam::new(0.01), MeanSquaredError::new()).metric(Accuracy::new());
    let train = |model: Sequential, compile: Compile, x: Tensor| {
        let mut model = model.compile(compile);
        let y = Tensor::zeros([x.shape()[0], 2]);
        model.train_on_batch(x, y).expect("a step");
        model
    };
    let sgd = SGD::new(ExponentialDecay::new(0.1, 5.0, 0.9)).momentum(0.9);
    vec![
        train(images, compile(), Tensor::ones([2, 8, 8, 1])),
        train(sequences, compile(), Tensor::ones([2, 5, 3])),
        train(words, compile(), Tensor::zeros([2, 4])),
        train(
            nested,
            Compile::new(sgd, Huber::new()),
            Tensor::ones([2, 4]),
        ),
    ]
}
