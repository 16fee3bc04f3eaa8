//! Models that Keras wrote as JSON: with its weights they give its outputs, and written again they are the same models.

use nn_core::{DType, Layer, Module, Tensor, random, testing};
use nn_layers::keras::{self, AnyModel};
use nn_layers::{
    Activation, Bidirectional, Dense, Embedding, Functional, GlobalAveragePooling1D, Input, LSTM,
    Sequential, Shared, TimeDistributed, collect_losses,
};
use safetensors::SafeTensors;
use serde_json::{Value, json};
use std::path::Path;

const TOLERANCE: f64 = 1e-5;

/// The tensors `prefix.0`, `prefix.1`, ... of a case.
fn tensors(file: &SafeTensors<'_>, case: &str, prefix: &str) -> Vec<Tensor> {
    let find = |i: usize| file.tensor(&format!("{case}/{prefix}.{i}")).ok();
    let read = |view: safetensors::tensor::TensorView<'_>| {
        let words = view.data().chunks_exact(4);
        let values = words.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        Tensor::from_vec(values.collect::<Vec<_>>(), view.shape())
    };
    (0..).map_while(find).map(read).collect()
}

fn check(name: &str, json: &str, file: &SafeTensors<'_>) -> nn_core::Result<()> {
    let model = keras::model_from_json(json)?;
    let weights = tensors(file, name, "weight");
    keras::set_weights(&model, &weights)?;
    let inputs = tensors(file, name, "input");
    let expected = tensors(file, name, "output");
    let agree = |model: &AnyModel, what: &str| {
        let outputs = nn_core::layer::call(model, inputs.clone(), false);
        assert_eq!(outputs.len(), expected.len(), "{name} {what}");
        for (output, expected) in outputs.iter().zip(&expected) {
            testing::assert_close(output, expected, TOLERANCE);
        }
    };
    agree(&model, "read");
    assert_eq!(keras::get_weights(&model).len(), weights.len());
    agree(&model.clone(), "copied");

    let again = AnyModel::from_config(&model.config())?;
    keras::set_weights(&again, &weights)?;
    agree(&again, "by its own configuration");
    assert_eq!(again.config(), model.config(), "{name}");

    // The second one for its logsumexp, which is several operations here.
    if ["read_only", "reductions"].contains(&name) {
        let e = keras::to_json(&model).unwrap_err().to_string();
        assert!(
            e.contains("has no class in Keras's Functional models"),
            "{e}"
        );
        return Ok(());
    }
    let again = keras::model_from_json(&keras::to_json(&model)?)?;
    keras::set_weights(&again, &weights)?;
    agree(&again, "written for Keras and read again");
    Ok(())
}

#[test]
fn models_of_keras_give_its_outputs() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/models/keras_json.safetensors");
    let bytes = std::fs::read(path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let cases = header.metadata().as_ref().unwrap();
    assert!(cases.len() >= 15);
    let mut failures = Vec::new();
    for (name, description) in cases {
        let description: Value = serde_json::from_str(description).unwrap();
        let json = description["json"].as_str().unwrap();
        if let Err(e) = check(name, json, &file) {
            failures.push(format!("{name}: {e}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// As Keras 3.15 writes `keras.ops.round(x, decimals=1)`.
#[test]
fn a_rounding_keeps_its_decimals() {
    let tensor = r#"{"class_name": "__keras_tensor__", "config": {"shape": [null, 2], "dtype": "float32", "keras_history": ["x", 0, 0]}}"#;
    let json = format!(
        r#"{{"module": "keras.src.models.functional", "class_name": "Functional", "config": {{"name": "rounded", "trainable": true, "layers": [
        {{"module": "keras.layers", "class_name": "InputLayer", "config": {{"batch_shape": [null, 2], "dtype": "float32", "sparse": false,
        "ragged": false, "name": "x", "optional": false}}, "registered_name": null, "name": "x", "inbound_nodes": []}},
        {{"module": "keras.src.ops.numpy", "class_name": "Round", "config": {{"name": "round", "decimals": 1}}, "registered_name": "Round",
        "name": "round", "inbound_nodes": [{{"args": [{tensor}], "kwargs": {{}}}}]}}],
        "input_layers": ["x", 0, 0], "output_layers": ["round", 0, 0]}}, "registered_name": "Functional"}}"#
    );
    let model = keras::model_from_json(&json).unwrap();
    let x = Tensor::from([[1.26_f32, -0.74]]);
    let y = nn_core::layer::call(&model, vec![x], false);
    assert_eq!(y[0].to_vec::<f32>().unwrap(), [1.3, -0.7]);
}

#[test]
fn what_cannot_be_read_says_what_it_is() {
    let message = |json: &str| keras::model_from_json(json).unwrap_err().to_string();
    let sequential = |layer: &str| {
        format!(
            r#"{{"class_name": "Sequential", "config": {{"layers": [
                {{"class_name": "InputLayer", "config": {{"batch_shape": [null, 4]}}}}, {layer}]}}}}"#
        )
    };
    let e = message(&sequential(
        r#"{"class_name": "Dense", "config": {"units": 2, "kernel_regularise": "l2"}}"#,
    ));
    assert!(e.contains("unknown entry `kernel_regularise`"), "{e}");
    let e = message(&sequential(r#"{"class_name": "Denser", "config": {}}"#));
    assert!(e.contains("no layer is called Denser"), "{e}");
    let e = message(&sequential(
        r#"{"class_name": "Dense", "config": {"units": 2, "dtype": "float16"}}"#,
    ));
    assert!(e.contains("dtype"), "{e}");
    let e = message(r#"{"class_name": "Sequential", "config": {"layers": []}}"#);
    assert!(e.contains("no shape of its input"), "{e}");
    let e = message(r#"{"class_name": "MyModel", "config": {}}"#);
    assert!(e.contains("a subclassed model is code"), "{e}");
    assert!(keras::model_from_json("{").is_err());
    let e = message(&sequential(
        r#"{"class_name": "Dense", "config": {"units": 2, "dtype": -1}}"#,
    ));
    assert!(
        e.contains("dtype: expected the name of an element type, \"float32\", found -1"),
        "{e}"
    );
    let e = keras::layer_from_json(r#"{"class_name": "InputLayer", "config": {}}"#);
    let e = e.unwrap_err().to_string();
    assert!(e.contains("`model_from_json` reads it"), "{e}");
}

/// A Functional model from `x` of four numbers, of entries behind the input; the last one gives the output.
fn functional(entries: &[Value]) -> String {
    let input = json!({"class_name": "InputLayer", "name": "x", "inbound_nodes": [],
        "config": {"batch_shape": [null, 4], "dtype": "float32", "name": "x"}});
    let last = entries.last().map_or(Value::Null, |e| e["name"].clone());
    let layers: Vec<&Value> = std::iter::once(&input).chain(entries).collect();
    json!({"class_name": "Functional", "config": {
        "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [[last, 0, 0]]}})
    .to_string()
}

fn entry(class: &str, name: &str, config: Value, nodes: Value) -> Value {
    let module = match class {
        "Tanh" | "Polar" => "keras.src.ops.numpy",
        _ => "keras.layers",
    };
    json!({"module": module, "class_name": class, "name": name, "config": config, "inbound_nodes": nodes})
}

/// The first result of the first call of a layer.
fn result(name: &str) -> Value {
    json!({"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}})
}

#[test]
fn a_call_that_cannot_be_read_is_named() {
    let dense = |name: &str, nodes: Value| entry("Dense", name, json!({"units": 3}), nodes);
    let called = |args: Value, kwargs: Value| json!([{"args": args, "kwargs": kwargs}]);
    let refused = |entries: &[Value], parts: &[&str]| {
        let e = keras::model_from_json(&functional(entries));
        let e = e.unwrap_err().to_string();
        assert!(parts.iter().all(|part| e.contains(part)), "{e}");
    };
    let x = || result("x");
    refused(
        &[dense("d", called(json!([x()]), json!({"wow": 3})))],
        &["d: the argument `wow` of its call", "Dense", "leave it out"],
    );
    refused(
        &[dense("d", called(json!([3.0]), json!({})))],
        &[
            "d: the argument `inputs` of its call is a tensor",
            "found 3.0",
        ],
    );
    refused(
        &[dense("d", called(json!([]), json!({})))],
        &["d: a call of this Dense is given no tensor of the model"],
    );
    refused(
        &[dense("d", called(json!([x()]), json!({"mask": 1})))],
        &["d: the argument `mask` is a tensor", "found 1"],
    );
    refused(
        &[dense(
            "d",
            called(json!([x()]), json!({"mask": [x(), x()]})),
        )],
        &["d: more masks than tensors are given, which are 1"],
    );
    refused(
        &[dense(
            "d",
            called(json!([x()]), json!({"use_causal_mask": true})),
        )],
        &["d: the argument `use_causal_mask` of its call is none that a Dense takes"],
    );
    refused(
        &[entry(
            "Tanh",
            "tanh",
            json!({}),
            called(json!(["y"]), json!({})),
        )],
        &["tanh: Tanh: argument 0 of the operation is no tensor or number, found \"y\""],
    );
    refused(
        &[entry(
            "Polar",
            "polar",
            json!({}),
            called(json!([x()]), json!({})),
        )],
        &[
            "polar: Polar: the operation Polar of keras.ops cannot be read",
            "in Rust",
        ],
    );
    refused(
        &[
            dense("d", called(json!([x()]), json!({}))),
            dense("d", called(json!([x()]), json!({}))),
        ],
        &["two layers or inputs are called `d`"],
    );
    refused(
        &[dense("d", json!([[["x"]]]))],
        &["d: expected a call of Keras 2", "to_json()` of Keras 3"],
    );
}

#[test]
fn calls_as_keras_2_wrote_them() {
    let dense = |name: &str, nodes: Value| entry("Dense", name, json!({"units": 4}), nodes);
    let read = |nodes: [Value; 3]| {
        let [a, b, sum] = nodes;
        let add = entry("Add", "sum", json!({}), sum);
        keras::model_from_json(&functional(&[dense("a", a), dense("b", b), add])).unwrap()
    };
    let call = |args: Value| json!([{"args": args, "kwargs": {}}]);
    let now = read([
        call(json!([result("x")])),
        call(json!([result("a")])),
        call(json!([[result("a"), result("b")]])),
    ]);
    let then = read([
        json!([[["x", 0, 0, {}]]]),
        json!([["a", 0, 0, {"training": false}]]),
        json!([[["a", 0, 0], ["b", 0, 0, {}]]]),
    ]);
    assert_eq!(then.config(), now.config());
}

#[test]
fn a_built_sequential_is_read_again() {
    let dense = Sequential::new()
        .add(Dense::new(4).activation(Activation::Tanh))
        .add(Sequential::new().add(Dense::new(2)));
    let e = keras::model_from_json(&keras::to_json(&dense).unwrap()).unwrap_err();
    assert!(e.to_string().contains("build or call the model"), "{e}");
    let words = Sequential::new()
        .add(Embedding::new(7, 3))
        .add(GlobalAveragePooling1D::new());
    let cases = [
        (dense, random::uniform([5, 3], -1.0, 1.0, DType::F32)),
        (words, Tensor::arange(6).reshape([2, 3])),
    ];
    for (model, x) in cases {
        let y = model.forward(&x);
        let json = keras::to_json(&model).unwrap();
        let written: Value = serde_json::from_str(&json).unwrap();
        let expected = json!([null, 3]);
        assert_eq!(written["config"]["build_input_shape"], expected);
        let again = keras::model_from_json(&json).unwrap();
        keras::set_weights(&again, &keras::get_weights(&model)).unwrap();
        let found = again.forward(vec![x.clone()]);
        testing::assert_close(&found[0], &y, 0.0);
        // A layer that holds it reads it too.
        let layer = keras::layer_from_json(&json).unwrap();
        assert_eq!(layer.forward(x.cast(DType::F32)).shape(), y.shape());
    }
}

/// A layer of this program.
#[derive(Clone, nn::prelude::Layer)]
struct Gate {
    inner: nn::Dense,
}

#[nn::prelude::model]
impl Gate {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner.forward(&x) * x
    }
}

#[test]
fn a_layer_of_this_program_is_refused_by_its_name_and_place() {
    let gate = || Gate {
        inner: Dense::new(4),
    };
    let message = |layer: &dyn nn_core::registry::DynLayer| {
        let e = keras::to_json(layer).unwrap_err().to_string();
        assert!(e.contains("Gate is no class of Keras"), "{e}");
        e
    };
    message(&gate());
    let inner = Sequential::new().add(Dense::new(4)).add(gate());
    let e = message(&inner);
    assert!(e.contains("1: Gate"), "{e}");
    let e = message(&Sequential::new().add(Dense::new(4)).add(inner));
    assert!(e.contains("1.1: Gate"), "{e}");
    let e = message(&Sequential::new().add(TimeDistributed::new(gate())));
    assert!(e.contains("0.layer: Gate"), "{e}");
    let x = Input::new([4]);
    let y = Shared::new(gate()).named("mine").on(&x);
    let model: Functional<Tensor, Tensor> = Functional::new(x, y).unwrap();
    let e = message(&model);
    assert!(e.contains("mine: Gate"), "{e}");
}

#[test]
fn an_activation_with_settings_is_a_layer_of_keras_or_refused() {
    let dense = |activation| Sequential::new().add(Dense::new(4).activation(activation));
    let leaky = Activation::LeakyReluWith {
        negative_slope: 0.1,
    };
    let json = keras::to_json(&dense(leaky)).unwrap();
    let written: Value = serde_json::from_str(&json).unwrap();
    let activation = &written["config"]["layers"][0]["config"]["activation"];
    assert_eq!(activation["module"], "keras.layers");
    assert_eq!(activation["class_name"], "LeakyReLU");
    let celu = Activation::CeluWith { alpha: 0.5 };
    let e = keras::to_json(&dense(celu)).unwrap_err().to_string();
    assert!(e.contains("0.activation: celu is no class of Keras"), "{e}");
}

/// The places of what says that it is frozen, in what is written for Keras.
fn frozen(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if map.get("trainable") == Some(&json!(false)) {
                places.push(at.trim_end_matches("/config").to_string());
            }
            for (key, inner) in map {
                frozen(inner, &format!("{at}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                frozen(inner, &format!("{at}/{i}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn frozen_layers_inside_of_models_stay_frozen() {
    let freeze = |model: &dyn Module, prefixes: &[&str]| {
        for p in nn_core::module::parameters(model) {
            let frozen = prefixes.iter().any(|prefix| p.path().starts_with(prefix));
            p.set_trainable(!frozen);
        }
    };
    let sequential = Sequential::new()
        .add(Dense::new(3))
        .add(TimeDistributed::new(Dense::new(3)))
        .add(Bidirectional::new(LSTM::new(2)))
        .add(Sequential::new().add(Dense::new(2)).add(Dense::new(1)));
    sequential.build([5, 3]).unwrap();
    let x = Input::new([5, 3]);
    let y = Shared::new(Dense::new(3)).named("first").on(&x);
    let y = Shared::new(Dense::new(3)).named("second").on(&y);
    let functional: Functional<Tensor, Tensor> = Functional::new(x, y).unwrap();
    let layers = "/config/layers";
    // The place of a Sequential's layer is one further there: what goes in comes first.
    let cases: [(&dyn nn_core::registry::DynLayer, &[&str], &[&str]); 6] = [
        (&sequential, &[], &[]),
        (&sequential, &["0."], &["/1"]),
        (&sequential, &["1."], &["/2", "/2/config/layer"]),
        (
            &sequential,
            &["2.backward", "3.1."],
            &["/3/config/backward_layer", "/4/config/layers/1"],
        ),
        (
            &sequential,
            &["2.", "3."],
            &[
                "/3",
                "/3/config/backward_layer",
                "/3/config/layer",
                "/4",
                "/4/config/layers/0",
                "/4/config/layers/1",
            ],
        ),
        (&functional, &["first."], &["/1"]),
    ];
    for (model, prefixes, expected) in cases {
        freeze(model, prefixes);
        let json = keras::to_json(model).unwrap();
        let written: Value = serde_json::from_str(&json).unwrap();
        let mut places = Vec::new();
        frozen(&written, "", &mut places);
        places.sort();
        let expected: Vec<String> = expected.iter().map(|e| format!("{layers}{e}")).collect();
        assert_eq!(places, expected, "{prefixes:?}");
        // Keras gives what a Functional model says to all layers in it.
        let says = written["config"].get("trainable");
        assert!(says.is_none() || prefixes.is_empty(), "{says:?}");
        let again = keras::model_from_json(&json).unwrap();
        let flags = |model: &dyn Module| -> Vec<bool> {
            let parameters = nn_core::module::parameters(model);
            parameters.iter().map(|p| p.is_frozen()).collect()
        };
        assert_eq!(flags(&again), flags(model), "{prefixes:?}");
    }
    freeze(&functional, &[""]);
    let written: Value = serde_json::from_str(&keras::to_json(&functional).unwrap()).unwrap();
    assert_eq!(written["config"]["trainable"], json!(false));
}

/// A part of a configuration.
fn part(class: &str, config: Value) -> Value {
    json!({"class_name": class, "config": config})
}

/// What Keras 3.15.1 lists in `model.losses`.
#[test]
fn any_layer_of_keras_may_have_an_activity_penalty() -> nn_core::Result<()> {
    let ones = part("Ones", json!({}));
    let l1 = |l1: f64| part("L1", json!({"l1": l1}));
    let dense = part(
        "Dense",
        json!({"units": 3, "kernel_initializer": ones, "activity_regularizer": l1(0.1)}),
    );
    let layers = [
        part(
            "InputLayer",
            json!({"batch_shape": [null, 4], "dtype": "int32", "name": "words"}),
        ),
        part(
            "Embedding",
            json!({"input_dim": 5, "output_dim": 2, "embeddings_initializer": ones, "activity_regularizer": l1(0.1)}),
        ),
        part(
            "MaxPooling1D",
            json!({"pool_size": 2, "activity_regularizer": part("L2", json!({"l2": 0.2}))}),
        ),
        // The penalty of the layer that it calls counts nothing.
        part("TimeDistributed", json!({"layer": dense})),
        part(
            "UnitNormalization",
            json!({"activity_regularizer": l1(0.5)}),
        ),
        part(
            "Flatten",
            json!({"activity_regularizer": part("L1L2", json!({"l1": 0.1, "l2": 0.2}))}),
        ),
    ];
    let expected = [0.8, 0.8, 1.732_050_9, 0.746_410_2];
    let x = Tensor::from([[1_i64, 2, 3, 4], [0, 1, 2, 3], [1; 4]]);
    let check = |model: &AnyModel| {
        let (_, losses) = collect_losses(|| model.forward(vec![x.clone()]));
        assert_eq!(losses.len(), expected.len());
        for (loss, expected) in losses.iter().zip(expected) {
            testing::assert_close(loss, &Tensor::from(expected as f32), TOLERANCE);
        }
    };
    let json = part("Sequential", json!({"layers": layers})).to_string();
    let model = keras::model_from_json(&json)?;
    check(&model);
    check(&model.clone());
    check(&AnyModel::from_config(&model.config())?);
    let written = keras::to_json(&model)?;
    check(&keras::model_from_json(&written)?);
    let written: Value = serde_json::from_str(&written).unwrap();
    let embedding = &written["config"]["layers"][1];
    assert_eq!(
        embedding["config"]["activity_regularizer"],
        json!({
            "module": "keras.regularizers", "class_name": "L1", "config": {"l1": 0.1}, "registered_name": null,
        })
    );

    // What stands around the layer is none: the tree, the paths and the errors know of the layer alone.
    let paths: Vec<String> = model
        .parameters()
        .iter()
        .map(|p| p.path().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "embedding.embeddings",
            "time_distributed.layer.kernel",
            "time_distributed.layer.bias"
        ]
    );
    let graph = nn_core::trace::trace_on(&model, vec![x.clone()])?;
    let calls = graph.to_string().matches("MaxPooling1D").count();
    assert_eq!(calls, 1, "{graph}");
    let layer = keras::layer_from_json(&layers[2].to_string())?;
    let e = layer.forward(Tensor::ones([2, 3])).into_result();
    let e = e.unwrap_err().to_string();
    assert!(e.starts_with("MaxPooling1D"), "{e}");
    let unknown = part(
        "Flatten",
        json!({"activity_regularizer": part("L3", json!({}))}),
    );
    let e = keras::layer_from_json(&unknown.to_string()).unwrap_err();
    assert!(
        e.to_string().contains("Flatten.activity_regularizer"),
        "{e}"
    );
    Ok(())
}

#[test]
fn attention_that_is_asked_for_more_keeps_its_penalty() -> nn_core::Result<()> {
    let x = || json!({"class_name": "__keras_tensor__", "config": {"shape": [null, 2, 2], "dtype": "float32", "keras_history": ["x", 0, 0]}});
    let model = part(
        "Functional",
        json!({
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [null, 2, 2], "dtype": "float32", "name": "x"}, "name": "x", "inbound_nodes": []},
                {"class_name": "Attention", "config": {"activity_regularizer": part("L1", json!({"l1": 0.3}))}, "name": "attention",
                 "inbound_nodes": [{"args": [[x(), x()]], "kwargs": {"use_causal_mask": true, "return_attention_scores": true}}]},
            ],
            "input_layers": ["x", 0, 0],
            "output_layers": [["attention", 0, 0], ["attention", 0, 1]],
        }),
    );
    let model = keras::model_from_json(&model.to_string())?;
    let x = Tensor::from([[[1.0_f32, 2.0], [3.0, 4.0]]]);
    let (_, losses) = collect_losses(|| model.forward(vec![x]));
    // As Keras 3.15.1 lists them: of the output and of the scores.
    assert_eq!(losses.len(), 2);
    for (loss, expected) in losses.iter().zip([2.999_999, 0.6_f32]) {
        testing::assert_close(loss, &Tensor::from(expected), TOLERANCE);
    }
    Ok(())
}

#[test]
fn a_mean_over_all_axes_comes_back_with_them() -> nn_core::Result<()> {
    let x = json!({"class_name": "__keras_tensor__", "config": {"shape": [null, 2, 2], "dtype": "float32", "keras_history": ["x", 0, 0]}});
    let model = part(
        "Functional",
        json!({
            "layers": [
                {"class_name": "InputLayer", "config": {"batch_shape": [null, 2, 2], "dtype": "float32", "name": "x"}, "name": "x", "inbound_nodes": []},
                {"module": "keras.src.ops.numpy", "class_name": "Mean", "config": {"axis": null, "keepdims": true}, "name": "mean", "inbound_nodes": [{"args": [x], "kwargs": {}}]},
            ],
            "input_layers": ["x", 0, 0],
            "output_layers": ["mean", 0, 0],
        }),
    );
    let model = keras::model_from_json(&model.to_string())?;
    let again = keras::model_from_json(&keras::to_json(&model)?)?;
    for model in [model, again] {
        let y = model.forward(vec![Tensor::from([[[1.0_f32, 2.0], [3.0, 4.0]]])]);
        assert_eq!(y[0].shape(), [1, 1, 1]);
        assert_eq!(y[0].to_vec::<f32>()?, [2.5]);
    }
    Ok(())
}
