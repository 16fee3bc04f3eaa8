//! Settings as text: `Display` and `FromStr` with the words that Keras has for them.

use crate::config::{from_json, to_json};
use crate::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// Gives settings `Display` and `FromStr`: `"same".parse::<Padding>()`, and what Keras writes as an object, as JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! spelled {
    ($($Setting:ty),* $(,)?) => {$(
        impl ::std::fmt::Display for $Setting {
            /// In Keras's words; with settings of its own, as JSON.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::__private::spell(self, f)
            }
        }

        impl ::std::str::FromStr for $Setting {
            type Err = $crate::Error;

            /// Reads what `Display` writes, and other names that Keras has for it.
            fn from_str(text: &str) -> $crate::Result<Self> {
                $crate::__private::read_spelled(text, stringify!($Setting))
            }
        }
    )*};
}

/// Writes a setting.
pub fn spell(setting: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write(to_json(setting).map_err(|_| fmt::Error)?, f)
}

fn write(setting: Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match setting {
        Value::String(name) => f.pad(&name),
        Value::Null => f.pad("none"),
        json => match (json.get("class_name"), json.get("config")) {
            (Some(Value::String(name)), None | Some(Value::Null)) => f.pad(name),
            _ => write!(f, "{json}"),
        },
    }
}

/// Reads a setting, `what` it should be.
pub fn read_spelled<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    from_json(&as_json(text)?).map_err(|e| misspelled(text, what, &e))
}

fn as_json(text: &str) -> Result<Value> {
    match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text)
            .map_err(|e| Error::format(format!("`{text}` is no JSON: {e}"))),
        false => Ok(Value::String(text.to_string())),
    }
}

fn misspelled(text: &str, what: &str, e: &serde_json::Error) -> Error {
    let what = what.rsplit(':').next().unwrap_or(what).trim();
    Error::value(format!("`{text}` is no {what}: {e}"))
}

spelled!(crate::Constraint, crate::Initializer, crate::Regularizer);

#[cfg(test)]
mod tests {
    use crate::{Initializer, Padding, Regularizer};

    #[test]
    fn settings_are_text() {
        assert_eq!(Padding::Same.to_string(), "same");
        assert_eq!("valid".parse::<Padding>().unwrap(), Padding::Valid);
        let e = "smae".parse::<Padding>().unwrap_err().to_string();
        assert!(e.contains("`smae` is no") && e.contains("`same`"), "{e}");
        for initializer in [Initializer::Zeros, Initializer::HeNormal] {
            let text = initializer.to_string();
            assert_eq!(text.parse::<Initializer>().unwrap().to_string(), text);
        }
        let text = Regularizer::l2(0.5).to_string();
        assert_eq!(text.parse::<Regularizer>().unwrap(), Regularizer::l2(0.5));
    }
}
