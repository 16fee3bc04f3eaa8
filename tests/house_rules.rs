//! The rules of the house, as `ARCHITECTURE.md` and `CONTRIBUTING.md` state them, read off the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CRATES: [&str; 7] = [
    "nn-kernels",
    "nn-core",
    "nn-derive",
    "nn-layers",
    "nn-train",
    "nn-io",
    ".",
];

/// Which crate of ours may use which.
const CRATE_ARROWS: [(&str, &[&str]); 7] = [
    ("nn-kernels", &[]),
    ("nn-core", &["nn-kernels"]),
    ("nn-derive", &[]),
    ("nn-layers", &["nn-core", "nn-derive"]),
    (
        "nn-train",
        &["nn-kernels", "nn-core", "nn-derive", "nn-layers"],
    ),
    ("nn-io", &["nn-core", "nn-layers", "nn-train"]),
    (
        ".",
        &[
            "nn-kernels",
            "nn-core",
            "nn-derive",
            "nn-layers",
            "nn-train",
            "nn-io",
        ],
    ),
];

/// Which room of a crate may use which other ones; a room that is not named uses none.
const ROOM_ARROWS: [(&str, &str, &[&str]); 32] = [
    // The tensor's handle keeps the op that it waits for, and an op takes and gives tensors: these three are one heart in three rooms.
    ("nn-core", "base", &["module"]),
    ("nn-core", "tensor", &["graph", "module", "ops"]),
    ("nn-core", "graph", &["base", "module", "ops", "tensor"]),
    ("nn-core", "autodiff", &["base", "graph", "module", "ops"]),
    ("nn-core", "ops", &["base", "check", "graph", "tensor"]),
    ("nn-core", "module", &["base", "graph", "tensor"]),
    ("nn-core", "check", &["base", "ops"]),
    ("nn-layers", "activations", &["core"]),
    (
        "nn-layers",
        "applications",
        &[
            "activations",
            "attention",
            "convolutional",
            "core",
            "functional",
            "merging",
            "normalization",
            "pooling",
            "preprocessing",
            "regularization",
            "reshaping",
        ],
    ),
    ("nn-layers", "attention", &["core", "merging"]),
    ("nn-layers", "convolutional", &["core"]),
    // A call of a file asks attention for more than tensors.
    ("nn-layers", "functional", &["attention"]),
    ("nn-layers", "keras", &["functional"]),
    ("nn-layers", "merging", &["core"]),
    ("nn-layers", "normalization", &["core"]),
    ("nn-layers", "pooling", &["core"]),
    ("nn-layers", "preprocessing", &["core"]),
    ("nn-layers", "regularization", &["core"]),
    ("nn-layers", "reshaping", &["core"]),
    ("nn-layers", "rnn", &["core"]),
    ("nn-train", "losses", &["saving"]),
    ("nn-train", "metrics", &["losses", "saving"]),
    ("nn-train", "schedules", &["saving"]),
    ("nn-train", "optimizers", &["saving", "schedules"]),
    ("nn-train", "data", &["saving"]),
    (
        "nn-train",
        "saving",
        &[
            "callbacks",
            "data",
            "losses",
            "metrics",
            "optimizers",
            "schedules",
            "training",
        ],
    ),
    (
        "nn-train",
        "callbacks",
        &[
            "data",
            "losses",
            "metrics",
            "optimizers",
            "saving",
            "schedules",
            "training",
        ],
    ),
    ("nn-train", "inspect", &["data", "saving", "training"]),
    (
        "nn-train",
        "training",
        &[
            "callbacks",
            "data",
            "inspect",
            "losses",
            "metrics",
            "optimizers",
            "saving",
            "schedules",
        ],
    ),
    ("nn-kernels", "attention", &["gemm", "math", "reduce"]),
    ("nn-kernels", "conv", &["gemm"]),
    ("nn-kernels", "recurrent", &["gemm", "math"]),
];

/// Lines that a file may have at most, its tests aside.
const LONGEST: usize = 480;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust sources below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return all;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        match path.extension() {
            _ if path.is_dir() => all.extend(sources(&path)),
            Some(ending) if ending == "rs" => all.push(path),
            _ => {}
        }
    }
    all.sort();
    all
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A source without its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
}

/// What the code of a line says, without its comment.
fn statement(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The first name after each `crate::` of a text, those of a list in braces too.
fn rooms_named(text: &str, rooms: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with('$') {
            continue;
        }
        let rest = &text[at + 7..];
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if rooms.contains(&name) {
            named.insert(name);
        }
    }
    named
}

#[test]
fn unsafe_stands_in_the_kernels_alone() {
    let mut wrong = Vec::new();
    for name in CRATES.into_iter().filter(|&name| name != "nn-kernels") {
        let src = root().join(name).join("src");
        let lib = read(&src.join("lib.rs"));
        if !lib.contains("#![forbid(unsafe_code)]") {
            wrong.push(format!("{name}: src/lib.rs does not forbid unsafe code"));
        }
        for path in sources(&src) {
            for (i, line) in read(&path).lines().enumerate() {
                let line = statement(line);
                if line.contains("unsafe {")
                    || line.contains("unsafe fn")
                    || line.contains("unsafe impl")
                {
                    wrong.push(format!("{}:{}: {}", shown(&path), i + 1, line.trim()));
                }
            }
        }
    }
    // Every unsafe block in the kernels argues its case.
    for path in sources(&root().join("nn-kernels/src")) {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            if statement(line).contains("unsafe {") {
                let before = &lines[i.saturating_sub(8)..=i];
                if !before.iter().any(|line| line.contains("SAFETY")) {
                    wrong.push(format!(
                        "{}:{}: an unsafe block without a SAFETY comment",
                        shown(&path),
                        i + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn threads_keep_few_things() {
    let known = [
        "nn-core/src/graph/record.rs",
        "nn-core/src/graph/observer.rs",
        "nn-core/src/module/context.rs",
        "nn-kernels/src/buffer.rs",
    ];
    let mut wrong = Vec::new();
    for name in CRATES.into_iter().filter(|&name| name != "nn-derive") {
        for path in sources(&root().join(name).join("src")) {
            let text = read(&path);
            let code = text.split("#[cfg(test)]\n").next().unwrap_or("");
            let blocks = code.matches("thread_local!").count();
            let allowed = usize::from(known.contains(&shown(&path).as_str()));
            if blocks > allowed {
                wrong.push(format!(
                    "{}: {blocks} blocks of thread-locals",
                    shown(&path)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_know_only_those_below() {
    let allowed: BTreeMap<&str, &[&str]> = CRATE_ARROWS.into_iter().collect();
    let mut wrong = Vec::new();
    for name in CRATES {
        let manifest = read(&root().join(name).join("Cargo.toml"));
        let ours = manifest.split("[dependencies]").nth(1).unwrap_or("");
        let ours = ours.split("\n[").next().unwrap_or("");
        for line in ours.lines() {
            let dependency = line.split(['.', ' ', '=']).next().unwrap_or("");
            if CRATES.contains(&dependency) && !allowed[name].contains(&dependency) {
                wrong.push(format!("{name} depends on {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the benches and the messages of the compiler are measured with is heavy, and belongs to `nn-bench` and `nn-ui`: every dependency of
/// `nn`'s own tests is compiled before its examples are.
#[test]
fn examples_are_compiled_without_the_tools_of_measuring() {
    let manifest = read(&root().join("Cargo.toml"));
    let nn = manifest.split("\n[package]").nth(1).expect("a package");
    for tool in ["criterion", "trybuild", "proptest"] {
        assert!(
            !nn.contains(tool),
            "nn depends on {tool}; it belongs to nn-bench or nn-ui"
        );
    }
}

#[test]
fn rooms_know_only_those_they_may() {
    let mut wrong = Vec::new();
    for name in ["nn-kernels", "nn-core", "nn-layers", "nn-train", "nn-io"] {
        let src = root().join(name).join("src");
        let rooms: BTreeSet<String> = fs::read_dir(&src)
            .expect("a crate")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_dir())
            .map(|path| path.file_name().expect("a name").to_string_lossy().into())
            .collect();
        for room in &rooms {
            let allowed: &[&str] = ROOM_ARROWS
                .iter()
                .find(|(krate, from, _)| *krate == name && from == room)
                .map_or(&[], |(_, _, to)| to);
            for path in sources(&src.join(room)) {
                if path.ends_with("tests.rs") {
                    continue;
                }
                let text = read(&path);
                for other in rooms_named(code(&text), &rooms) {
                    if other != *room && !allowed.contains(&other.as_str()) {
                        wrong.push(format!(
                            "{} uses `{other}`, which `{room}` of {name} may not know",
                            shown(&path)
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The paths in `crate::…` and `super::…` of a source, those of lists in braces one by one, from the root of the crate.
fn paths_named(text: &str, module: &[String]) -> Vec<Vec<String>> {
    fn expand(prefix: &[String], rest: &str, all: &mut Vec<Vec<String>>) {
        let name = |c: char| c.is_alphanumeric() || c == '_';
        let end = rest.find(|c| !name(c)).unwrap_or(rest.len());
        let (first, rest) = rest.split_at(end);
        let path: Vec<String> = match first {
            "" => prefix.to_vec(),
            "super" => prefix[..prefix.len().saturating_sub(1)].to_vec(),
            _ => prefix.iter().cloned().chain([first.to_string()]).collect(),
        };
        match rest.strip_prefix("::") {
            Some(rest) if rest.starts_with('{') => {
                let (mut depth, mut start) = (0, 1);
                for (i, c) in rest.char_indices() {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    if (c == ',' && depth == 1) || depth == 0 {
                        expand(&path, rest[start..i].trim(), all);
                        start = i + 1;
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            Some(rest) if rest.starts_with(name) => expand(&path, rest, all),
            _ => all.push(path),
        }
    }
    let mut all = Vec::new();
    let room = &module[..module.len().saturating_sub(1)];
    for (word, prefix) in [("crate::", &[][..]), ("super::", room)] {
        for (at, _) in text.match_indices(word) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            if before == '$' || before == ':' || before.is_alphanumeric() {
                continue;
            }
            expand(prefix, &text[at + word.len()..], &mut all);
        }
    }
    all
}

#[test]
fn no_files_lean_on_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for name in CRATES {
        let src = root().join(name).join("src");
        let module = |path: &Path| -> Vec<String> {
            let inner = path
                .strip_prefix(&src)
                .expect("a source")
                .with_extension("");
            inner
                .iter()
                .map(|part| part.to_string_lossy().into())
                .collect()
        };
        // The face of a room hands names on and is no part of what leans.
        let files: BTreeMap<Vec<String>, PathBuf> = sources(&src)
            .into_iter()
            .filter(|path| !path.ends_with("mod.rs") && !path.ends_with("lib.rs"))
            .map(|path| (module(&path), path))
            .collect();
        let mut arrows: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> = BTreeMap::new();
        for (from, path) in &files {
            let text = read(path);
            let text = text.split("#[cfg(test)]\n").next().unwrap_or("");
            let code: String = text
                .lines()
                .map(|line| format!("{}\n", statement(line)))
                .collect();
            for named in paths_named(&code, from) {
                let longest = (1..=named.len())
                    .rev()
                    .find_map(|n| files.get_key_value(&named[..n]));
                if let Some((to, _)) = longest
                    && to != from
                {
                    arrows.entry(from).or_default().insert(to);
                }
            }
        }
        // What is left when files that lean on nothing left are taken away, again and again, leans in circles.
        loop {
            let left: BTreeSet<&Vec<String>> = arrows.keys().copied().collect();
            let before: usize = arrows.values().map(BTreeSet::len).sum();
            arrows
                .values_mut()
                .for_each(|to| to.retain(|file| left.contains(file)));
            arrows.retain(|_, to| !to.is_empty());
            if arrows.values().map(BTreeSet::len).sum::<usize>() == before {
                break;
            }
        }
        for (from, to) in &arrows {
            let to: Vec<String> = to.iter().map(|file| file.join("::")).collect();
            wrong.push(format!("{name}: {} -> {}", from.join("::"), to.join(", ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "files in a circle, or on the way to one:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_hold_one_concept() {
    let mut wrong = Vec::new();
    for name in CRATES {
        for path in sources(&root().join(name).join("src")) {
            let text = read(&path);
            let lines = code(&text).lines().count();
            if lines > LONGEST && !path.ends_with("tests.rs") {
                wrong.push(format!(
                    "{}: {lines} lines without its tests, at most {LONGEST}",
                    shown(&path)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a reader copies must compile in a program that depends on `nn` alone.
#[test]
fn examples_of_the_documentation_import_nn() {
    let mut wrong = Vec::new();
    // The kernels are no part of the interface, and know no other crate.
    for name in CRATES.into_iter().filter(|name| *name != "nn-kernels") {
        for path in sources(&root().join(name).join("src")) {
            for line in read(&path).lines().map(str::trim_start) {
                let written = line.strip_prefix("/// ").or(line.strip_prefix("//! "));
                let import = written.map(|text| text.trim_start_matches("# "));
                if import.is_some_and(|text| text.starts_with("use nn_")) {
                    wrong.push(format!("{}: {line}", shown(&path)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a reader of a package finds: what it is, under which licence, and its documentation with all features.
#[test]
fn every_package_says_what_it_is() {
    let mut wrong = Vec::new();
    for name in CRATES {
        let folder = root().join(name);
        let manifest = read(&folder.join("Cargo.toml"));
        let package = manifest.split("\n[package]\n").last().unwrap_or_default();
        for key in [
            "version.workspace = true",
            "rust-version.workspace = true",
            "license.workspace = true",
            "description = \"",
            "readme = \"README.md\"",
            "keywords.workspace = true",
            "categories.workspace = true",
            "[package.metadata.docs.rs]\nall-features = true",
        ] {
            if !package.contains(key) {
                wrong.push(format!("{}: no `{key}`", shown(&folder.join("Cargo.toml"))));
            }
        }
        for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
            if !folder.join(file).is_file() {
                wrong.push(format!("no {}", shown(&folder.join(file))));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Who opens a module's page finds what is in it by family.
#[test]
fn pages_of_modules_list_what_is_in_them() {
    let mut wrong = Vec::new();
    for room in ["losses", "metrics", "optimizers", "schedules", "callbacks"] {
        let text = read(&root().join(format!("nn-train/src/{room}/mod.rs")));
        let page: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("//! | "))
            .collect();
        let handed_on = text
            .lines()
            .filter_map(|line| line.strip_prefix("pub use "));
        let names = handed_on.flat_map(|path| {
            let last = path.rsplit("::").next().unwrap_or(path);
            last.trim_matches(['{', '}', ';']).split(", ")
        });
        for name in names.filter(|name| name.starts_with(char::is_uppercase)) {
            if !page.iter().any(|line| line.contains(&format!("`{name}`"))) {
                wrong.push(format!("the page of {room} does not list {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_a_stub() {
    let mut wrong = Vec::new();
    let here = Path::new(file!()).file_name().expect("a name");
    let mut all = sources(&root().join("nn-ui/tests"));
    // What the compiler is shown there need not run.
    all.retain(|path| !path.starts_with(root().join("nn-ui/tests/ui")));
    all.extend(sources(&root().join("tests")));
    all.extend(sources(&root().join("examples")));
    for name in CRATES {
        all.extend(sources(&root().join(name).join("src")));
        if name != "." {
            all.extend(sources(&root().join(name).join("tests")));
        }
    }
    for path in all.iter().filter(|path| path.file_name() != Some(here)) {
        for (i, line) in read(path).lines().enumerate() {
            let line = statement(line);
            let stub = ["todo!(", "unimplemented!("]
                .iter()
                .any(|stub| line.contains(stub));
            if stub || line.trim() == "#[ignore]" {
                wrong.push(format!("{}:{}: {}", shown(path), i + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Layers without a file of cases of their own, and why.
const WITHOUT_CASES: [(&str, &str); 9] = [
    (
        "Sequential",
        "its cases are the models in tests/golden/models",
    ),
    (
        "MaxNumBoundingBoxes",
        "Keras's takes a dictionary; nn-layers/tests/contract.rs has its numbers",
    ),
    (
        "PositionEmbedding",
        "its cases are the models in tests/golden/applications.json",
    ),
    (
        "TransformerEncoder",
        "its cases are the models in tests/golden/applications.json",
    ),
    ("Hashing", "its cases are in tests/golden/text.json"),
    ("HashedCrossing", "its cases are in tests/golden/text.json"),
    ("IntegerLookup", "its cases are in tests/golden/text.json"),
    ("StringLookup", "its cases are in tests/golden/text.json"),
    (
        "TextVectorization",
        "its cases are in tests/golden/text.json",
    ),
];

#[test]
fn every_layer_is_in_the_contract_and_compared_with_keras() {
    let contract = read(&root().join("nn-layers/tests/contract.rs"));
    let cases = root().join("tests/golden/layers");
    let families = read(&root().join("nn-layers/src/lib.rs"));
    let excused: BTreeMap<&str, &str> = WITHOUT_CASES.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in sources(&root().join("nn-layers/src")) {
        let text = read(&path);
        if !text.contains("#[derive(Layer)]")
            && !text.contains("#[derive(Clone, Layer)]")
            && !text.contains("Layer)]\n")
        {
            continue;
        }
        let Some((_, rest)) = code(&text).split_once("\npub struct ") else {
            continue;
        };
        let class: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
        seen += 1;
        if !contract.contains(&format!("{class}::")) && class != "Activation" {
            wrong.push(format!("{class} is not in nn-layers/tests/contract.rs"));
        }
        let is_private = !families.contains(&class);
        if !is_private && class != "Activation" && !families.contains(&format!("[`{class}`]")) {
            wrong.push(format!(
                "{class} is not in the table of families in nn-layers/src/lib.rs"
            ));
        }
        let file = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let file = if class == "Activation" {
            "activation".to_string()
        } else {
            file
        };
        if !cases.join(format!("{file}.safetensors")).exists()
            && !excused.contains_key(class.as_str())
        {
            wrong.push(format!(
                "{class} has no cases in tests/golden/layers/{file}.safetensors"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 25, "only {seen} layers were found");
}

/// Files of operations without a check of a gradient, and why.
const WITHOUT_GRADIENT: [(&str, &str); 37] = [
    ("whole", "the frame of functions of whole numbers"),
    ("searchsorted", "positions"),
    ("hash_bucket", "bins"),
    ("cross_hashed", "bins"),
    ("max_min", "what max and min share, which are checked"),
    (
        "reduction",
        "the frame of reductions that are checked themselves",
    ),
    ("take_along", "of sort and top_k, which are checked"),
    ("batch_size", "a number without a gradient"),
    ("full", "a constant"),
    ("draw", "random numbers"),
    ("argmax", "positions"),
    ("argmin", "positions"),
    ("all", "truth values"),
    ("any", "truth values"),
    ("logical", "truth values"),
    ("compare", "truth values"),
    ("equal", "truth values"),
    ("not_equal", "truth values"),
    ("greater", "truth values"),
    ("greater_equal", "truth values"),
    ("less", "truth values"),
    ("less_equal", "truth values"),
    ("isfinite", "truth values"),
    ("isnan", "truth values"),
    ("predicate", "truth values"),
    ("logical_reduction", "truth values"),
    ("ceil", "a gradient of 0, checked by value"),
    ("floor", "a gradient of 0, checked by value"),
    ("round", "a gradient of 0, checked by value"),
    ("sign", "a gradient of 0, checked by value"),
    ("one_hot", "of whole numbers"),
    ("stop_gradient", "a gradient of none"),
    ("map", "the frame of functions that are checked themselves"),
    ("zip", "the frame of functions that are checked themselves"),
    (
        "derivative",
        "the frame of derivatives that are checked with their functions",
    ),
    (
        "last_axis",
        "the frame of functions that are checked themselves",
    ),
    ("norm", "what normalizations share"),
];

#[test]
fn every_operation_has_its_gradient_checked() {
    let excused: BTreeMap<&str, &str> = WITHOUT_GRADIENT.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    let rooms = [
        "elementwise",
        "activation",
        "reduce",
        "shape",
        "index",
        "linalg",
        "nn",
        "random",
    ];
    for room in rooms {
        let folder = root().join("nn-core/src/ops").join(room);
        for path in sources(&folder) {
            let text = read(&path);
            let is_op = [
                " Op for ",
                " Function for ",
                "Rows for ",
                "operator!(",
                "Reduction = Reduction {",
            ]
            .iter()
            .any(|mark| code(&text).contains(mark));
            if !is_op {
                continue;
            }
            seen += 1;
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let beside = path.parent().expect("a folder").join("tests.rs");
            let tests = if beside.exists() {
                read(&beside)
            } else {
                String::new()
            };
            let checked = ["check_gradient", "check_table", "gradient("]
                .iter()
                .any(|check| {
                    text.split("#[cfg(test)]")
                        .skip(1)
                        .any(|t| t.contains(check))
                        || tests.contains(check)
                });
            if !checked && !excused.contains_key(name.as_str()) {
                wrong.push(format!("{} checks no gradient", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 60, "only {seen} operations were found");
}
