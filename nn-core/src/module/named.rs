//! Reading initializers, regularizers and constraints as Keras writes them: an object, or only a name.

use serde_json::{Map, Value};

/// The classes of a kind: under each name, Keras's other names for it.
pub(super) type Names = &'static [(&'static str, &'static [&'static str])];

/// A described object with the class's own name, without what Keras adds to find it (`module`, `registered_name`), and with a `config`
/// exactly where the class has settings: `plain` are those that have none.
pub(super) fn described(value: Value, names: Names, plain: &[&str]) -> Value {
    let mut object = match value {
        Value::String(name) => Map::from_iter([("class_name".to_string(), Value::String(name))]),
        Value::Object(object) => object,
        other => return other,
    };
    object.retain(|key, _| !matches!(key.as_str(), "module" | "registered_name" | "build_config"));
    let Some(given) = object.get("class_name").and_then(Value::as_str) else {
        return Value::Object(object);
    };
    let known = names
        .iter()
        .find(|(name, others)| *name == given || others.contains(&given));
    let name = known.map_or(given, |(name, _)| name).to_string();
    let says_nothing = match object.get("config") {
        None | Some(Value::Null) => true,
        Some(Value::Object(entries)) => entries.values().all(Value::is_null),
        Some(_) => false,
    };
    if says_nothing {
        match plain.contains(&name.as_str()) {
            true => object.remove("config"),
            false => object.insert("config".to_string(), Value::Object(Map::new())),
        };
    }
    object.insert("class_name".to_string(), Value::String(name));
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_objects_become_one_form() {
        const NAMES: Names = &[("NonNeg", &["non_neg"]), ("UnitNorm", &["unit_norm"])];
        let read = |value| described(value, NAMES, &["NonNeg"]);
        assert_eq!(read(json!("non_neg")), json!({"class_name": "NonNeg"}));
        assert_eq!(
            read(
                json!({"module": "keras.constraints", "class_name": "NonNeg", "config": {}, "registered_name": null})
            ),
            json!({"class_name": "NonNeg"})
        );
        let bare = json!({"class_name": "UnitNorm", "config": {}});
        assert_eq!(read(json!("unit_norm")), bare);
        assert_eq!(
            read(json!({"class_name": "UnitNorm", "config": null})),
            bare
        );
        let full = json!({"class_name": "UnitNorm", "config": {"axis": 1}});
        assert_eq!(read(full.clone()), full);
    }
}
