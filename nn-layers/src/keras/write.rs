//! Configurations as Keras reads them: with the module that a class is in.

use crate::functional::{
    DROP_MASKS, OPERATION, Sequential, for_keras, keras_dtype, shape_to_json, to_keras,
};
use nn_core::config::from_json;
use nn_core::{Attributes, Error, Result};
use serde_json::{Map, Value, json};

/// Keras's module of a class that is none of its layers.
fn module_of(class: &str, key: &str) -> &'static str {
    match (class, key) {
        ("Functional", _) => "keras.src.models.functional",
        ("Sequential", _) => "keras",
        (_, key) if key.ends_with("_initializer") => "keras.initializers",
        (_, key) if key.ends_with("_regularizer") => "keras.regularizers",
        (_, key) if key.ends_with("_constraint") => "keras.constraints",
        (_, key) if key.ends_with("activation") => "keras.activations",
        _ => "keras.layers",
    }
}

/// The configuration of a layer with Keras's modules, everywhere in it.
pub(super) fn described(config: &Value) -> Result<Value> {
    object(config, "")
}

fn object(value: &Value, key: &str) -> Result<Value> {
    match value {
        Value::Array(items) => {
            let items: Result<Vec<Value>> = items.iter().map(|item| object(item, key)).collect();
            Ok(Value::Array(items?))
        }
        Value::Object(map) => match map.get("class_name").and_then(Value::as_str) {
            Some(class) => class_of(class, map, key),
            None => {
                let entries: Result<Map<String, Value>> = map
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), object(value, key)?)))
                    .collect();
                Ok(Value::Object(entries?))
            }
        },
        other => Ok(other.clone()),
    }
}

fn class_of(class: &str, map: &Map<String, Value>, key: &str) -> Result<Value> {
    if class.starts_with("__") {
        return Ok(Value::Object(map.clone()));
    }
    let module = map.get("module").and_then(Value::as_str);
    if module.is_some_and(|m| !m.starts_with("nn_layers") && !m.starts_with("keras")) {
        return Err(Error::format(format!(
            "{class} is a class of this program, which Keras does not have; only its own layers can be written for it"
        )));
    }
    let empty = json!({});
    let config = map.get("config").unwrap_or(&empty);
    let mut written = match class {
        OPERATION => {
            let attributes: Attributes = from_json(&config["attributes"])?;
            let plain: Map<String, Value> = attributes
                .iter()
                .map(|(name, value)| (name.to_string(), plain(value)))
                .collect();
            to_keras(config["op"].as_str().unwrap_or_default(), &plain)?
        }
        _ => {
            let mut config = object(config, "")?;
            if class == "Sequential" {
                // Without one Keras reads none.
                config["name"] = json!("sequential");
            }
            if class == "Functional" {
                config["name"] = json!("functional");
                config["trainable"] = json!(true);
                // As Keras takes it anyway.
                config
                    .as_object_mut()
                    .map(|entries| entries.remove(DROP_MASKS));
            }
            json!({
                "module": module_of(class, key),
                "class_name": class,
                "config": config,
                "registered_name": (class == "Functional").then_some("Functional"),
            })
        }
    };
    // The calls and the name of an entry of a Functional model.
    for key in ["name", "inbound_nodes"] {
        if let Some(value) = map.get(key) {
            written[key] = match key {
                "inbound_nodes" => for_keras(class, value),
                _ => value.clone(),
            };
            if key == "name" {
                written["config"]["name"] = value.clone();
            }
        }
    }
    Ok(written)
}

/// What goes into a Sequential, which Keras builds by it.
pub(super) fn built(config: &mut Value, sequential: &Sequential) {
    let Some((shape, dtype)) = sequential.built_for() else {
        return;
    };
    let shape = shape_to_json(&shape);
    let input = json!({
        "module": module_of("InputLayer", ""),
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": keras_dtype(dtype), "name": "input_layer"},
        "registered_name": null,
    });
    if let Some(layers) = config["layers"].as_array_mut() {
        layers.insert(0, input);
    }
    config["build_input_shape"] = shape;
}

/// A setting of an operation as a plain JSON value.
fn plain(value: &nn_core::attributes::Attribute) -> Value {
    use nn_core::attributes::Attribute;
    match value {
        Attribute::None => Value::Null,
        Attribute::Bool(value) => (*value).into(),
        Attribute::Int(value) => (*value).into(),
        Attribute::Float(value) => (*value).into(),
        Attribute::Text(value) => value.as_str().into(),
        Attribute::List(values) => values.iter().map(plain).collect(),
    }
}
