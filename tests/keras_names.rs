//! The table `docs/keras.md`: every public name of Keras with its state here, made of what is registered. `UPDATE_DOCS=1 cargo test --test
//! keras_names` writes it; without, it must be what it would write.

use nn::extend::layer_from_config;
use nn::{losses, metrics, optimizers, schedules};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Names that are not here, and why.
const ABSENT: &[(&str, &str, &str)] = &[
    ("layers", "FlaxLayer", "holds a model of Flax"),
    ("layers", "JaxLayer", "holds a function of JAX"),
    ("layers", "TFSMLayer", "holds a model of TensorFlow"),
    ("layers", "TorchModuleWrapper", "holds a model of PyTorch"),
    (
        "layers",
        "InputLayer",
        "`Input::new([..])` makes the input of a Functional model; the entry is read and written in Keras's JSON",
    ),
    (
        "layers",
        "Layer",
        "the trait `Layer`: a struct under `#[derive(Layer)]`",
    ),
    ("layers", "Wrapper", "a layer with a field that is a layer"),
    ("layers", "Pipeline", "`Sequential`"),
    ("losses", "Loss", "the trait `Loss`"),
    ("metrics", "Metric", "the trait `Metric`"),
    ("optimizers", "Optimizer", "the trait `Optimizer`"),
    ("schedules", "LearningRateSchedule", "the trait `Schedule`"),
    ("initializers", "Initializer", "the trait `Initialize`"),
    ("regularizers", "Regularizer", "the trait `Regularize`"),
    ("constraints", "Constraint", "the trait `Constrain`"),
    ("callbacks", "Callback", "the trait `Callback`"),
    (
        "callbacks",
        "CallbackList",
        "`Fit::callback`, once for each",
    ),
    ("callbacks", "History", "what `fit` returns"),
    ("callbacks", "ProgbarLogger", "`Fit::verbose`"),
    (
        "callbacks",
        "OrbaxCheckpoint",
        "writes files of JAX's Orbax; `ModelCheckpoint` writes ours",
    ),
    (
        "callbacks",
        "RemoteMonitor",
        "sends events to a server; a callback of one's own does",
    ),
];

/// Callbacks that are here; they are no part of configurations.
const CALLBACKS: &[&str] = &[
    "BackupAndRestore",
    "CSVLogger",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TerminateOnNaN",
];

/// Whether there is something of that name: an error about its settings is an answer too.
fn is_there(kind: &str, name: &str) -> bool {
    let config = json!({"class_name": name, "config": {}});
    let unknown =
        |e: String| e.contains(&format!("is called {name}")) || e.contains("unknown variant");
    let known = |result: Result<(), String>| result.err().is_none_or(|e| !unknown(e));
    fn text<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<(), String> {
        result.map(|_| ()).map_err(|e| e.to_string())
    }
    let in_dense = |key: &str, value: &Value| {
        let config = json!({"class_name": "Dense", "config": {"units": 1, key: value}});
        text(layer_from_config(&config))
    };
    match kind {
        "layers" => known(text(layer_from_config(&config))),
        "losses" => known(text(losses::from_config(&config))),
        "metrics" => known(text(metrics::from_config(&config))),
        "optimizers" => known(text(optimizers::from_config(&config))),
        "schedules" => known(text(schedules::from_config(&config))),
        "initializers" => known(in_dense("kernel_initializer", &config)),
        "regularizers" => known(in_dense("kernel_regularizer", &config)),
        "constraints" => known(in_dense("kernel_constraint", &config)),
        "activations" => known(in_dense("activation", &json!(name))),
        "callbacks" => CALLBACKS.contains(&name),
        other => panic!("{other} is no kind"),
    }
}

fn table() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/names.json");
    let names: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut text = String::from(
        "# Keras's names\n\nEvery public class and activation of Keras 3.15, and whether it is here under its name. `tests/keras_names.rs` makes this table of what \
         is registered; the numbers of what is here are checked against Keras's own (`tests/golden`).\n",
    );
    let order = [
        "layers",
        "losses",
        "metrics",
        "optimizers",
        "schedules",
        "initializers",
        "regularizers",
        "constraints",
        "activations",
        "callbacks",
    ];
    assert_eq!(names.len(), order.len());
    for kind in order {
        let all = &names[kind];
        let absent = |name: &str| ABSENT.iter().find(|(k, n, _)| *k == kind && *n == name);
        let there: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|n| is_there(kind, n))
            .collect();
        for name in &there {
            assert!(
                absent(name).is_none(),
                "{kind}: {name} is there, and said to be absent"
            );
        }
        writeln!(text, "\n## {kind}: {} of {}\n", there.len(), all.len()).unwrap();
        writeln!(text, "Here: {}.\n", there.join(", ")).unwrap();
        let missing: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|n| !there.contains(n))
            .collect();
        if missing.is_empty() {
            continue;
        }
        writeln!(text, "| absent | instead, or why |\n|---|---|").unwrap();
        for name in missing {
            let why = absent(name).map_or("not made yet", |(.., why)| why);
            writeln!(text, "| {name} | {why} |").unwrap();
        }
    }
    text
}

#[test]
fn the_table_of_keras_names_is_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keras.md");
    let made = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, made,
        "docs/keras.md is not what the code gives: `UPDATE_DOCS=1 cargo test --test keras_names` writes it"
    );
}
