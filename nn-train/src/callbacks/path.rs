//! Where callbacks write: found out before training begins.

use super::Callback;
use crate::saving::check_writable;
use nn_core::{Error, Result};
use std::path::{Path, PathBuf, is_separator};

/// The callback `who` can write models to a path: it is that of a file, and its folder can be written to.
pub(super) fn check_path(who: &str, file: &Path) -> Result<()> {
    check_name(who, file)?;
    if file.exists() && !file.is_file() {
        return Err(refused(
            who,
            file,
            "it is no file but a device or a pipe, which no model is read from",
        ));
    }
    check_folder(who, file)
}

/// The callback `who` can write lines to a path, which may be that of a device too.
#[cfg(feature = "csv")]
pub(super) fn check_log(who: &str, file: &Path) -> Result<()> {
    check_name(who, file)?;
    if file.is_file() {
        let opened = std::fs::File::options().append(true).open(file);
        return match opened {
            Ok(_) => Ok(()),
            Err(e) => Err(Error::io(file, &e).context(format!("{who}'s path"))),
        };
    }
    match file.exists() {
        true => Ok(()),
        false => check_folder(who, file),
    }
}

/// A path is that of a file as far as its name says, and no folder.
pub(super) fn check_name(who: &str, file: &Path) -> Result<()> {
    let is_folder = file.to_string_lossy().ends_with(is_separator) || file.is_dir();
    match file.file_name().is_none() || is_folder {
        true => Err(refused(
            who,
            file,
            "it is a folder; a file's name belongs after it",
        )),
        false => Ok(()),
    }
}

fn check_folder(who: &str, file: &Path) -> Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let why = format!("there is no folder {}; create it first", folder.display());
            Err(refused(who, file, &why))
        }
        _ => check_writable(file).map_err(|e| e.context(format!("{who}'s path"))),
    }
}

fn refused(who: &str, file: &Path, why: &str) -> Error {
    Error::value(format!("{who}'s path `{}`: {why}", file.display()))
}

/// No two callbacks write one file: each would overwrite or delete what the other has written.
pub(crate) fn check_apart(callbacks: &[Box<dyn Callback + '_>]) -> Result<()> {
    let mut seen: Vec<(PathBuf, &str)> = Vec::new();
    for callback in callbacks {
        let Some(path) = callback.writes_to() else {
            continue;
        };
        let place = place(&path);
        if let Some((_, other)) = seen.iter().find(|(taken, _)| *taken == place) {
            return Err(Error::value(format!(
                "{other} and {} both write to `{}`; give each a file of its own",
                callback.name(),
                path.display()
            )));
        }
        seen.push((place, callback.name()));
    }
    Ok(())
}

/// The one name of a path that has several.
fn place(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = whole.parent().and_then(|folder| folder.canonicalize().ok());
    match (folder, whole.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => whole,
    }
}
