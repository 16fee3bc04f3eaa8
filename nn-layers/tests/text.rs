//! The layers that look up, hash and split, against what Keras gives on TensorFlow.
//!
//! The cases are in `tests/golden/text.json`; the README there says what is in them.

use nn_core::registry::layer_from_config;
use nn_core::{DType, Error, Module, Result, Tensor};
use nn_layers::*;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Floats are sums and products of a few numbers in f32.
const TOLERANCE: f64 = 1e-6;

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().expect("a list").iter();
    all.map(|v| v.as_str().expect("a text").to_string())
        .collect()
}

fn rows(value: &Value) -> Vec<Vec<String>> {
    value.as_array().expect("rows").iter().map(texts).collect()
}

fn first(value: &Value) -> &Value {
    &value.as_array().expect("a list")[0]
}

/// A tensor of whole numbers in lists of lists.
fn tensor(value: &Value) -> Tensor {
    fn collect(value: &Value, depth: usize, dims: &mut Vec<usize>, numbers: &mut Vec<i64>) {
        match value {
            Value::Array(items) => {
                if dims.len() == depth {
                    dims.push(items.len());
                }
                items
                    .iter()
                    .for_each(|item| collect(item, depth + 1, dims, numbers));
            }
            number => numbers.push(number.as_i64().expect("a whole number")),
        }
    }
    let (mut dims, mut numbers) = (Vec::new(), Vec::new());
    collect(value, 0, &mut dims, &mut numbers);
    Tensor::from_vec(numbers, &dims[..])
}

fn feature(value: &Value) -> Feature<'_> {
    match value {
        Value::String(text) => Feature::Text(text),
        number => Feature::Integer(number.as_i64().expect("a whole number")),
    }
}

struct Case {
    config: Value,
    adapt: Value,
    input: Value,
}

impl Case {
    fn make<M: Module>(&self) -> M {
        M::from_config(&self.config).unwrap_or_else(|e| panic!("{e}"))
    }

    /// What a layer gives, and its vocabulary.
    fn run(&self) -> Result<(Tensor, Option<Value>)> {
        let of_rows = |value: &Value| first(value).is_array();
        match self.config["class_name"].as_str().expect("a class") {
            "Hashing" => {
                let layer: Hashing = self.make();
                Ok(match first(&self.input) {
                    Value::String(_) => (layer.call_text(&texts(&self.input)), None),
                    _ => (self.by_name(&[&self.input])?, None),
                })
            }
            "HashedCrossing" => {
                let layer: HashedCrossing = self.make();
                let columns = self.input.as_array().expect("columns");
                if !columns.iter().any(|c| first(c).is_string()) {
                    return Ok((self.by_name(&columns.iter().collect::<Vec<_>>())?, None));
                }
                let count = columns[0].as_array().expect("a column").len();
                let row = |i: usize| columns.iter().map(|c| feature(&c[i])).collect();
                let rows: Vec<Vec<Feature<'_>>> = (0..count).map(row).collect();
                Ok((layer.call_features(&rows), None))
            }
            "IntegerLookup" => {
                let mut layer: IntegerLookup = self.make();
                if !self.adapt.is_null() {
                    layer.adapt(&tensor(&self.adapt))?;
                    let again: IntegerLookup = layer.clone_model();
                    assert_eq!(again.get_vocabulary(), layer.get_vocabulary());
                }
                use nn_core::Layer;
                let output = layer.forward(tensor(&self.input));
                Ok((output, Some(json!(layer.get_vocabulary()))))
            }
            "StringLookup" => {
                let mut layer: StringLookup = self.make();
                match &self.adapt {
                    Value::Null => {}
                    data if of_rows(data) => layer.adapt_rows(&rows(data))?,
                    data => layer.adapt(&texts(data))?,
                }
                let output = match of_rows(&self.input) {
                    true => layer.call_text_rows(&rows(&self.input)),
                    false => layer.call_text(&texts(&self.input)),
                };
                Ok((output, Some(json!(layer.get_vocabulary()))))
            }
            "TextVectorization" => {
                let mut layer: TextVectorization = self.make();
                match &self.adapt {
                    Value::Null => {}
                    data if of_rows(data) => layer.adapt_rows(&rows(data))?,
                    data => layer.adapt(&texts(data))?,
                }
                let layer: TextVectorization = layer.clone_model();
                let output = match of_rows(&self.input) {
                    true => layer.call_text_rows(&rows(&self.input)),
                    false => layer.call_text(&texts(&self.input)),
                };
                Ok((output, Some(json!(layer.get_vocabulary()))))
            }
            other => Err(Error::value(format!("no case of {other} is known here"))),
        }
    }

    fn by_name(&self, columns: &[&Value]) -> Result<Tensor> {
        let layer = layer_from_config(&self.config)?;
        let columns = columns.iter().map(|c| tensor(c)).collect();
        layer.call_dyn(columns, false).remove(0).into_result()
    }
}

#[test]
fn layers_of_text_and_categories_agree_with_keras() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/text.json");
    let text = std::fs::read_to_string(path).expect("the cases");
    let cases: Map<String, Value> = serde_json::from_str(&text).expect("JSON");
    let mut failures = Vec::new();
    for (name, mut case) in cases.clone() {
        let shape: Vec<usize> = serde_json::from_value(case["shape"].take()).expect("a shape");
        let expected: Vec<f64> = serde_json::from_value(case["output"].take()).expect("numbers");
        let given = Case {
            config: json!({"class_name": case["class_name"], "config": case["config"]}),
            adapt: case["adapt"].take(),
            input: case["input"].take(),
        };
        let found = std::panic::catch_unwind(|| {
            let (output, vocabulary) = given.run()?;
            let output = output.into_result()?;
            Ok((
                output.shape(),
                output.cast(DType::F64).to_vec::<f64>()?,
                vocabulary,
            ))
        });
        let found: Result<_> = match found {
            Ok(found) => found,
            Err(_) => Err(Error::value("a panic")),
        };
        match found {
            Err(error) => failures.push(format!("{name}: {error}")),
            Ok((of, values, vocabulary)) => {
                let close = |(a, b): (&f64, &f64)| nn_core::testing::close(*a, *b, TOLERANCE);
                let same = of == shape[..] && values.iter().zip(&expected).all(close);
                if !same {
                    failures.push(format!(
                        "{name}: {of} {values:?}, expected {shape:?} {expected:?}"
                    ));
                }
                if let (Some(found), Some(expected)) = (vocabulary, case.get("vocabulary"))
                    && found != *expected
                {
                    failures.push(format!(
                        "{name}: the vocabulary is {found}, expected {expected}"
                    ));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
    assert!(cases.len() > 60, "{} cases", cases.len());
}
