//! Finding losses, metrics, optimizers and schedules by the class name in a configuration, and reading what it says.
//!
//! Each file registers its own class with [`register!`](crate::register), as a program does with its own; nothing enumerates them.

use nn_core::config::{describe, from_json, to_json};
use nn_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

#[doc(hidden)]
pub use nn_core::__private::registered;
#[doc(hidden)]
pub use nn_core::{Constraint, Initializer, Regularizer, register_own, submit};
#[doc(hidden)]
pub use nn_layers::Activation;

/// A class that can be rebuilt from its configuration as a `Box<T>`; submitted by [`register!`](crate::register).
#[derive(Debug)]
pub struct Class<T: ?Sized + 'static> {
    /// The name that configurations use: `Adam`.
    pub class_name: &'static str,
    /// Builds an object from `{"class_name": ..., "config": {...}}`.
    pub from_config: fn(&Value) -> Result<Box<T>>,
}

/// Makes a loss, metric, optimizer or schedule known by its name, so that saved models that use it can be loaded.
///
/// The type needs a function `from_config(&serde_json::Value) -> nn::Result<Self>`. A function of targets and predictions, which is a loss and a
/// metric, is registered as it is: `register!(Function: quartic)`; so are those that stand in layers: `register!(Activation: cubed)`, and
/// `Initializer`, `Regularizer`, `Constraint` (see `Activation::own` and its kin). A type of those with settings is registered by its trait:
/// `register!(Activate: Swish)`, and `Initialize`, `Regularize`, `Constrain`.
///
/// ```
/// use nn::{losses::{self, Loss}, Result, Tensor};
///
/// struct FourthPower;
/// impl FourthPower {
///     fn from_config(_: &serde_json::Value) -> Result<FourthPower> {
///         Ok(FourthPower)
///     }
/// }
/// impl Loss for FourthPower {
///     fn name(&self) -> &str {
///         "fourth_power"
///     }
///     fn losses(&self, y_true: &Tensor, y_pred: &Tensor) -> Tensor {
///         (y_true - y_pred).square().square().mean_axis(-1)
///     }
/// }
/// nn::register!(Loss: FourthPower);
///
/// assert_eq!(losses::from_config(&FourthPower.config())?.name(), "fourth_power");
/// # Ok::<(), nn::Error>(())
/// ```
#[macro_export]
macro_rules! register {
    (Loss: $type:ident) => { $crate::register!(@ $crate::losses::Loss, $type, stringify!($type)); };
    (Function: $function:ident) => {
        $crate::saving::registry::submit! {
            $crate::saving::registry::Class<dyn $crate::losses::Loss> = $crate::saving::registry::Class {
                class_name: stringify!($function),
                from_config: |_| Ok(::std::boxed::Box::new($function)),
            }
        }
    };
    (Activation: $function:ident) => { $crate::saving::registry::register_own!(Activation: $function); };
    (Initializer: $function:ident) => { $crate::saving::registry::register_own!(Initializer: $function); };
    (Regularizer: $function:ident) => { $crate::saving::registry::register_own!(Regularizer: $function); };
    (Constraint: $function:ident) => { $crate::saving::registry::register_own!(Constraint: $function); };
    (Activate: $type:ident) => { $crate::saving::registry::register_own!(type $crate::saving::registry::Activation: $type); };
    (Initialize: $type:ident) => { $crate::saving::registry::register_own!(type $crate::saving::registry::Initializer: $type); };
    (Regularize: $type:ident) => { $crate::saving::registry::register_own!(type $crate::saving::registry::Regularizer: $type); };
    (Constrain: $type:ident) => { $crate::saving::registry::register_own!(type $crate::saving::registry::Constraint: $type); };
    (Metric: $type:ident) => { $crate::register!(@ $crate::metrics::Metric, $type, stringify!($type)); };
    (Metric: $type:ident as $name:literal) => { $crate::register!(@ $crate::metrics::Metric, $type, $name); };
    (Optimizer: $type:ident) => { $crate::register!(@ $crate::optimizers::Optimizer, $type, stringify!($type)); };
    (Optimizer: $type:ident as $name:literal) => { $crate::register!(@ $crate::optimizers::Optimizer, $type, $name); };
    (Schedule: $type:ident) => { $crate::register!(@ $crate::schedules::Schedule, $type, stringify!($type)); };
    (@ $trait:path, $type:ident, $name:expr) => {
        $crate::saving::registry::submit! {
            $crate::saving::registry::Class<dyn $trait> = $crate::saving::registry::Class {
                class_name: $name,
                from_config: |config| {
                    <$type>::from_config(config).map(|object| ::std::boxed::Box::new(object) as ::std::boxed::Box<dyn $trait>)
                },
            }
        }
    };
}

/// The configuration of a type that says nothing about itself: its name, without module and parameters.
pub(crate) fn bare<T: ?Sized>() -> Value {
    let path = std::any::type_name::<T>();
    let path = path.split('<').next().unwrap_or(path);
    json!({"class_name": path.rsplit("::").next(), "config": {}})
}

/// The class that a configuration names.
pub(crate) fn class_name(config: &Value) -> Result<&str> {
    config
        .get("class_name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
        .ok_or_else(|| {
            Error::format(format!(
                "expected an object with `class_name` and `config`, found {config}"
            ))
        })
}

/// The one class of the configuration's name among those registered, `None` if there is none.
pub(crate) fn find<T: ?Sized + 'static>(
    what: &str,
    config: &Value,
    classes: impl Iterator<Item = &'static Class<T>>,
) -> Result<Option<Box<T>>> {
    let name = class_name(config)?;
    let mut found = classes.filter(|c| c.class_name == name);
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(class), None) => (class.from_config)(config).map(Some),
        (Some(_), Some(_)) => Err(Error::format(format!(
            "two {what} are registered as {name}; rename one so that a file names just one"
        ))),
    }
}

/// The configuration with a class in the place of a function that Keras names, `{"class_name": "function", "config": "mean_squared_error"}`, with
/// `settings` for it; `None` if it names none of these classes.
pub(crate) fn of_function<T: ?Sized + 'static>(
    config: &Value,
    settings: &Value,
    mut classes: impl Iterator<Item = &'static Class<T>>,
) -> Option<Value> {
    let name = match config.get("class_name")?.as_str()? {
        "function" => config.get("config")?.as_str()?,
        _ => return None,
    };
    let plain = name.replace('_', "");
    let class = classes.find(|c| c.class_name == name || c.class_name.to_lowercase() == plain)?;
    Some(json!({"class_name": class.class_name, "config": settings}))
}

/// What every error of [`unknown`] says, by which it is known.
const UNKNOWN: &str = "if it is your own, make it known with";

/// Whether an error is about a class that nobody registered.
pub(crate) fn is_unknown(e: &Error) -> bool {
    e.message().contains(UNKNOWN)
}

/// Whether a configuration is that of a closure, which has no name.
pub(crate) fn is_of_closure(config: &Value) -> bool {
    let class = config["class_name"].as_str();
    class.is_some_and(|class| class.contains("{{closure}}"))
}

/// What is said about a class that nobody registered.
pub(crate) fn unknown(what: &str, kind: &str, config: &Value) -> Error {
    let class = config["class_name"].as_str().unwrap_or_default();
    let (kind, name) = match (class, &config["config"]) {
        ("function", Value::String(name)) => ("Function", name.as_str()),
        _ if class.starts_with(char::is_lowercase) => ("Function", class),
        _ => (kind, class),
    };
    if name.contains("{{closure}}") {
        return Error::format(format!(
            "the {what} is a closure, which has no name that it could be found by; a `fn` that is made known with \
             `nn::register!(Function: its_name);` has one"
        ));
    }
    let made = match kind {
        "Function" => String::new(),
        _ => format!(", which calls `{name}::from_config(&Value) -> Result<{name}>`"),
    };
    Error::format(format!(
        "no {what} is called {name}; {UNKNOWN} `nn::register!({kind}: {name});` in this program{made}"
    ))
}

/// `{"class_name": ..., "config": ...}` of a value's fields.
pub(crate) fn write<T: Serialize>(class_name: &str, fields: &T) -> Value {
    described(class_name, describe(fields))
}

fn described(class_name: &str, config: Value) -> Value {
    json!({"class_name": class_name, "config": config})
}

/// Entries that Keras writes and that a class here does not have, with what they may say. `name` and `dtype` may say anything.
pub(crate) type Foreign = &'static [(&'static str, Allowed)];

/// What an entry that a class does not have may say.
pub(crate) enum Allowed {
    Anything,
    Null,
    False,
}

impl Allowed {
    /// Whether `value` is allowed, or what would be.
    fn check(&self, value: &Value) -> Result<(), String> {
        let (fits, only) = match self {
            Allowed::Anything => (true, String::new()),
            Allowed::Null => (value.is_null(), "null".to_string()),
            Allowed::False => (value == &Value::Bool(false), "false".to_string()),
        };
        if fits { Ok(()) } else { Err(only) }
    }
}

/// A value from the `config` of `{"class_name": ..., "config": {...}}`, with the default for entries that are missing.
///
/// # Errors
/// An entry that `T` does not have, unless `foreign` allows it; a value of the wrong type.
pub(crate) fn read<T: DeserializeOwned + Serialize + Default>(
    config: &Value,
    foreign: Foreign,
) -> Result<T> {
    read_over(T::default(), config, foreign)
}

/// As [`read`], with the entries of `defaults` for those that are missing.
pub(crate) fn read_over<T: DeserializeOwned + Serialize>(
    defaults: T,
    config: &Value,
    foreign: Foreign,
) -> Result<T> {
    let (class, merged) = merge(to_json(&defaults)?, config, foreign)?;
    from_json(&merged).map_err(|e| wrong(class, &e))
}

fn wrong(class: &str, e: &dyn std::fmt::Display) -> Error {
    Error::format(format!("the configuration of {class}: {e}"))
}

/// What [`read_over`] does for every type: the class, and its fields with the entries of a configuration in their places.
fn merge(defaults: Value, config: &Value, foreign: Foreign) -> Result<(&str, Value)> {
    let class = class_name(config)?;
    let wrong = |e: &dyn std::fmt::Display| wrong(class, e);
    let empty = Map::new();
    let entries = match config.get("config") {
        Some(Value::Object(entries)) => entries,
        None | Some(Value::Null) => &empty,
        Some(other) => return Err(wrong(&format!("expected an object, found {other}"))),
    };
    let Value::Object(mut merged) = defaults else {
        return Err(wrong(&"its fields are not an object"));
    };
    for (name, value) in entries {
        if let Some(entry) = merged.get_mut(name) {
            *entry = value.clone();
            continue;
        }
        match foreign.iter().find(|(entry, _)| entry == name) {
            Some((_, allowed)) => allowed.check(value).map_err(|only| {
                wrong(&format!("`{name}` can only be {only} here, found {value}"))
            })?,
            None if matches!(name.as_str(), "name" | "dtype") => {}
            None => {
                let known = merged.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(wrong(&format!("unknown entry `{name}`; it has {known}")));
            }
        }
    }
    Ok((class, Value::Object(merged)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closure_is_not_told_to_be_registered() {
        for class in ["program::main::{{closure}}", "{{closure}}"] {
            let e = unknown("loss", "Loss", &json!({"class_name": class, "config": {}}));
            let e = e.to_string();
            assert!(e.contains("a closure") && e.contains("a `fn`"), "{e}");
            assert!(!e.contains("{{closure}}"), "{e}");
        }
    }
}
