//! The table of Keras's operations names every one, and nothing that is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All Rust sources below a folder, one after the other.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.extension() {
            _ if path.is_dir() => all += &sources(&path),
            Some(ending) if ending == "rs" => all += &read(&path),
            _ => {}
        }
    }
    all
}

/// The words in backticks of a text.
fn code(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_name_of_keras_has_a_row() {
    let names: Vec<String> =
        serde_json::from_str(&read(&root().join("tests/golden/keras_ops.json")))
            .expect("a list of names");
    let table = read(&root().join("docs/keras_ops.md"));
    let mut rows: BTreeMap<&str, &str> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split(" | ");
        let (name, here) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        if rows
            .insert(name.trim().trim_matches('`'), here.trim())
            .is_some()
        {
            wrong.push(format!("{name} has two rows"));
        }
    }
    let core = sources(&root().join("nn-core/src"));
    // Two families of reductions are made by a macro from their names.
    let made: BTreeSet<&str> = core
        .lines()
        .filter_map(|line| line.trim().split_once(": |x: &Tensor"))
        .flat_map(|(names, _)| names.split(' '))
        .collect();
    let function = |name: &str| {
        core.contains(&format!("pub fn {name}("))
            || core.contains(&format!("pub fn {name}<"))
            || made.contains(name)
    };
    let activations = read(&root().join("nn-layers/src/activations/activation.rs"));
    let losses = sources(&root().join("nn-train/src/losses"));
    for name in &names {
        let Some(here) = rows.remove(name.as_str()) else {
            wrong.push(format!("{name} has no row in docs/keras_ops.md"));
            continue;
        };
        let there = match here.strip_prefix("absent: ") {
            Some(reason) => !reason.is_empty(),
            None => !code(here).is_empty(),
        };
        if !there {
            wrong.push(format!(
                "{name}: neither what it is here nor `absent: ` and why"
            ));
        }
        for word in code(here) {
            let found = match word.split_once("::") {
                Some(("Tensor", "from")) => true,
                Some(("Tensor" | "ops" | "image" | "random", item)) => function(item),
                Some(("Activation", item)) => activations.contains(&format!("    {item},")),
                Some(("losses", item)) => losses.contains(item),
                // Operators, features, and Rust's own words.
                _ => !word.contains("::"),
            };
            if !found {
                wrong.push(format!("{name}: there is no {word}"));
            }
        }
    }
    wrong.extend(
        rows.keys()
            .map(|name| format!("{name} is no name of Keras's")),
    );
    let here = format!(
        "Of {} names {} are here.",
        names.len(),
        names.len() - table.matches("| absent: ").count()
    );
    if !table.contains(&here) {
        wrong.push(format!("docs/keras_ops.md is to say: {here}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
