//! Published models against Keras's own: names, weights, what they give, and what is said of settings that cannot be.

use nn_core::{Layer, Module, Shape, Tensor, UNKNOWN, testing};
use nn_layers::applications::{
    BertEncoder, EfficientNetB0, MobileNetV2, Pooling, PositionEmbedding, ResNet50,
    TransformerEncoder,
};
use nn_layers::{Activation, Functional, keras};
use serde_json::Value;
use std::path::Path;

/// Fifty and more layers in a row, in f32: of the largest number, since small ones are what is left of sums of large ones.
const TOLERANCE: f64 = 1e-4;

fn assert_near(output: &Tensor, expected: &Tensor) {
    let largest = expected.abs().max();
    testing::assert_close(&(output / &largest), &(expected / &largest), TOLERANCE);
}

type ImageModel = Functional<Tensor, Tensor>;

fn cases() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/applications.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn sizes(value: &Value) -> Vec<usize> {
    let sizes = value.as_array().unwrap().iter();
    sizes.map(|n| n.as_u64().unwrap() as usize).collect()
}

/// The formula of `reference/applications.py`.
fn numbers(seed: u64, n: usize) -> Vec<f64> {
    let number = |i: u64| {
        let mut h = (i * 2654435761 + 97 * seed) & 0xFFFF_FFFF;
        h ^= h >> 15;
        h = (h * 2246822519) & 0xFFFF_FFFF;
        h ^= h >> 13;
        (h >> 16) as f64 / 65536.0 - 0.5
    };
    (0..n as u64).map(number).collect()
}

/// The weight of `reference/applications.py`.
fn weight(seed: usize, path: &str, shape: &Shape) -> Tensor {
    let name = path.rsplit('.').next().unwrap();
    let values = numbers(seed as u64, shape.num_elements());
    let dims = shape.dims();
    let fan_in = |dims: &[usize]| dims.iter().product::<usize>() as f64;
    let of = |v: f64| match (name, dims) {
        ("gamma" | "variance" | "moving_variance", _) => 1.0 + 0.5 * v,
        ("count", _) => 0.0,
        ("bias", _) | (_, [] | [_]) => 0.2 * v,
        ("embeddings", _) => v,
        (_, [.., 1]) => v * (24.0 / fan_in(&dims[..2])).sqrt(),
        (_, [before @ .., _]) => v * (24.0 / fan_in(before)).sqrt(),
    };
    let values: Vec<f32> = values.into_iter().map(|v| of(v) as f32).collect();
    Tensor::from_vec(values, *shape)
}

fn set_weights(model: &impl Module) {
    let parameters = model.parameters();
    let weights = parameters.iter().enumerate();
    let weights: Vec<Tensor> = weights
        .map(|(i, p)| weight(i, p.path(), &p.shape()))
        .collect();
    keras::set_weights(model, &weights).unwrap();
}

fn expected(output: &Value) -> Tensor {
    let values = output["values"].as_array().unwrap().iter();
    let values: Vec<f32> = values.map(|v| v.as_f64().unwrap() as f32).collect();
    Tensor::from_vec(values, sizes(&output["shape"]))
}

/// Names of layers, and paths and shapes of weights, in Keras's order.
fn check_names(model: &impl Module, description: &Value) {
    let mut layers = Vec::new();
    model.visit(&mut |name, _| layers.push(name.to_string()));
    let names = description["layers"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|n| n.as_str().unwrap()).collect();
    assert_eq!(layers, names);
    let ours: Vec<(String, Vec<usize>)> = model
        .parameters()
        .iter()
        .map(|p| (p.path().to_string(), p.shape().to_vec()))
        .collect();
    let theirs = description["weights"].as_array().unwrap().iter();
    let theirs: Vec<(String, Vec<usize>)> = theirs
        .map(|w| {
            // Keras calls the output projection of an attention layer so only in the paths of its weights.
            let path = w[0].as_str().unwrap().replace("attention_output", "output");
            (path.replace('/', "."), sizes(&w[1]))
        })
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!(model.count_params() as u64, description["params"]);
}

fn images(shape: &[usize]) -> Tensor {
    let values = numbers(1000, shape.iter().product());
    let values: Vec<f32> = values
        .into_iter()
        .map(|v| ((v + 0.5) * 255.0) as f32)
        .collect();
    Tensor::from_vec(values, Shape::new(shape).insert(0, 1).unwrap())
}

fn check(
    name: &str,
    preprocess: fn(&Tensor) -> Tensor,
    make: impl Fn(Option<&Value>) -> nn_core::Result<ImageModel>,
) {
    let description = &cases()[name];
    check_names(&make(None).unwrap(), description);
    let preprocessed = preprocess(&images(&[2, 2, 3])).to_vec::<f32>().unwrap();
    let values = description["preprocessed"].as_array().unwrap().iter();
    let values: Vec<f32> = values.map(|v| v.as_f64().unwrap() as f32).collect();
    testing::assert_close(&Tensor::from(preprocessed), &Tensor::from(values), 1e-6);
    for case in description["cases"].as_array().unwrap() {
        let settings = &case["settings"];
        let model = make(Some(settings)).unwrap();
        assert_eq!(model.count_params() as u64, case["params"], "{settings}");
        set_weights(&model);
        let shape = sizes(&settings["input_shape"]);
        let preprocess = match shape[2] {
            3 => preprocess,
            _ => MobileNetV2::preprocess_input,
        };
        let output = model.forward(preprocess(&images(&shape)));
        assert_near(&output, &expected(&case["outputs"][0]));
    }
}

/// The settings of a case, on the builder of any model of images.
macro_rules! with_settings {
    ($model:expr, $settings:expr) => {{
        let (mut model, settings) = ($model, $settings);
        let shape = sizes(&settings["input_shape"]);
        model = model
            .include_top(settings["include_top"].as_bool().unwrap())
            .input_shape(Shape::new(&shape));
        if let Some(classes) = settings["classes"].as_u64() {
            model = model.classes(classes as usize);
        }
        if settings["classifier_activation"] == "linear" {
            model = model.classifier_activation(Activation::Linear);
        }
        match settings["pooling"].as_str() {
            Some("avg") => model.pooling(Pooling::Average),
            Some("max") => model.pooling(Pooling::Max),
            _ => model,
        }
    }};
}

#[test]
fn resnet50_is_that_of_keras() {
    check(
        "ResNet50",
        ResNet50::preprocess_input,
        |settings| match settings {
            Some(settings) => with_settings!(ResNet50::new(), settings).build(),
            None => ResNet50::new().build(),
        },
    );
}

#[test]
fn mobile_net_v2_is_that_of_keras() {
    check(
        "MobileNetV2",
        MobileNetV2::preprocess_input,
        |settings| match settings {
            Some(settings) => with_settings!(MobileNetV2::new(), settings)
                .alpha(settings["alpha"].as_f64().unwrap())
                .build(),
            None => MobileNetV2::new().build(),
        },
    );
}

#[test]
fn efficient_net_b0_is_that_of_keras() {
    check(
        "EfficientNetB0",
        EfficientNetB0::preprocess_input,
        |settings| match settings {
            Some(settings) => with_settings!(EfficientNetB0::new(), settings).build(),
            None => EfficientNetB0::new().build(),
        },
    );
}

#[test]
fn bert_encoder_is_that_of_keras() {
    let description = &cases()["BertEncoder"];
    let model = BertEncoder::new(40, 2, 2, 8, 16)
        .max_sequence_length(9)
        .num_segments(3)
        .build()
        .unwrap();
    check_names(&model, description);
    set_weights(&model);
    let inputs = description["inputs"].as_array().unwrap().iter();
    let mut inputs = inputs.map(|rows| {
        let rows = rows.as_array().unwrap();
        let all = rows.iter().flat_map(sizes).map(|n| n as i64).collect();
        Tensor::from_vec(all, [rows.len(), sizes(&rows[0]).len()])
    });
    let mut next = || inputs.next().unwrap();
    let (tokens, segments, mask) = (next(), next(), next());
    let (sequence, pooled) = model.forward((&tokens, &segments, &mask));
    testing::assert_close(&sequence, &expected(&description["outputs"][0]), TOLERANCE);
    testing::assert_close(&pooled, &expected(&description["outputs"][1]), TOLERANCE);
    // What stands behind the end is seen by none before it.
    let other = (&tokens + (1.0 - &mask) * 3.0).cast(tokens.dtype());
    let (_, again) = model.forward((&other, &segments, &mask));
    testing::assert_close(&again, &pooled, 1e-6);
    // A copy by the configuration alone.
    let copy = model.clone_model();
    let (_, again) = copy.forward((&tokens, &segments, &mask));
    testing::assert_close(&again, &pooled, 1e-6);
}

#[test]
fn the_sizes_of_published_models() {
    assert_eq!(ResNet50::new().build().unwrap().count_params(), 25_636_712);
    let model = MobileNetV2::new().build().unwrap();
    assert_eq!(model.count_params(), 3_538_984);
    let model = EfficientNetB0::new().build().unwrap();
    assert_eq!(model.count_params(), 5_330_571);
}

#[test]
fn features_are_made_of_images_of_any_size() {
    let model = MobileNetV2::new()
        .alpha(0.35)
        .include_top(false)
        .build()
        .unwrap();
    assert_eq!(model.inputs()[0], [UNKNOWN, UNKNOWN, 3]);
    let shape = |side: usize| model.forward(Tensor::ones([1, side, side, 3])).shape();
    assert_eq!(shape(64), [1, 2, 2, 1280]);
    assert_eq!(shape(96), [1, 3, 3, 1280]);
}

#[test]
fn settings_that_cannot_be_say_what_they_are() {
    let message = |model: nn_core::Result<ImageModel>| model.unwrap_err().to_string();
    let e = message(ResNet50::new().input_shape([31, 64, 3]).build());
    assert!(e.contains("at least 32 by 32 pixels"), "{e}");
    let e = message(ResNet50::new().input_shape([UNKNOWN, UNKNOWN, 3]).build());
    assert!(e.contains("needs the size of its images"), "{e}");
    let e = message(EfficientNetB0::new().input_shape([32, 32]).build());
    assert!(e.contains("[height, width, channels]"), "{e}");
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        let e = message(MobileNetV2::new().alpha(alpha).build());
        assert!(e.contains("`alpha`"), "{e}");
    }
    let e = TransformerEncoder::new(10, 3, 8).err().unwrap().to_string();
    assert!(e.contains("`num_heads` that divides it"), "{e}");
    let e = BertEncoder::new(0, 1, 1, 4, 4).build().err().unwrap();
    assert!(e.to_string().contains("0 words"), "{e}");
    let long = PositionEmbedding::new(3).forward(Tensor::ones([1, 4, 2]));
    let e = long.into_result().unwrap_err().to_string();
    assert!(e.contains("vectors for 3 steps"), "{e}");
}
