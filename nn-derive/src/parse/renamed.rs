//! Under which name the framework is a dependency of the crate that is compiled: the package `nn-model` is the library `nn`, unless a
//! `Cargo.toml` calls it otherwise.
//!
//! A whole reader of TOML would be a third of what this library makes a user's program compile. Of a `Cargo.toml` only the lines that
//! rename a dependency matter: `name = { package = ".." }`, or `package = ".."` in a section of the dependency's own.

use std::path::{Path, PathBuf};

const PACKAGE: &str = "nn-model";

/// What the crate's `Cargo.toml` calls the framework if it renames it; `None` where it is the library's own name.
pub fn framework() -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    let manifest = read(&folder)?;
    if let Some(renamed) = renamed(&manifest) {
        return renamed;
    }
    // Dependencies that are the workspace's have their package there.
    let mut above = folder.ancestors();
    let workspace =
        above.find_map(|folder| read(folder).filter(|text| text.contains("[workspace")))?;
    renamed(&workspace)?.filter(|name| dependencies(&manifest).any(|(found, _)| found == *name))
}

/// Whether the crate's `Cargo.toml` has a dependency of a name; `true` if there is none to read.
pub fn is_dependency(name: &str) -> bool {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = folder.and_then(|folder| read(&folder));
    manifest.is_none_or(|manifest| dependencies(&manifest).any(|(found, _)| found == name))
}

fn read(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join("Cargo.toml")).ok()
}

/// The name of the dependency that is the framework: `Some(None)` if it has the library's own.
fn renamed(manifest: &str) -> Option<Option<String>> {
    let quoted = [format!("\"{PACKAGE}\""), format!("'{PACKAGE}'")];
    let plain = PACKAGE.replace('-', "_");
    let mut own = false;
    for (name, what) in dependencies(manifest) {
        if let Some((_, value)) = what.split_once("package") {
            let value = value.trim_start().strip_prefix('=').map(str::trim_start);
            let is_it = |value: &str| quoted.iter().any(|quoted| value.starts_with(quoted));
            if value.is_some_and(is_it) {
                return Some((name != "nn").then_some(name));
            }
        } else {
            own |= name == plain && !what.contains("workspace");
        }
    }
    own.then_some(None)
}

/// The dependencies with what is said about them, in all sections of such: a line each, or a section each.
fn dependencies(manifest: &str) -> impl Iterator<Item = (String, &str)> {
    let mut section = String::new();
    manifest.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').filter(|_| line.ends_with(']')) {
            section = header.trim_end_matches(']').trim().to_string();
            return None;
        }
        let (key, value) = line.split_once('=')?;
        let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).replace('-', "_");
        if section.ends_with("dependencies") {
            // `name.workspace = true` says of the name what `name = { workspace = true }` does.
            let (name, rest) = key.split_once('.').unwrap_or((key, ""));
            return Some((unquoted(name), if rest.is_empty() { value } else { line }));
        }
        let (parent, name) = section.rsplit_once('.')?;
        parent
            .ends_with("dependencies")
            .then(|| (unquoted(name), line))
    })
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn every_way_to_rename() {
        let net = Some(Some("net".to_string()));
        for text in [
            "[dependencies]\nnet = { package = \"nn-model\", path = \"..\" }",
            "[dependencies]\nserde = \"1\"\nnet = { path = \"..\", package=\"nn-model\" } # ours",
            "[dependencies.net]\npath = \"..\"\npackage = \"nn-model\"",
            "[target.'cfg(unix)'.dependencies]\nnet = { version = \"1\", package = 'nn-model' }",
            "[workspace.dependencies]\nnet = { package = \"nn-model\", path = \"nn\" }",
            "[dev-dependencies]\nnet.path = \"..\"\nnet.package = \"nn-model\"",
        ] {
            assert_eq!(renamed(text), net, "{text}");
        }
        for text in [
            "[dependencies]\nnn-model = \"1\"",
            "[dependencies.nn-model]\npath = \"..\"",
            "[dependencies]\nnn = { package = \"nn-model\" }",
        ] {
            assert_eq!(renamed(text), Some(None), "{text}");
        }
        for text in [
            "[package]\nname = \"nn-model\"",
            "[dependencies]\nnet = { package = \"nn-core\" }",
            "[dependencies]\nnn-model = { workspace = true }",
            "[dependencies]\nnn-model.workspace = true",
            "[features]\nnet = [\"nn-model\"]",
        ] {
            assert_eq!(renamed(text), None, "{text}");
        }
    }

    #[test]
    fn dashes_are_underscores() {
        let text = "[dependencies]\nmy-net = { package = \"nn-model\" }";
        assert_eq!(renamed(text), Some(Some("my_net".to_string())));
        let text = "[dependencies]\nnn-model = { package = \"nn-model\" }";
        assert_eq!(renamed(text), Some(Some("nn_model".to_string())));
    }
}
