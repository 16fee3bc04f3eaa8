//! Every layer's golden cases: the layers, weights and inputs of `tests/golden/layers`.

use crate::cases::{Cases, Title};
use nn::extend::layer_from_config;
use nn::prelude::*;
use nn::{Error, ErrorKind, Result, module};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub fn write(cases: &mut Cases) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/layers");
    let io = |e: &std::io::Error| Error::io(&folder, e);
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|e| io(&e))? {
        files.push(entry.map_err(|e| io(&e))?.path());
    }
    files.sort();
    for path in files {
        let content = std::fs::read(&path).map_err(|e| Error::io(&path, &e))?;
        let format = |e: &dyn std::fmt::Display| Error::format(format!("{}: {e}", path.display()));
        let (_, header) = SafeTensors::read_metadata(&content).map_err(|e| format(&e))?;
        let file = SafeTensors::deserialize(&content).map_err(|e| format(&e))?;
        let mut names: Vec<_> = header.metadata().iter().flatten().collect();
        names.sort();
        for (name, description) in names {
            let description: Value = serde_json::from_str(description)?;
            // What has no ONNX form says so, and stands in the table as that.
            match case(cases, name, &description, &file) {
                Err(error) if error.kind() != ErrorKind::Io => {
                    let class = description["class_name"].as_str().unwrap_or_default();
                    cases.refused(class, &error);
                }
                other => other?,
            }
        }
    }
    Ok(())
}

fn case(cases: &mut Cases, name: &str, description: &Value, file: &SafeTensors<'_>) -> Result<()> {
    let class = description["class_name"].as_str().unwrap_or_default();
    let layer = layer_from_config(&json!({"class_name": class, "config": description["config"]}))?;
    let find = |what: &str| file.tensor(&format!("{name}/{what}")).ok().map(read);
    let inputs: Vec<Tensor> = match find("input") {
        Some(input) => vec![input],
        None => (0..).map_while(|i| find(&format!("input.{i}"))).collect(),
    };
    let call = |inputs: Vec<Tensor>| layer.call_dyn(inputs, false);
    if let Some(error) = call(inputs.clone()).iter().find_map(Tensor::error) {
        return Err(error.clone());
    }
    for p in &module::parameters(&*layer) {
        let value = find(&format!("before/{}", p.path()));
        // Keras has no `count` where the mean of a Normalization is given.
        if value.is_none() && p.path() == "count" {
            continue;
        }
        p.set_value(&value.ok_or_else(|| Error::format(format!("no weight {}", p.path())))?)?;
    }
    let title = Title {
        kind: "layer",
        subject: class,
        name,
    };
    cases.write(title, &*layer, &inputs, [1, 3, 8], &call)
}

fn read(view: safetensors::tensor::TensorView<'_>) -> Tensor {
    let words = view
        .data()
        .chunks_exact(4)
        .map(|b| [b[0], b[1], b[2], b[3]]);
    match view.dtype() {
        Dtype::I32 => {
            let values = words.map(|b| i64::from(i32::from_le_bytes(b)));
            Tensor::from_vec(values.collect(), view.shape())
        }
        _ => Tensor::from_vec(words.map(f32::from_le_bytes).collect(), view.shape()),
    }
}
