//! JSON as Keras writes it: with the bare words of Python for numbers that JSON cannot hold, and nested as deep as a file may be.

use nn_core::Result;
use nn_core::config::depth;
use serde_json::Value;

/// What Python calls numbers that are not finite.
const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// How such a number stands in a configuration.
fn described(word: &str) -> String {
    format!(r#"{{"class_name":"__float__","config":"{word}"}}"#)
}

/// The text with each bare word as the object that says it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let (mut in_text, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = WORDS
            .into_iter()
            .find(|word| !in_text && rest.starts_with(word));
        if let Some(word) = word {
            plain.push_str(&described(word));
            rest = &rest[word.len()..];
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ => {}
        }
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    plain
}

/// Makes something of what a text says.
pub(super) fn read<R: Send>(
    text: &str,
    make: impl FnOnce(&Value) -> Result<R> + Send,
) -> Result<R> {
    let text = plain(text);
    depth::with_stack(depth::of_text(&text), || make(&depth::parse(&text)?))
}

/// A description as a text.
pub(super) fn write(value: &Value) -> Result<String> {
    depth::check(depth::of_value(value))?;
    let mut text = value.to_string();
    for word in WORDS {
        text = text.replace(&described(word), word);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_python_are_numbers_outside_of_texts() {
        let text = r#"{"Infinity":"NaN \"NaN","a":[NaN,-Infinity,Infinity,1],"b":"\\"}"#;
        let value = read(text, |value| Ok(value.clone())).unwrap();
        assert_eq!(value["a"][1]["config"], "-Infinity");
        assert_eq!(value["Infinity"], "NaN \"NaN");
        assert_eq!(write(&value).unwrap(), text);
        assert!(read("NaN1", |_| Ok(())).is_err() && read("In", |_| Ok(())).is_err());
    }

    #[test]
    fn as_deep_as_a_file_may_be() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(read(&nested(1000), write).is_ok());
        assert!(read(&nested(1001), |_| Ok(())).is_err());
    }
}
