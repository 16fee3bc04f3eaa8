//! Writing and reading the configuration of a struct: what the derives call.

use crate::module::json;
use crate::module::sharing::Scope;
use crate::{Constraint, Error, Initializer, Module, Param, Regularizer, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::borrow::Cow;

pub use crate::module::json::{Json, deserializer, from_json, serializer, to_json};

#[doc(hidden)]
pub use crate::module::json::depth;

/// A value that can be saved in a model's configuration: `#[config]` fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved in a model's configuration",
    label = "not `Serialize` and `DeserializeOwned`",
    note = "derive `serde::Serialize` and `serde::Deserialize` for it, or leave the field out with `#[model(skip)]`"
)]
pub trait ConfigValue: Sized {
    /// The value as JSON, as [`to_json`] writes it. What JSON cannot hold (a map with keys that are neither texts nor numbers) becomes a
    /// note of that, which [`ConfigValue::from_json`] refuses: so a model with it is not saved.
    fn to_json(&self) -> Value;

    /// The value from JSON.
    ///
    /// # Errors
    /// When the JSON is of another type.
    fn from_json(json: &Value) -> Result<Self>;
}

// Asking for the second trait through the first makes one compile error, not two, of a type that has neither.
#[diagnostic::do_not_recommend]
impl<T: Serialize> ConfigValue for T
where
    <T as Serialized>::Type: DeserializeOwned,
{
    fn to_json(&self) -> Value {
        describe(self)
    }

    fn from_json(json: &Value) -> Result<T> {
        json::check_saved(json)?;
        from_json(json).map_err(|e| unread(&e, json))
    }
}

/// A type that serializes, which is the type itself.
#[doc(hidden)]
pub trait Serialized {
    type Type;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Serialized for T {
    type Type = T;
}

/// A list of a number for each of so many axes, where there is one for all of them; what is there already otherwise.
///
/// ```
/// use nn::config::for_axes;
/// assert_eq!(for_axes(&3.into(), 2), serde_json::json!([3, 3]));
/// assert_eq!(for_axes(&serde_json::json!([3, 5]), 2), serde_json::json!([3, 5]));
/// ```
pub fn for_axes(json: &Value, axes: usize) -> Value {
    match json {
        Value::Number(_) => vec![json.clone(); axes].into(),
        _ => json.clone(),
    }
}

fn unread(e: &serde_json::Error, json: &Value) -> Error {
    Error::format(format!("{e}, in {}", abbreviate(json)))
}

/// A value as [`ConfigValue::to_json`] writes it.
pub fn describe<T: Serialize + ?Sized>(value: &T) -> Value {
    to_json(value).unwrap_or_else(|e| json::unsaved(&e))
}

/// A setting of floats, of which none may be NaN: a layer that has one computes nothing but NaN.
#[doc(hidden)]
pub trait Floats {
    fn any_nan(&self) -> bool;
}

impl Floats for f64 {
    fn any_nan(&self) -> bool {
        self.is_nan()
    }
}

impl Floats for f32 {
    fn any_nan(&self) -> bool {
        self.is_nan()
    }
}

impl<T: Floats> Floats for Option<T> {
    fn any_nan(&self) -> bool {
        self.as_ref().is_some_and(T::any_nan)
    }
}

impl<T: Floats> Floats for Vec<T> {
    fn any_nan(&self) -> bool {
        self.iter().any(T::any_nan)
    }
}

impl<T: Floats, const N: usize> Floats for [T; N] {
    fn any_nan(&self) -> bool {
        self.iter().any(T::any_nan)
    }
}

/// Checks that a setting is not NaN.
///
/// # Errors
/// When it is, with the name of the class and of the setting.
#[doc(hidden)]
pub fn check_floats(class_name: &str, name: &str, setting: &impl Floats) -> Result<()> {
    match setting.any_nan() {
        false => Ok(()),
        true => Err(Error::value(format!(
            "the `{name}` of {class_name} is NaN, and so would be all that it computes; set `{name}` to a number"
        ))),
    }
}

/// Collects the configuration of one struct.
///
/// ```
/// use nn::config::Writer;
/// let config = Writer::new("MyDense").value("units", &16).finish();
/// assert_eq!(config.to_string(), r#"{"class_name":"MyDense","config":{"units":16}}"#);
/// ```
#[derive(Debug)]
pub struct Writer {
    class_name: &'static str,
    variant: Option<&'static str>,
    entries: Map<String, Value>,
    _scope: Scope,
}

impl Writer {
    /// An empty configuration of a class.
    pub fn new(class_name: &'static str) -> Writer {
        Writer {
            class_name,
            variant: None,
            entries: Map::new(),
            _scope: Scope::enter(),
        }
    }

    /// Says which variant of an enum the entries are those of.
    pub fn variant(&mut self, name: &'static str) {
        self.variant = Some(name);
    }

    /// Adds an entry.
    pub fn entry(&mut self, name: &str, value: Value) {
        self.entries.insert(name.to_string(), value);
    }

    /// Adds a plain value, as [`ConfigValue::to_json`] writes it.
    #[must_use]
    pub fn value<T: ConfigValue>(mut self, name: &str, value: &T) -> Writer {
        self.entry(name, value.to_json());
        self
    }

    /// Adds a layer, a parameter or a container of those.
    #[must_use]
    pub fn module<M: Module>(mut self, name: &str, module: &M) -> Writer {
        self.entry(name, module.config());
        self
    }

    /// Adds how a parameter starts, and unless it is a buffer its penalty and its projection: `kernel_initializer`,
    /// `kernel_regularizer`, `kernel_constraint`. A layer that does without the parameter says how it would start.
    pub fn weight(
        &mut self,
        prefix: &str,
        param: Option<&Param>,
        initializer: Initializer,
        buffer: bool,
    ) {
        let initializer = param.map_or(initializer, Param::initializer);
        self.entry(&format!("{prefix}_initializer"), initializer.to_json());
        if !buffer {
            let regularizer = param.and_then(Param::regularizer);
            let constraint = param.and_then(Param::constraint);
            self.entry(&format!("{prefix}_regularizer"), regularizer.to_json());
            self.entry(&format!("{prefix}_constraint"), constraint.to_json());
        }
    }

    /// The configuration: `{"class_name": ..., "config": {...}}`, with the entries of a variant below its name.
    pub fn finish(self) -> Value {
        // Moved, not copied: a layer that holds layers would copy the innermost ones once for every level.
        let entries = Value::Object(self.entries);
        let config = match self.variant {
            None => entries,
            Some(name) => Value::Object(Map::from_iter([(name.to_string(), entries)])),
        };
        Value::Object(Map::from_iter([
            ("class_name".to_string(), self.class_name.into()),
            ("config".to_string(), config),
        ]))
    }
}

/// Reads the configuration of one struct.
#[derive(Debug)]
pub struct Reader<'a> {
    class_name: &'static str,
    entries: &'a Map<String, Value>,
    _scope: Scope,
}

impl<'a> Reader<'a> {
    /// Opens a configuration that must be of the first of the given classes, or of one of the others, under which it is known too.
    ///
    /// # Errors
    /// When it is not an object of such a class.
    pub fn new(names: &[&'static str], config: &'a Value) -> Result<Reader<'a>> {
        let class_name = names.first().copied().unwrap_or_default();
        let found = config.get("class_name").and_then(Value::as_str);
        match (found, config.get("config")) {
            (Some(found), Some(Value::Object(entries))) if names.contains(&found) => Ok(Reader {
                class_name,
                entries,
                _scope: Scope::enter(),
            }),
            (Some(found), _) if !names.contains(&found) => Err(Error::format(format!(
                "expected the configuration of {class_name}, found that of {found}"
            ))),
            _ => Err(Error::format(format!(
                "expected the configuration of {class_name}, an object with `class_name` and `config`, found {}",
                abbreviate(config)
            ))),
        }
    }

    /// The variant of an enum, and its entries.
    ///
    /// # Errors
    /// When it is not one name with an object.
    pub fn variant(&self) -> Result<(&'a str, Reader<'a>)> {
        let mut entries = self.entries.iter();
        match (entries.next(), entries.next()) {
            (Some((name, Value::Object(entries))), None) => Ok((
                name,
                Reader {
                    class_name: self.class_name,
                    entries,
                    _scope: Scope::enter(),
                },
            )),
            _ => Err(Error::format(format!(
                "expected the configuration of one variant of {}, `{{\"Name\": {{..}}}}`, found {}",
                self.class_name,
                abbreviate(&Value::Object(self.entries.clone()))
            ))),
        }
    }

    /// Whether there is an entry of a name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Checks that there is nothing but the entries of these names, and what every layer of Keras has: `name`, `dtype` and `trainable`.
    /// Those in `absent` are Keras's, and may only be null or have the value that is given as JSON.
    ///
    /// # Errors
    /// An entry of another name, with the names that there are.
    pub fn only(&self, known: &[&str], absent: &[(&str, &str)]) -> Result<()> {
        for (name, value) in self.entries {
            let name = name.as_str();
            let only = absent.iter().find(|(absent, _)| *absent == name);
            let is = |json: &str| serde_json::from_str::<Value>(json).is_ok_and(|v| v == *value);
            let fits = |json: &str| value.is_null() || is(json);
            let says_nothing = name == "activity_regularizer" && value.is_null();
            if known.contains(&name) || says_nothing || only.is_some_and(|(_, json)| fits(json)) {
                continue;
            }
            match (name, only) {
                ("name" | "trainable", _) => {}
                ("dtype", _) => self.check_dtype(value)?,
                (_, Some((_, json))) => {
                    return Err(Error::format(format!(
                        "{}.{name} can only be {json} here, found {}",
                        self.class_name,
                        abbreviate(value)
                    )));
                }
                _ => {
                    return Err(Error::format(format!(
                        "the configuration of {} has an unknown entry `{name}`; it takes {}",
                        self.class_name,
                        match known {
                            [] => "none but `name`, `dtype` and `trainable`".to_string(),
                            _ => known.join(", "),
                        }
                    )));
                }
            }
        }
        Ok(())
    }

    /// A layer computes in the default float type, whatever whole numbers or texts it takes beside.
    fn check_dtype(&self, value: &Value) -> Result<()> {
        let policy = value.get("config").and_then(|c| c.get("name"));
        let Some(name) = policy.unwrap_or(value).as_str() else {
            return match value.is_null() {
                true => Ok(()),
                false => Err(self.misread(
                    "dtype",
                    Error::format(format!(
                        "expected the name of an element type, \"float32\", found {}",
                        abbreviate(value)
                    )),
                )),
            };
        };
        let ours = crate::floatx().to_string();
        let is_float = name.contains("float");
        let fits = name == ours || name == ours.replace('f', "float");
        match is_float && !fits {
            true => Err(Error::format(format!(
                "{}.dtype: layers compute in {ours}, found {name}; leave `dtype` out, or see `set_floatx`",
                self.class_name
            ))),
            false => Ok(()),
        }
    }

    /// A parameter that starts, is penalized and projected as the configuration says, or as it does without.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn weight(&self, prefix: &str, initializer: Initializer, buffer: bool) -> Result<Param> {
        let initializer = match self.has(&format!("{prefix}_initializer")) {
            true => self.value(&format!("{prefix}_initializer"))?,
            false => initializer,
        };
        if buffer {
            return Ok(Param::buffer(initializer));
        }
        let (regularizer, constraint) = (
            format!("{prefix}_regularizer"),
            format!("{prefix}_constraint"),
        );
        let mut param = Param::new(initializer);
        if self.has(&regularizer) {
            param.set_regularizer(self.value::<Option<Regularizer>>(&regularizer)?);
        }
        if self.has(&constraint) {
            param.set_constraint(self.value::<Option<Constraint>>(&constraint)?);
        }
        Ok(param)
    }

    /// Freezes what was made if the configuration says that it is not `trainable`.
    ///
    /// # Errors
    /// When it says neither true nor false.
    pub fn finish(&self, made: &dyn Module) -> Result<()> {
        match self.entries.get("trainable") {
            None | Some(Value::Bool(true)) => Ok(()),
            Some(Value::Bool(false)) => {
                let parameters = crate::module::tree::parameters(made);
                parameters.iter().for_each(|p| p.set_trainable(false));
                Ok(())
            }
            Some(other) => {
                let e = Error::format(format!("expected true or false, found {other}"));
                Err(self.misread("trainable", e))
            }
        }
    }

    /// The error for a variant that the enum has not.
    pub fn no_variant(&self, found: &str, variants: &[&str]) -> Error {
        Error::format(format!(
            "{} has no variant `{found}`, but {}",
            self.class_name,
            variants.join(", ")
        ))
    }

    /// An entry, made by `from` of its JSON.
    ///
    /// # Errors
    /// When it is missing, or what `from` returns.
    pub fn entry<T>(&self, name: &str, from: impl FnOnce(&Value) -> Result<T>) -> Result<T> {
        from(self.find(name)?).map_err(|e| self.misread(name, e))
    }

    fn find(&self, name: &str) -> Result<&'a Value> {
        self.entries.get(name).ok_or_else(|| {
            Error::format(format!(
                "the configuration of {} has no `{name}`",
                self.class_name
            ))
        })
    }

    fn misread(&self, name: &str, e: Error) -> Error {
        e.context(format!("{}.{name}", self.class_name))
    }

    /// A plain value.
    ///
    /// # Errors
    /// When it is missing or of another type.
    pub fn value<T: ConfigValue>(&self, name: &str) -> Result<T> {
        self.entry(name, T::from_json)
    }

    /// A layer, a parameter or a container of those.
    ///
    /// # Errors
    /// When it is missing or malformed.
    pub fn module<M: Module>(&self, name: &str) -> Result<M> {
        self.entry(name, M::from_config)
    }
}

fn abbreviate(value: &Value) -> String {
    beginning(&value.to_string()).to_string()
}

/// As much of a text as a message shows.
#[doc(hidden)]
pub fn beginning(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
