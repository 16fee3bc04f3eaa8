//! Where callbacks write: found out before training begins.

use nn_core::{Error, Result};
use std::path::{Path, is_separator};

/// Files of the callback `who` can be made at a path: its folder is there, as far as no score is in its name, and it is none itself.
pub(super) fn check_path(who: &str, file: &Path) -> Result<()> {
    let path = file.to_string_lossy();
    let refused = |why: String| Err(Error::value(format!("{who}'s path `{path}`: {why}")));
    if file.file_name().is_none() || path.ends_with(is_separator) || file.is_dir() {
        return refused("it is a folder; a file's name belongs after it".to_string());
    }
    if file.exists() && !file.is_file() {
        return refused(
            "it is no file but a device or a pipe, which no model is read from".to_string(),
        );
    }
    match file.parent().map(|p| (p, p.to_string_lossy())) {
        Some((folder, name)) if !name.is_empty() && !name.contains('{') && !folder.is_dir() => {
            refused(format!("there is no folder {name}; create it first"))
        }
        _ => Ok(()),
    }
}
