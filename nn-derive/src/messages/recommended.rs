//! Whether the functions that messages recommend are there.

use std::collections::BTreeSet;

/// All messages.
const MESSAGES: [&str; 3] = [
    include_str!("mod.rs"),
    include_str!("declared.rs"),
    include_str!("habits.rs"),
];

/// The text of all files of Rust in folders of the workspace.
fn sources(folders: &[&str]) -> String {
    fn add(folder: &std::path::Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut all = String::new();
    for folder in folders {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        add(&root.join(folder), &mut all);
    }
    all
}

/// The names of functions in what a piece of source text shows between backticks: `split` of "`split(2, 1)`".
fn functions_shown(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    for line in lines {
        for shown in line.split('`').skip(1).step_by(2) {
            for (at, _) in shown.match_indices('(') {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let before = &shown[..at];
                let name = before.trim_end_matches(is_part).len();
                names.insert(before[name..].to_string());
            }
        }
    }
    names
}

#[test]
fn what_messages_recommend_is_there() {
    let framework = sources(&["nn-core/src", "nn-layers/src", "nn-train/src"]);
    let mut shown = functions_shown(&MESSAGES.concat());
    // What stands instead of a method is a text of its own there.
    let own = include_str!("../check/foreign.rs")
        .split("fn instead")
        .nth(1)
        .unwrap();
    let own = own.split("/// The sizes or axes").next().unwrap();
    for text in own.split('"').skip(1).step_by(2) {
        shown.extend(functions_shown(&format!("`{text}`")));
    }
    // What the traits say of a type that has them not, and the checks of shapes.
    let is_text = |line: &&str| line.contains('"') && !line.contains(".contains(");
    let of_framework = framework.lines().filter(is_text);
    for line in of_framework {
        shown.extend(functions_shown(line));
    }
    // Attributes, words of Rust, and what is the user's own in examples.
    let others = [
        "", "absent", "config", "derive", "layer", "model", "new", "param", "skip",
    ];
    let missing: Vec<&String> = shown
        .iter()
        .filter(|name| !others.contains(&name.as_str()) && !name.starts_with(char::is_uppercase))
        .filter(|name| {
            let (plain, generic) = (format!("fn {name}("), format!("fn {name}<"));
            !framework.contains(&plain) && !framework.contains(&generic)
        })
        .collect();
    assert!(missing.is_empty(), "there is no {missing:?}");
}
