//! Functions of a program's own where Keras has classes: activations, initializers, regularizers, constraints.

use crate::module::registered::registered;
use serde::Serializer;
use serde::ser::Error as _;
use std::any::Any;
use std::fmt;

/// A kind of object that a function can be.
pub trait OwnKind: Sized + 'static {
    /// What the function takes and gives.
    type Function: Copy + Send + Sync + 'static;
    /// The name of the kind: `Regularizer`.
    const NAME: &'static str;
}

/// A function that is known by its name; submitted by [`register_own!`](crate::register_own).
pub struct Known {
    /// [`OwnKind::NAME`].
    pub kind: &'static str,
    /// What stands in configurations.
    pub name: &'static str,
    /// The [`OwnKind::Function`].
    pub function: &'static (dyn Any + Send + Sync),
}

crate::collect!(Known);

/// A function of a program's own, by its name: two of one name are equal.
pub struct Own<K: OwnKind> {
    /// What stands in configurations.
    pub name: &'static str,
    /// What is called.
    pub function: K::Function,
}

impl<K: OwnKind> Own<K> {
    /// The one that is registered under that name.
    pub fn find(name: &str) -> Option<Own<K>> {
        let mut known = registered::<Known>().filter(|k| k.kind == K::NAME);
        let known = known.find(|k| k.name == name)?;
        let function = *known.function.downcast_ref::<K::Function>()?;
        Some(Own {
            name: known.name,
            function,
        })
    }

    /// The name, as it stands in a configuration.
    ///
    /// # Errors
    /// When nothing is registered under that name, so that it could not be read.
    pub fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Own::<K>::find(self.name) {
            Some(_) => serializer.serialize_str(self.name),
            None => Err(S::Error::custom(format!(
                "the function `{name}` could not be found again by its name; add `nn::register!({kind}: {name});` beside it",
                name = self.name,
                kind = K::NAME
            ))),
        }
    }
}

impl<K: OwnKind> Clone for Own<K> {
    fn clone(&self) -> Own<K> {
        *self
    }
}

impl<K: OwnKind> Copy for Own<K> {}

impl<K: OwnKind> PartialEq for Own<K> {
    fn eq(&self, other: &Own<K>) -> bool {
        self.name == other.name
    }
}

impl<K: OwnKind> fmt::Debug for Own<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The name under which a configuration has a function: `"smooth"`, or as Keras writes it, `{"class_name": "function", "config": "smooth"}`.
pub fn function_name(value: &serde_json::Value) -> Option<&str> {
    match value {
        serde_json::Value::String(name) => Some(name),
        object => match object.get("class_name")?.as_str()? {
            "function" => object.get("config")?.as_str(),
            _ => None,
        },
    }
}

/// Makes a function known by its name as an activation, initializer, regularizer or constraint; `nn::register!` does it too.
#[doc(hidden)]
#[macro_export]
macro_rules! register_own {
    ($kind:ident: $function:ident) => {
        const _: () = {
            const FUNCTION: <$kind as $crate::own::OwnKind>::Function = $function;
            $crate::submit! {
                $crate::own::Known = $crate::own::Known {
                    kind: <$kind as $crate::own::OwnKind>::NAME,
                    name: ::core::stringify!($function),
                    function: &FUNCTION,
                }
            }
        };
    };
}
