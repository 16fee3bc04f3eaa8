//! JSON that is changed at random and stays JSON.

use crate::random::Random;
use serde_json::{Value, json};

/// Values at the edges of what a setting can be.
fn strange(random: &mut Random, words: &[String]) -> Value {
    let float = |word: &str| json!({"class_name": "__float__", "config": word});
    match random.below(26) {
        0 => Value::Null,
        1 => true.into(),
        2 => 0.into(),
        3 => (-1).into(),
        4 => random.below(9).into(),
        5 => json!(1_u64 << random.below(64)),
        6 => json!(-(1_i64 << random.below(63))),
        7 => json!(u64::MAX),
        8 => json!(0.5),
        9 => json!(-0.0),
        10 => json!(1e-300),
        11 => json!(1e300),
        12 => float("Infinity"),
        13 => float("-Infinity"),
        14 => float("NaN"),
        15 => "".into(),
        16 => json!([]),
        17 => json!({}),
        18 => json!([1, 2]),
        19 => json!([0, 0]),
        20 => json!([-1, 3, 1_u64 << 40]),
        21 => json!(vec![1; random.below(12)]),
        22 => json!(((random.next() >> 12) as f64) / 1e9),
        23 => json!({"class_name": random.pick(words).as_str()}),
        _ => random.pick(words).as_str().into(),
    }
}

/// The node with a number, counted from the root.
fn node<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter_mut().find_map(|v| node(v, left)),
        Value::Object(object) => object.values_mut().find_map(|v| node(v, left)),
        _ => None,
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    }
}

/// Changes a few places of a value. `words` are texts that mean something.
pub fn change(random: &mut Random, value: &mut Value, words: &[String]) {
    for _ in 0..1 + random.below(4) {
        let mut at = random.below(count(value));
        let other = {
            let mut from = random.below(count(value));
            node(value, &mut from).cloned()
        };
        let Some(place) = node(value, &mut at) else {
            continue;
        };
        match (random.below(8), place) {
            (0, Value::Object(object)) if !object.is_empty() => {
                let key = object.keys().nth(random.below(object.len())).cloned();
                object.remove(&key.expect("a key"));
            }
            (0 | 1, Value::Array(list)) if !list.is_empty() => {
                list.remove(random.below(list.len()));
            }
            (1, Value::Object(object)) => {
                object.insert(random.pick(words).clone(), strange(random, words));
            }
            (2, Value::Array(list)) => list.push(other.unwrap_or(Value::Null)),
            (2, place) => *place = other.unwrap_or(Value::Null),
            (3, Value::Number(n)) => {
                let near = n.as_f64().unwrap_or(0.0) + *random.pick(&[-1.0, 1.0, 0.5, -0.5]);
                *n = number(near).unwrap_or_else(|| 0.into());
            }
            (_, place) => {
                // Whole models are rarely replaced, or nothing else would be tried.
                if !place.is_object() || random.one_in(8) {
                    *place = strange(random, words);
                }
            }
        }
    }
}

/// A JSON number; whole ones without a fraction, as counts and sizes are written.
fn number(value: f64) -> Option<serde_json::Number> {
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => Some((value as i64).into()),
        false => serde_json::Number::from_f64(value),
    }
}

/// All texts and keys in a value.
pub fn words(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|v| words(v, into)),
        Value::Object(object) => object.iter().for_each(|(key, v)| {
            into.push(key.clone());
            words(v, into);
        }),
        _ => {}
    }
}
