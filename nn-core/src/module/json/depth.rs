//! How deep a configuration may be nested, and room on the stack for it.

use crate::{Error, Result};
use serde_json::Value;

/// The most brackets of a configuration that may be open at a time; a `Sequential` inside of another one takes three.
pub const LEVELS: usize = 1_000;

/// Up to here the stack of any thread has room.
const SHALLOW: usize = 100;

/// Bytes of stack for one level, with much to spare: reading one takes some hundred, making a layer of it two thousand.
const STACK_FOR_LEVEL: usize = 64 << 10;

/// How deep a JSON text is nested. It is not read for that, so it may be anything.
pub fn of_text(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// How deep a JSON value is nested.
pub fn of_value(value: &Value) -> usize {
    let mut deepest = 0;
    let mut left = vec![(value, 0)];
    while let Some((value, depth)) = left.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(list) => {
                deepest = deepest.max(depth + 1);
                left.extend(list.iter().map(|v| (v, depth + 1)));
            }
            Value::Object(object) => {
                deepest = deepest.max(depth + 1);
                left.extend(object.values().map(|v| (v, depth + 1)));
            }
            _ => {}
        }
    }
    deepest
}

/// Refuses more than [`LEVELS`].
///
/// # Errors
/// A deeper configuration.
pub fn check(depth: usize) -> Result<()> {
    match depth <= LEVELS {
        true => Ok(()),
        false => Err(Error::format(format!(
            "the configuration is nested {depth} levels deep, and {LEVELS} are the most that can be read; put layers beside each other, in \
             a `Vec` or one `Sequential`, instead of inside each other"
        ))),
    }
}

/// Reads JSON of any depth: the stack must have room for it ([`with_stack`]).
///
/// # Errors
/// What is no JSON.
pub fn parse(text: &str) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = serde::Deserialize::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Runs `f` where the stack has room for a configuration of the given depth.
///
/// # Errors
/// More than [`LEVELS`]; a thread that cannot be had; what `f` returns.
pub fn with_stack<R: Send>(depth: usize, f: impl FnOnce() -> Result<R> + Send) -> Result<R> {
    check(depth)?;
    if depth <= SHALLOW {
        return f();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(depth * STACK_FOR_LEVEL)
            .spawn_scoped(scope, f)?;
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_open_brackets_outside_of_texts() {
        for (text, depth) in [
            ("1", 0),
            ("[]", 1),
            (r#"{"a": [1, {"b": "[[[\"["}], "c": []}"#, 3),
            ("]]][", 1),
            (r#"["\\", [1]]"#, 2),
        ] {
            assert_eq!(of_text(text), depth, "{text}");
            if let Ok(value) = serde_json::from_str(text) {
                assert_eq!(of_value(&value), depth, "{text}");
            }
        }
    }

    #[test]
    fn as_deep_as_allowed_is_read_on_a_small_stack_and_deeper_is_an_error() {
        let read = |n: usize| {
            let text = "[".repeat(n) + &"]".repeat(n);
            with_stack(of_text(&text), || Ok(of_value(&parse(&text)?)))
        };
        let small = std::thread::Builder::new().stack_size(512 << 10);
        let thread = small.spawn(move || {
            assert_eq!(read(LEVELS).unwrap(), LEVELS);
            let e = read(LEVELS + 1).unwrap_err().to_string();
            assert!(e.contains("1001 levels deep, and 1000 are"), "{e}");
            assert!(read(10_000_000).is_err());
        });
        thread.unwrap().join().unwrap();
    }
}
