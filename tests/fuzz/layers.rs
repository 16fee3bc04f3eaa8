//! Layers by their configuration: called, trained for a step, saved and read again.

use crate::seeds;
use crate::targets::used;
use nn::extend::{AnyLayer, layer_from_config};
use nn::prelude::*;
use nn::{Model, keras};
use serde_json::Value;
use std::path::Path;

/// Numbers above which nothing is trained, saved or copied: what fills the memory that this process may have cannot be held twice.
const LARGE: usize = 1 << 20;

/// A layer of any number of inputs as a model of one output.
#[model]
struct Alone {
    layer: AnyLayer,
}

#[model]
impl Alone {
    fn call(&self, inputs: Vec<Tensor>, training: bool) -> Tensor {
        let outputs = self.layer.call_dyn(inputs, training);
        match outputs.into_iter().next() {
            Some(output) => output.cast(DType::F32),
            None => Tensor::zeros([0]),
        }
    }
}

pub fn compiled<M: Model>(model: M) -> nn::Compiled<M> {
    model.compile(Compile::new(SGD::new(0.01), MeanSquaredError::new()).metric(Accuracy::new()))
}

/// Calls a model, trains it for a step, saves it and loads it again.
pub fn use_model(mut model: nn::Compiled<Sequential>, inputs: &[Tensor], folder: &Path) {
    used();
    for x in inputs {
        let Ok(y) = model.predict(x) else { continue };
        if y.num_elements() < LARGE {
            train(&mut model, x, &y);
            let _ = model.summary(Shape::new(&x.shape()[1..]));
        }
        break;
    }
    save(&model, folder);
}

/// A step, an epoch with a callback that keeps weights, and an evaluation. Each may fail.
fn train<M: Model, X: nn::IntoTensors + Clone>(model: &mut nn::Compiled<M>, x: X, y: &Tensor) {
    let _ = model.train_on_batch(x.clone(), y.zeros_like());
    let stop = EarlyStopping::new("loss").restore_best_weights(true);
    let fit = Fit::new().verbose(Verbose::Silent).callback(stop);
    let _ = model.fit((x.clone(), y.zeros_like()), fit);
    let _ = model.evaluate((x, y.zeros_like()));
}

/// What can be saved can be loaded, and is the same.
fn save<M: Model>(model: &nn::Compiled<M>, folder: &Path) {
    let path = folder.join("saved");
    if model.count_params() < LARGE && model.save(&path).is_ok() {
        let back = match nn::Compiled::<M>::load(&path) {
            Ok(back) => back,
            Err(e) => panic!("saved, and cannot be loaded: {e}"),
        };
        assert_eq!(back.config(), model.config(), "another model came back");
        let _ = model.clone_model();
    }
}

/// A layer in a model of its own.
pub fn use_layer(config: &Value, folder: &Path) {
    let Ok(layer) = layer_from_config(config) else {
        return;
    };
    used();
    let inputs = seeds::inputs(config);
    let again = layer_from_config(&nn::extend::config_of(&*layer));
    let again = again.unwrap_or_else(|e| panic!("its own configuration: {e}"));
    assert_eq!(again.config(), layer.config());
    use_texts(config);
    let outputs = layer.call_dyn(inputs.clone(), false);
    let elements = outputs.iter().filter(|y| y.error().is_none());
    if elements.map(|y| y.num_elements()).sum::<usize>() > LARGE {
        return;
    }
    // Gradients of everything that comes out, not only of what is trained on.
    let tape = GradientTape::persistent();
    inputs
        .iter()
        .filter(|x| x.dtype().is_float())
        .for_each(|x| tape.watch(x));
    let outputs = layer.call_dyn(inputs.clone(), true);
    let sums = outputs
        .iter()
        .filter(|y| y.dtype().is_float())
        .map(|y| y.sum());
    if let Some(sum) = sums.reduce(|a, b| a + b) {
        let _ = tape.gradient(&sum, &layer);
        let _ = tape.gradient(&sum, &inputs);
    }
    let _ = keras::to_json(&*layer).map(|json| keras::layer_from_json(&json));
    let mut model = compiled(Alone { layer });
    if let Ok(y) = model.predict(inputs.clone()) {
        train(&mut model, inputs, &y);
    }
    save(&model, folder);
}

/// Layers of texts, on texts.
fn use_texts(config: &Value) {
    let (texts, rows) = (["to be or not", "", "ß b"], [["a", "b"], ["", "to"]]);
    let read = |t: Tensor| t.cast(DType::F32).to_vec::<f32>().is_ok();
    match config["class_name"].as_str() {
        Some("TextVectorization") => {
            if let Ok(mut layer) = TextVectorization::from_config(config) {
                read(layer.call_text(&texts));
                read(layer.call_text_rows(&rows));
                let _ = layer.adapt(&texts);
                read(layer.call_text(&texts));
            }
        }
        Some("StringLookup") => {
            if let Ok(mut layer) = StringLookup::from_config(config) {
                read(layer.call_text(&texts));
                read(layer.call_text_rows(&rows));
                let _ = layer.adapt(&texts);
                read(layer.call_text(&texts));
            }
        }
        Some("IntegerLookup") => {
            if let Ok(mut layer) = IntegerLookup::from_config(config) {
                let _ = layer.adapt(&Tensor::from([3_i64, -1, i64::MAX, i64::MIN]));
                read(layer.forward(Tensor::from([[3_i64, 7], [i64::MIN, 0]])));
            }
        }
        Some("Hashing") => {
            if let Ok(layer) = Hashing::from_config(config) {
                read(layer.call_text(&texts));
            }
        }
        Some("Discretization") => {
            if let Ok(mut layer) = Discretization::from_config(config) {
                let _ = layer.adapt(&Tensor::from([3.0_f32, -1.0, f32::INFINITY]));
                read(layer.forward(Tensor::from([[3.0_f32, f32::NAN], [f32::MIN, 0.0]])));
            }
        }
        _ => {}
    }
}

/// A model of which only the JSON is known.
pub fn use_json(config: &Value, folder: &Path) {
    let Ok(model) = keras::model_from_json(&config.to_string()) else {
        return;
    };
    used();
    let shapes = model.inputs();
    let known = shapes
        .iter()
        .all(|shape| shape.iter().all(|&d| nn::extend::is_known(d)));
    if known
        && shapes
            .iter()
            .map(|shape| shape.num_elements())
            .sum::<usize>()
            < LARGE
    {
        let inputs = seeds::batch(&model);
        let tape = GradientTape::new();
        let outputs = model.call(inputs.clone(), true);
        let sums = outputs
            .iter()
            .filter(|y| y.dtype().is_float())
            .map(|y| y.sum());
        if let Some(sum) = sums.reduce(|a, b| a + b) {
            let _ = tape.gradient(&sum, &model);
        }
    }
    if let Ok(json) = keras::to_json(&model) {
        let again = keras::model_from_json(&json).unwrap_or_else(|e| panic!("its own JSON: {e}"));
        // An open size that our own file spells out may come back as what it follows from, so that Keras's JSON is what must stay.
        let written = keras::to_json(&again).expect("what was read from JSON");
        assert_eq!(written, json, "another model came back");
        keras::set_weights(&again, &keras::get_weights(&model)).expect("its own weights");
    }
    save(&compiled(model), folder);
}
