//! Every layer's golden cases: the layers, weights and inputs of `tests/golden/layers`.

use crate::cases::{Cases, Title};
use nn::prelude::*;
use nn::registry::layer_from_config;
use nn::{Error, Result, Tensors, module};
use safetensors::tensor::{Dtype, SafeTensors};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Runs a layer on the inputs of a case.
type Call<'a> = &'a dyn Fn(Vec<Tensor>) -> Vec<Tensor>;

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
            case(cases, name, &description, &file).map_err(|e| e.context(name))?;
        }
    }
    Ok(())
}

fn case(cases: &mut Cases, name: &str, description: &Value, file: &SafeTensors<'_>) -> Result<()> {
    let class = description["class_name"].as_str().unwrap_or_default();
    let mut config = plain(&description["config"]);
    if let Some(settings) = config.as_object_mut() {
        // Whether it is trained, and whether `call` gives states, is no setting of a layer here; Keras leaves the last out if it is not set.
        settings.remove("trainable");
        settings.remove("return_state");
        settings
            .entry("activity_regularizer")
            .or_insert(Value::Null);
    }
    let config = json!({"class_name": class, "config": config});
    let find = |what: &str| file.tensor(&format!("{name}/{what}")).ok().map(read);
    let inputs: Vec<Tensor> = match find("input") {
        Some(input) => vec![input],
        None => (0..).map_while(|i| find(&format!("input.{i}"))).collect(),
    };
    with_layer(class, &config, inputs.len(), |layer, call| {
        for p in &module::parameters(layer) {
            let value = find(&format!("before/{}", p.path()));
            p.set_value(&value.ok_or_else(|| Error::format(format!("no weight {}", p.path())))?)?;
        }
        let title = Title {
            kind: "layer",
            subject: class,
            name,
        };
        cases.write(title, layer, &inputs, [1, 3, 8], call)
    })
}

/// A configuration without what means nothing: seeds and axes of initializers, and configurations without entries.
fn plain(value: &Value) -> Value {
    let Value::Object(settings) = value else {
        return value.clone();
    };
    let says_nothing = |key: &str, value: &Value| {
        value.is_null() && ["seed", "input_axes", "output_axes"].contains(&key)
            || key == "config"
                && value
                    .as_object()
                    .is_some_and(|settings| settings.is_empty())
    };
    let plain = settings
        .iter()
        .map(|(key, value)| (key.clone(), plain(value)));
    Value::Object(
        plain
            .filter(|(key, value)| !says_nothing(key, value))
            .collect(),
    )
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

/// Makes a layer and hands it to `f` with its call in inference; recurrent layers give their states too.
fn with_layer(
    class: &str,
    config: &Value,
    inputs: usize,
    f: impl FnOnce(&dyn Module, Call<'_>) -> Result<()>,
) -> Result<()> {
    fn several<L: Layer<Input = Vec<Tensor>, Output = Tensor>>(
        config: &Value,
        f: impl FnOnce(&dyn Module, Call<'_>) -> Result<()>,
    ) -> Result<()> {
        let layer = L::from_config(config)?;
        f(&layer, &|x| vec![layer.call(x, false)])
    }
    macro_rules! recurrent {
        ($Layer:ty, $states:pat => $given:expr) => {{
            let layer = <$Layer>::from_config(config)?;
            f(&layer, &|x| {
                let (output, states) = match &x[1..] {
                    $states => layer.call_with_state(&x[0], Some($given)),
                    _ => layer.call_with_state(&x[0], None),
                };
                states
                    .leaves()
                    .into_iter()
                    .fold(vec![output], |mut all, state| {
                        all.push(state.clone());
                        all
                    })
            })
        }};
    }
    match class {
        "Add" => several::<Add>(config, f),
        "Subtract" => several::<Subtract>(config, f),
        "Multiply" => several::<Multiply>(config, f),
        "Average" => several::<Average>(config, f),
        "Maximum" => several::<Maximum>(config, f),
        "Minimum" => several::<Minimum>(config, f),
        "Concatenate" => several::<Concatenate>(config, f),
        "SimpleRNN" if inputs > 1 => recurrent!(SimpleRNN, [h] => h.clone()),
        "GRU" if inputs > 1 => recurrent!(GRU, [h] => h.clone()),
        "LSTM" if inputs > 1 => recurrent!(LSTM, [h, c] => [h.clone(), c.clone()]),
        _ => {
            let layer = layer_from_config(config)?;
            f(&*layer, &|mut x| vec![layer.call_dyn(x.remove(0), false)])
        }
    }
}
