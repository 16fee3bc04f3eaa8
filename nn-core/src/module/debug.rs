//! How layers and models show themselves, short and nested: `Net { dense: Dense { units: 16, activation: relu } }`.

use crate::Module;
use serde_json::{Map, Value};
use std::fmt;

/// Writes a module with its settings, as they are in its configuration: what `#[model(debug)]` calls.
///
/// What is not set is left out, and so is how parameters start, are penalized and constrained.
///
/// # Errors
/// When the formatter fails.
///
/// ```
/// use nn_core::{Module, Tensor};
/// # use nn_core as nn;
/// struct Shown<'a>(&'a dyn Module);
/// impl std::fmt::Debug for Shown<'_> {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         nn::module::debug(self.0, f)
///     }
/// }
/// assert_eq!(format!("{:?}", Shown(&())), "()");
/// ```
pub fn debug(module: &dyn Module, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt::Debug::fmt(&Shown(&module.config()), f)
}

/// A part of a configuration.
struct Shown<'a>(&'a Value);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("()"),
            Value::String(text) => f.write_str(text),
            Value::Array(items) => f.debug_list().entries(items.iter().map(Shown)).finish(),
            Value::Object(entries) => match (entries.get("class_name"), entries.get("config")) {
                (Some(Value::String(name)), None) => f.write_str(name),
                (Some(Value::String(name)), Some(Value::Object(settings))) => {
                    fields(name, settings, f)
                }
                _ => f
                    .debug_map()
                    .entries(entries.iter().map(|(name, value)| (name, Shown(value))))
                    .finish(),
            },
            other => fmt::Display::fmt(other, f),
        }
    }
}

fn fields(name: &str, settings: &Map<String, Value>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for (name, value) in settings {
        let about_parameters = ["initializer", "regularizer", "constraint"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
        let is_parameter = value.get("initializer").is_some() && value.get("class_name").is_none();
        if !value.is_null() && !about_parameters && !is_parameter {
            shown.field(name, &Shown(value));
        }
    }
    shown.finish()
}
