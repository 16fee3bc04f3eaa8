//! Configurations as Keras reads them: with the module that a class is in.

use crate::functional::{
    DROP_MASKS, OPERATION, Sequential, for_keras, keras_dtype, shape_to_json, to_keras, with_index,
};
use crate::keras::classes;
use nn_core::config::from_json;
use nn_core::module::parameters;
use nn_core::{Attributes, Error, Module, Result};
use serde_json::{Map, Value, json};

/// Keras's module of its layers.
const LAYERS: &str = "keras.layers";

/// The models, which have modules of their own.
const MODELS: [&str; 2] = ["Functional", "Sequential"];

/// Keras's module of a class. An activation that is more than a name is one of its layers.
fn module_of(class: &str, key: &str) -> &'static str {
    match (class, key) {
        ("Functional", _) => "keras.src.models.functional",
        ("Sequential", _) => "keras",
        (_, key) if key.ends_with("_initializer") => "keras.initializers",
        (_, key) if key.ends_with("_regularizer") => "keras.regularizers",
        (_, key) if key.ends_with("_constraint") => "keras.constraints",
        _ => LAYERS,
    }
}

/// The configuration of a layer with Keras's modules, everywhere in it.
pub(super) fn described(config: &Value, layer: &dyn Module) -> Result<Value> {
    let at = At {
        module: Some(layer),
        ..At::default()
    };
    object(config, "", &at)
}

/// Where a part of a configuration stands.
#[derive(Default)]
struct At<'a> {
    /// The names on the way to it, with dots between them.
    path: String,
    /// What it configures, where that is found by its name.
    module: Option<&'a dyn Module>,
    /// Whether a layer around it is frozen as a whole.
    frozen: bool,
}

impl<'a> At<'a> {
    /// The place of a part by its name.
    fn inner(&self, name: &str) -> At<'a> {
        let mut module = None;
        if let Some(parent) = self.module {
            parent.visit(&mut |child, found| {
                if child == name {
                    module = Some(found);
                }
            });
        }
        let path = match self.path.is_empty() {
            true => name.to_string(),
            false => format!("{}.{name}", self.path),
        };
        At {
            path,
            module,
            frozen: self.frozen,
        }
    }

    /// The place that an entry of a class's configuration has among the parts of the layer.
    fn entry(&self, class: &str, key: &str) -> At<'a> {
        match (class, key) {
            // The layers of a model are its own parts.
            ("Sequential" | "Functional", "layers") => At {
                path: self.path.clone(),
                ..*self
            },
            ("Bidirectional", "layer") => self.inner("forward_layer"),
            _ => self.inner(key),
        }
    }

    fn error(&self, message: String) -> Error {
        match self.path.is_empty() {
            true => Error::format(message),
            false => Error::format(message).context(&self.path),
        }
    }
}

fn object(value: &Value, key: &str, at: &At<'_>) -> Result<Value> {
    match value {
        Value::Array(items) => {
            let item = |(i, item): (usize, &Value)| {
                let name = item.get("name").and_then(Value::as_str);
                let name = name.map_or_else(|| i.to_string(), str::to_string);
                object(item, key, &at.inner(&name))
            };
            let items: Result<Vec<Value>> = items.iter().enumerate().map(item).collect();
            Ok(Value::Array(items?))
        }
        Value::Object(map) => match map.get("class_name").and_then(Value::as_str) {
            Some(class) => class_of(class, map, key, at),
            None => entries(map, "", at).map(Value::Object),
        },
        other => Ok(other.clone()),
    }
}

fn entries(map: &Map<String, Value>, class: &str, at: &At<'_>) -> Result<Map<String, Value>> {
    map.iter()
        .map(|(key, value)| {
            let written = match value {
                Value::Array(_) | Value::Object(_) => object(value, key, &at.entry(class, key))?,
                plain => plain.clone(),
            };
            Ok((key.clone(), written))
        })
        .collect()
}

fn class_of(class: &str, map: &Map<String, Value>, key: &str, at: &At<'_>) -> Result<Value> {
    if class.starts_with("__") {
        return Ok(Value::Object(map.clone()));
    }
    let module = module_of(class, key);
    let from = map.get("module").and_then(Value::as_str);
    let of_keras = match module {
        LAYERS => class == OPERATION || classes::is_known(class),
        _ => MODELS.contains(&class) || classes::PARTS.contains(&class),
    };
    if !of_keras || from.is_some_and(|m| !m.starts_with("nn_layers") && !m.starts_with("keras")) {
        return Err(at.error(format!(
            "{class} is no class of Keras, and only its own can be written for it: put the \
             model together of those, or `save` it, which this library reads"
        )));
    }
    let empty = Map::new();
    let config = map.get("config").and_then(Value::as_object);
    let config = config.unwrap_or(&empty);
    let mut written = match class {
        OPERATION => {
            let attributes = config.get("attributes").unwrap_or(&Value::Null);
            let attributes: Attributes = from_json(attributes)?;
            let plain: Map<String, Value> = attributes
                .iter()
                .map(|(name, value)| (name.to_string(), plain(value)))
                .collect();
            let name = config.get("op").and_then(Value::as_str);
            to_keras(name.unwrap_or_default(), &plain)?
        }
        _ => {
            let parameters = at.module.map(parameters).unwrap_or_default();
            let any = parameters.iter().any(|p| p.is_frozen());
            let all = any && parameters.iter().all(|p| p.is_frozen());
            let inside = At {
                path: at.path.clone(),
                module: at.module,
                frozen: at.frozen || all,
            };
            let mut config = entries(config, class, &inside)?;
            if class == "Sequential" {
                // Without one Keras reads none.
                config.insert("name".to_string(), "sequential".into());
            }
            if class == "Functional" {
                config.insert("name".to_string(), "functional".into());
                // As Keras takes it anyway.
                config.remove(DROP_MASKS);
                // Keras gives it to all layers of the model, in place of what they say: where some are frozen it says nothing.
                if !any {
                    config.insert("trainable".to_string(), true.into());
                }
            }
            let is_layer =
                (module == LAYERS && !key.ends_with("activation")) || MODELS.contains(&class);
            if inside.frozen && is_layer {
                config.insert("trainable".to_string(), false.into());
            }
            json!({
                "module": module,
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
                "inbound_nodes" if class == OPERATION => with_index(config, value)?,
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
