//! Writes the JSON of every golden case's layer and of every model for `.ci/keras_json`, which reads it with Keras. The file is the value of the
//! environment variable `NN_KERAS_JSON`.

use nn_core::registry::layer_from_config;
use nn_core::{DType, Error, Layer, Tensor, random};
use nn_layers::{Activation, Dense, Embedding, GlobalAveragePooling1D, Sequential, keras};
use safetensors::SafeTensors;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Name and description of every case of a file.
fn cases(path: &Path) -> nn_core::Result<Vec<(String, Value)>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    let (_, header) = SafeTensors::read_metadata(&bytes)
        .map_err(|e| Error::format(format!("{}: {e}", path.display())))?;
    let mut cases = Vec::new();
    for (name, description) in header.metadata().iter().flatten() {
        cases.push((name.clone(), serde_json::from_str(description)?));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(cases)
}

/// The tensors `prefix.0`, `prefix.1`, ... of a file, by shape and numbers.
fn numbers(file: &SafeTensors<'_>, prefix: &str) -> Vec<Value> {
    let tensors = (0..).map_while(|i| file.tensor(&format!("{prefix}.{i}")).ok());
    let of = |view: safetensors::tensor::TensorView<'_>| {
        let words = view.data().chunks_exact(4);
        let values = words.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        json!({"shape": view.shape(), "numbers": values.collect::<Vec<_>>()})
    };
    tensors.map(of).collect()
}

/// A Sequential that was built here, and not read: what goes in it says itself.
fn built(name: &str, model: &Sequential, input: &Tensor) -> nn_core::Result<Value> {
    let output = model.forward(input).into_result()?;
    let weights = keras::get_weights(model);
    let shapes: Vec<Value> = weights.iter().map(|w| json!(w.shape().to_vec())).collect();
    let described = |x: &Tensor| {
        let numbers = x.cast(DType::F32).to_vec::<f32>()?;
        Ok(json!({"shape": x.shape().to_vec(), "numbers": numbers}))
    };
    let values = weights.iter().map(described);
    let values = values.collect::<nn_core::Result<Vec<Value>>>()?;
    Ok(
        json!({"kind": "model", "name": name, "json": keras::to_json(model)?, "weights": shapes,
        "values": values, "inputs": [described(input)?], "outputs": [described(&output)?]}),
    )
}

fn main() -> nn_core::Result<()> {
    let Some(file) = std::env::var_os("NN_KERAS_JSON").map(PathBuf::from) else {
        return Err(Error::value(
            "NN_KERAS_JSON is not set: it names the file to write",
        ));
    };
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let mut written = Vec::new();
    let folder = golden.join("layers");
    let entries = std::fs::read_dir(&folder).map_err(|e| Error::io(&folder, &e))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for path in files {
        for (name, case) in cases(&path)? {
            let config = json!({"class_name": case["class_name"], "config": case["config"]});
            let layer = layer_from_config(&config).map_err(|e| e.context(&name))?;
            let json = keras::to_json(&*layer).map_err(|e| e.context(&name))?;
            written.push(
                json!({"kind": "layer", "name": name, "json": json, "config": case["config"]}),
            );
        }
    }
    let path = golden.join("models/keras_json.safetensors");
    let bytes = std::fs::read(&path).map_err(|e| Error::io(&path, &e))?;
    let tensors = SafeTensors::deserialize(&bytes)
        .map_err(|e| Error::format(format!("{}: {e}", path.display())))?;
    for (name, case) in cases(&path)? {
        // Operations of theirs are read and not written.
        if ["read_only", "reductions"].contains(&&*name) {
            continue;
        }
        let all = |prefix: &str| numbers(&tensors, &format!("{name}/{prefix}"));
        let model = keras::model_from_json(case["json"].as_str().unwrap_or_default())?;
        let shapes: Vec<Value> = keras::get_weights(&model)
            .iter()
            .map(|w| json!(w.shape().to_vec()))
            .collect();
        written.push(json!({"kind": "model", "name": name, "json": keras::to_json(&model)?, "weights": shapes,
            "values": all("weight"), "inputs": all("input"), "outputs": all("output")}));
    }
    let dense = Sequential::new()
        .add(Dense::new(4).activation(Activation::Relu))
        .add(Sequential::new().add(Dense::new(3)))
        .add(Dense::new(2));
    let x = random::uniform([5, 3], -1.0, 1.0, DType::F32);
    written.push(built("Sequential, built", &dense, &x)?);
    let words = Sequential::new()
        .add(Embedding::new(7, 3))
        .add(GlobalAveragePooling1D::new());
    written.push(built(
        "Sequential of words, built",
        &words,
        &Tensor::arange(6).reshape([2, 3]),
    )?);
    println!("{} layers and models", written.len());
    std::fs::write(&file, Value::Array(written).to_string()).map_err(|e| Error::io(&file, &e))
}
