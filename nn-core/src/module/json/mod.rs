//! Plain values as JSON and back, with the numbers that JSON itself cannot hold: infinities and NaN.
//!
//! Keras writes those as the bare words `Infinity` and `NaN`, which most JSON readers refuse. Here they are objects in the manner of
//! Keras's own for what JSON has no word for (`__tensor__`, `__bytes__`): `{"class_name": "__float__", "config": "Infinity"}`. So
//! they cannot be taken for a text that says `Infinity`, wherever they stand.

pub mod depth;
mod read;
mod write;

use crate::{Error, Result};
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};
use serde_json::{Map, Value, json};

/// The class of a number that is not finite.
const FLOAT: &str = "__float__";

/// The class of a value that JSON cannot hold, with the reason as its `config`.
const UNSAVED: &str = "__unsaved__";

/// A value as JSON; infinities and NaN are kept as objects of class `__float__`.
///
/// ```
/// use nn::config::{from_json, to_json};
/// let delta = to_json(&f64::INFINITY)?;
/// assert_eq!(delta.to_string(), r#"{"class_name":"__float__","config":"Infinity"}"#);
/// assert_eq!(from_json::<f64>(&delta)?, f64::INFINITY);
/// # Ok::<(), nn::Error>(())
/// ```
///
/// # Errors
/// What JSON cannot hold: a map whose keys are neither texts nor numbers.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Value> {
    value.serialize(serializer()).map_err(unwritten)
}

fn unwritten(e: serde_json::Error) -> Error {
    Error::format(format!("cannot be written as JSON: {e}"))
}

/// Writes JSON as [`to_json`] does, for a `Serialize` written by hand.
pub fn serializer() -> impl serde::Serializer<Ok = Value, Error = serde_json::Error> {
    write::Writer(serde_json::value::Serializer)
}

/// The value that [`to_json`] wrote.
///
/// # Errors
/// JSON of another type.
pub fn from_json<T: DeserializeOwned>(json: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(deserializer(json))
}

/// Reads JSON as [`from_json`] does, for a `Deserialize` written by hand.
pub fn deserializer(json: &Value) -> impl serde::Deserializer<'_, Error = serde_json::Error> {
    read::Reader(json)
}

/// JSON of any kind as a field, or on the way into another type: unlike `serde_json::Value` it keeps infinities and NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub Value);

impl Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(read::Keep).map(Json)
    }
}

/// How a number that is not finite is written.
fn of_float(value: f64) -> [(&'static str, &'static str); 2] {
    let word = match value {
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => "NaN",
    };
    [("class_name", FLOAT), ("config", word)]
}

/// The number that an object stands for, if it stands for one.
fn as_float(object: &Map<String, Value>) -> Option<f64> {
    if object.len() != 2 || object.get("class_name")? != FLOAT {
        return None;
    }
    match object.get("config")?.as_str()? {
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ => None,
    }
}

/// What stands in a configuration for a value that cannot be written; [`check_saved`] finds it.
pub(super) fn unsaved(reason: &Error) -> Value {
    json!({"class_name": UNSAVED, "config": reason.message()})
}

/// Refuses what [`unsaved`] made.
pub(super) fn check_saved(json: &Value) -> Result<()> {
    match json.get("class_name") {
        Some(class) if class == UNSAVED => {
            let reason = json["config"].as_str().unwrap_or_default();
            Err(Error::format(format!(
                "{reason}; use a type that JSON can hold, a `Vec` of pairs for example, or leave the field out with `#[model(skip)]`"
            )))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, HashMap};

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Inner {
        rate: f32,
        names: Vec<String>,
    }

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    enum Kind {
        Unit,
        One(f64),
        Two(f64, String),
        Fields { low: f64, high: Option<f64> },
    }

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    #[serde(untagged)]
    enum Either {
        Number(f64),
        Text(String),
    }

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    #[serde(tag = "class_name", content = "config")]
    enum Tagged {
        Clip { max: f64 },
    }

    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct Everything {
        float: f64,
        option: Option<f64>,
        none: Option<f64>,
        pair: (f32, i64),
        array: [f64; 2],
        list: Vec<Option<f32>>,
        map: BTreeMap<String, f64>,
        numbered: BTreeMap<u32, f64>,
        kinds: Vec<Kind>,
        either: Vec<Either>,
        tagged: Tagged,
        unit: (),
        letter: char,
        text: String,
        #[serde(flatten)]
        inner: Inner,
    }

    fn everything() -> Everything {
        const INF: f64 = f64::INFINITY;
        Everything {
            float: -INF,
            option: Some(INF),
            none: None,
            pair: (f32::NEG_INFINITY, -3),
            array: [0.1, INF],
            list: vec![Some(f32::INFINITY), None, Some(0.1)],
            map: BTreeMap::from([("a".into(), INF), ("b".into(), 1.0)]),
            numbered: BTreeMap::from([(7, -INF)]),
            kinds: vec![
                Kind::Unit,
                Kind::One(INF),
                Kind::Two(-INF, "NaN".into()),
                Kind::Fields {
                    low: -INF,
                    high: Some(INF),
                },
            ],
            either: vec![
                Either::Number(INF),
                Either::Text("Infinity".into()),
                Either::Text("NaN".into()),
            ],
            tagged: Tagged::Clip { max: INF },
            unit: (),
            letter: 'ß',
            text: "Infinity".into(),
            inner: Inner {
                rate: f32::INFINITY,
                names: vec!["-Infinity".into()],
            },
        }
    }

    #[test]
    fn infinities_come_back_wherever_they_stand() {
        let json = to_json(&everything()).unwrap();
        let text = json.to_string();
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, json);
        assert_eq!(from_json::<Everything>(&read).unwrap(), everything());
        // On the way through a value of any kind as well, which serde_json's own would turn into null.
        let Json(kept) = from_json::<Json>(&read).unwrap();
        assert_eq!(kept, json);
        assert!(
            from_json::<f64>(&to_json(&f32::NAN).unwrap())
                .unwrap()
                .is_nan()
        );
    }

    #[test]
    fn finite_values_are_written_as_serde_json_writes_them() {
        let plain = Inner {
            rate: 0.1,
            names: vec!["a".into()],
        };
        assert_eq!(
            to_json(&plain).unwrap(),
            serde_json::to_value(&plain).unwrap()
        );
        assert_eq!(
            from_json::<Inner>(&json!({"rate": 1, "names": []}))
                .unwrap()
                .rate,
            1.0
        );
        let e = from_json::<f64>(&Value::Null).unwrap_err().to_string();
        assert_eq!(e, "invalid type: null, expected f64");
        let e = from_json::<Inner>(&json!({"rate": "x", "names": []}));
        assert!(
            e.unwrap_err()
                .to_string()
                .contains("invalid type: string \"x\"")
        );
    }

    #[test]
    fn what_json_cannot_hold_is_an_error_that_says_why() {
        let e = to_json(&HashMap::from([((1, 2), 3)])).unwrap_err();
        assert!(e.to_string().contains("key must be a string"), "{e}");
        let e = check_saved(&unsaved(&e)).unwrap_err().to_string();
        assert!(
            e.contains("key must be a string") && e.contains("`Vec` of pairs"),
            "{e}"
        );
        assert!(to_json(&u128::MAX).is_err());
    }
}
