//! Functions and types of a program's own where Keras has classes: activations, initializers, regularizers, constraints.
//!
//! All four are values that can be copied, made by the compiler too. So a type with settings is kept as long as the program runs, once for all that
//! are equal, and what is copied is where it is.

use crate::module::config::{Json, describe, from_json};
use crate::module::registered::registered;
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A kind of object that a function or a type can be.
pub trait OwnKind: Sized + PartialEq + DeserializeOwned + fmt::Debug + 'static {
    /// What a function takes and gives.
    type Function: Copy + fmt::Debug + Send + Sync + 'static;
    /// What a type can do: `dyn Regularize`.
    type Object: ?Sized + fmt::Debug + Send + Sync + 'static;
    /// The name of the kind: `Regularizer`.
    const NAME: &'static str;
    /// The name of the trait: `Regularize`.
    const TRAIT: &'static str;

    /// One of the kind.
    fn of(own: Own<Self>) -> Self;
}

/// A function or a type that is known by its name; submitted by [`register_own!`](crate::register_own).
#[derive(Debug)]
pub struct Known {
    /// [`OwnKind::NAME`].
    pub kind: &'static str,
    /// What stands in configurations.
    pub name: &'static str,
    /// The [`OwnKind::Function`], or the [`Read`] of a type.
    pub what: &'static (dyn Any + Send + Sync),
}

crate::collect!(Known);

/// Makes an object of a type from its settings.
pub type Read<K> = fn(&Value) -> Result<K, serde_json::Error>;

/// A function or an object of a program's own, by its name: two functions of one name are equal, and two objects of one type with the same settings.
pub struct Own<K: OwnKind> {
    name: &'static str,
    rule: Rule<K>,
}

/// What an [`Own`] is.
#[derive(Debug)]
pub enum Rule<K: OwnKind> {
    /// A function.
    Function(K::Function),
    /// An object of a type.
    Object(&'static K::Object, &'static Value),
}

/// An object that is kept, with its settings.
struct Kept<T> {
    object: T,
    settings: Value,
}

/// All that are kept, each a [`Kept`].
static KEPT: Mutex<Vec<&'static (dyn Any + Send + Sync)>> = Mutex::new(Vec::new());

/// The object that is kept of those that are equal to this one.
fn kept<T: PartialEq + Serialize + Send + Sync + 'static>(object: T) -> &'static Kept<T> {
    // Comparing and writing are the type's own, and may come here again: nothing is locked meanwhile.
    let all = KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut all = all.iter().filter_map(|kept| kept.downcast_ref::<Kept<T>>());
    if let Some(kept) = all.find(|kept| kept.object == object) {
        return kept;
    }
    let settings = match describe(&object) {
        Value::Null => json!({}),
        settings => settings,
    };
    let kept: &'static Kept<T> = Box::leak(Box::new(Kept { object, settings }));
    KEPT.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(kept);
    kept
}

impl<K: OwnKind> Own<K> {
    /// A function.
    pub const fn function(name: &'static str, function: K::Function) -> Own<K> {
        Own {
            name,
            rule: Rule::Function(function),
        }
    }

    /// An object, under the name of its type; `seen` sees it as what the kind asks for.
    pub fn object<T: PartialEq + Serialize + Send + Sync + 'static>(
        object: T,
        seen: fn(&'static T) -> &'static K::Object,
    ) -> Own<K> {
        let path = std::any::type_name::<T>();
        let path = path.split('<').next().unwrap_or(path);
        let kept = kept(object);
        Own {
            name: path.rsplit("::").next().unwrap_or(path),
            rule: Rule::Object(seen(&kept.object), &kept.settings),
        }
    }

    /// What stands in configurations.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it is.
    pub const fn rule(&self) -> Rule<K> {
        self.rule
    }

    fn written(&self) -> Value {
        match self.rule {
            Rule::Function(_) => json!(self.name),
            Rule::Object(_, settings) => json!({"class_name": self.name, "config": settings}),
        }
    }

    /// The name, as it stands in a configuration, and the settings of an object: `{"class_name": "Swish", "config": {"beta": 1.5}}`.
    ///
    /// # Errors
    /// When nothing is registered under that name, so that it could not be read, or something else has the name.
    pub fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, written) = (self.name, self.written());
        let error = |text: String| Err(S::Error::custom(text));
        match from_json::<K>(&written) {
            Ok(read) if read == K::of(*self) => Json(written).serialize(serializer),
            Err(_) if find::<K>(&written).is_none() => {
                let (what, kind) = match self.rule {
                    Rule::Function(_) => ("function", K::NAME),
                    Rule::Object(..) => ("type", K::TRAIT),
                };
                error(format!(
                    "the {what} `{name}` could not be found again by its name; add `nn::register!({kind}: {name});` beside it"
                ))
            }
            Ok(read) => error(format!(
                "`{name}` would come back as {read:?}; if that has the same name, rename yours"
            )),
            Err(e) => error(format!("`{name}` could not be read again: {e}")),
        }
    }
}

impl<K: OwnKind> Clone for Own<K> {
    fn clone(&self) -> Own<K> {
        *self
    }
}

impl<K: OwnKind> Copy for Own<K> {}

impl<K: OwnKind> Clone for Rule<K> {
    fn clone(&self) -> Rule<K> {
        *self
    }
}

impl<K: OwnKind> Copy for Rule<K> {}

impl<K: OwnKind> PartialEq for Own<K> {
    fn eq(&self, other: &Own<K>) -> bool {
        self.written() == other.written()
    }
}

impl<K: OwnKind> fmt::Debug for Own<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Rule::Function(_) => f.write_str(self.name),
            Rule::Object(object, _) => object.fmt(f),
        }
    }
}

/// What is registered under the name in a configuration, `None` if nothing is: a function as `"smooth"`, or as Keras writes it,
/// `{"class_name": "function", "config": "smooth"}`; a type with its settings, or as its name alone where it needs none.
pub fn find<K: OwnKind>(value: &Value) -> Option<Result<K, serde_json::Error>> {
    let (name, settings) = match value {
        Value::String(name) => (name.as_str(), &Value::Null),
        _ => match (value.get("class_name")?.as_str()?, value.get("config")) {
            ("function", Some(Value::String(name))) => (name.as_str(), &Value::Null),
            (name, settings) => (name, settings.unwrap_or(&Value::Null)),
        },
    };
    let mut known = registered::<Known>().filter(|k| k.kind == K::NAME);
    let known = known.find(|k| k.name == name)?;
    if let Some(function) = known.what.downcast_ref::<K::Function>() {
        return Some(Ok(K::of(Own::function(known.name, *function))));
    }
    let read = known.what.downcast_ref::<Read<K>>()?;
    let named = |e| serde::de::Error::custom(format!("the settings of `{name}`: {e}"));
    Some(read(settings).map_err(named))
}

/// The settings of a type: none are an empty object or nothing, whichever the type takes.
pub fn settings<T: DeserializeOwned>(written: &Value) -> Result<T, serde_json::Error> {
    let is_empty = |value: &Value| value.as_object().is_some_and(|entries| entries.is_empty());
    match written {
        Value::Null => from_json(&json!({})).or_else(|e| from_json(written).map_err(|_| e)),
        _ if is_empty(written) => {
            from_json(written).or_else(|e| from_json(&Value::Null).map_err(|_| e))
        }
        _ => from_json(written),
    }
}

/// Makes a function, or with `type` a type, known by its name as an activation, initializer, regularizer or constraint; `nn::register!` does it too.
#[doc(hidden)]
#[macro_export]
macro_rules! register_own {
    ($kind:ident: $function:ident) => {
        const _: () = {
            const FUNCTION: <$kind as $crate::own::OwnKind>::Function = $function;
    $crate::register_own!(@ $kind, $function, FUNCTION);
        };
    };
    (type $kind:ty: $type:ident) => {
        const _: () = {
            const READ: $crate::own::Read<$kind> =
                |written| $crate::own::settings::<$type>(written).map(<$kind>::from);
    $crate::register_own!(@ $kind, $type, READ);
        };
    };
    (@ $kind:ty, $name:ident, $what:ident) => {
        $crate::submit! {
            $crate::own::Known = $crate::own::Known {
                kind: <$kind as $crate::own::OwnKind>::NAME,
                name: ::core::stringify!($name),
                what: &$what,
            }
        }
    };
}
