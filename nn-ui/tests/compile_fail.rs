//! What must not compile, word for word; and what must, however unusual.
//!
//! `TRYBUILD=overwrite cargo test --test compile_fail` writes the messages anew; read every one of them before it is committed.

use std::fs;

#[test]
fn mistakes_are_reported_once_at_their_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}

// These are built with this test, not by trybuild, which would compile every dependency once more.
#[path = "ui/pass/mod.rs"]
mod pass;

/// The messages in the docs are those above, and so are the ten mistakes.
#[test]
fn docs_show_messages_as_they_are() {
    let mut messages = Vec::new();
    let mut mistakes = Vec::new();
    for entry in fs::read_dir("tests/ui/fail").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.ends_with(".stderr") {
            messages.push(text.lines().next().unwrap().to_string());
        } else if name.starts_with("mistake_") {
            let body = text.trim_start_matches("use nn::prelude::*;\n");
            mistakes.push(body.trim_end_matches("fn main() {}\n").trim().to_string());
        }
    }
    assert_eq!(mistakes.len(), 10);
    let docs = fs::read_to_string("../docs/mistakes.md").unwrap();
    for mistake in &mistakes {
        assert!(docs.contains(mistake), "not in docs/mistakes.md: {mistake}");
    }
    let shapes = fs::read_to_string("../docs/shapes.md").unwrap();
    let shown = |text: &str| {
        let errors = text.lines().filter(|line| line.starts_with("error["));
        errors.map(str::to_string).collect::<Vec<String>>()
    };
    assert_eq!((shown(&docs).len(), shown(&shapes).len()), (10, 6));
    for line in shown(&docs).iter().chain(&shown(&shapes)) {
        assert!(messages.contains(line), "no case has this message: {line}");
    }
}
