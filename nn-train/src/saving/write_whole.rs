//! Writing a file as a whole or not at all.
//!
//! What is written goes to a temporary file in the same folder, which is synced and then renamed: whoever reads the path finds the file
//! from before or the new one, whatever happens in between, and two who write one path at a time leave one of their two files.

use nn_core::{Error, Result};
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Writes a file that is whole or not there: beside its final name, synced, renamed.
///
/// # Errors
/// When it cannot be written; a file from before then stays as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes what `write` gives. Through a symbolic link its target is written, and a file that is there keeps its mode and owner.
///
/// # Errors
/// A path that is a folder, a device or a pipe; whatever goes wrong while writing. The file from before is then as it was.
pub(super) fn write_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let failed = |e: io::Error| nothing_saved(path, &e);
    let mut begun = Begun::new(path)?;
    let existing = begun.existing.as_ref();
    begun.temporary.fill(write, existing).map_err(failed)?;
    begun.temporary.rename(&begun.target).map_err(failed)?;
    let folder = folder_of(&begun.target);
    sync_folder(folder).map_err(|e| {
        Error::io(folder, &e).context(format!(
            "{} was saved, but a power failure now may undo that",
            path.display()
        ))
    })
}

/// Whether a file can be written there: its temporary file is made and removed again.
///
/// # Errors
/// Those of writing it that can be known before.
pub(crate) fn check_writable(path: &Path) -> Result<()> {
    Begun::new(path).map(|_| ())
}

/// A file whose temporary is there, empty.
struct Begun {
    existing: Option<Metadata>,
    target: PathBuf,
    temporary: Temporary,
}

impl Begun {
    fn new(path: &Path) -> Result<Begun> {
        let existing = existing_file(path)?;
        let failed = |e: io::Error| nothing_saved(path, &e);
        let target = follow_links(path).map_err(failed)?;
        let Some(name) = target.file_name() else {
            return Err(Error::format(format!(
                "{path:?} is not the name of a file: nothing was saved"
            )));
        };
        let (folder, prefix) = (folder_of(&target), prefix(name));
        remove_dead(folder, &prefix);
        let temporary = Temporary::create(folder, &prefix, existing.as_ref()).map_err(failed)?;
        Ok(Begun {
            existing,
            target,
            temporary,
        })
    }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The file that is at the path already; an error if it is none that can be replaced.
fn existing_file(path: &Path) -> Result<Option<Metadata>> {
    // Anything wrong but what is checked here comes out when the file is written.
    let Ok(found) = fs::metadata(path) else {
        return Ok(None);
    };
    if found.is_file() {
        return Ok(Some(found));
    }
    let what = match found.is_dir() {
        true => "a folder; give the file a name in it",
        false => {
            "a device, a pipe or a socket, which saving would replace by a file; save to a file"
        }
    };
    Err(Error::new(
        nn_core::ErrorKind::Io,
        format!("nothing was saved: {} is {what}", path.display()),
    ))
}

fn nothing_saved(path: &Path, e: &io::Error) -> Error {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    let hint = match parent.filter(|p| !p.exists()) {
        Some(folder) => format!(
            " (there is no folder {}; create it first)",
            folder.display()
        ),
        None => String::new(),
    };
    Error::io(path, e).context(format!("nothing was saved{hint}"))
}

/// Where a path leads, through links that lead nowhere yet too.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let target = fs::read_link(&path)?;
                path = match path.parent() {
                    Some(parent) => parent.join(target),
                    None => target,
                };
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other(
        "too many symbolic links follow each other",
    ))
}

/// What the names of all temporary files of a file begin with: its name, or as much of that as leaves room for the rest.
///
/// Names up to 64 bytes are kept as they are, for none of the usual file systems has a limit near that; for longer ones the temporary's name
/// is no longer than the file's own, which the file system takes.
fn prefix(name: &OsStr) -> String {
    const SHORT: usize = 64;
    const REST: usize = ".0123456789abcdef.tmp".len();
    const HASH: usize = "~01234567".len();
    match name.to_str() {
        Some(name) if name.len() <= SHORT => name.to_string(),
        _ => {
            let readable = name.to_string_lossy();
            let room = name.len().saturating_sub(REST + HASH).min(readable.len());
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            let hash = hasher.finish() as u32;
            format!(
                "{}~{hash:08x}",
                &readable[..readable.floor_char_boundary(room)]
            )
        }
    }
}

fn is_temporary(name: &str, prefix: &str) -> bool {
    let unique = name
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|rest| rest.strip_suffix(".tmp"));
    unique.is_some_and(|u| u.len() == 16 && u.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Removes what a process left that was ended while it wrote. Who still writes holds a lock on its file, which ends with the process.
fn remove_dead(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| is_temporary(name, prefix));
        if !ours || !entry.file_type().is_ok_and(|t| t.is_file()) {
            continue;
        }
        // That of a file that may only be read, or only be written, has the same mode.
        let (read, write) = (
            File::open(entry.path()),
            OpenOptions::new().write(true).open(entry.path()),
        );
        let Ok(file) = read.or(write) else {
            continue;
        };
        if file.try_lock().is_ok() {
            // The lock is held until the file is gone: a writer that made it a moment ago and has not locked it yet finds it taken, and
            // makes another. That somebody else removed it first, or that it stays, is no reason not to save.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file that is removed again unless it is renamed.
struct Temporary {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Temporary {
    fn create(folder: &Path, prefix: &str, existing: Option<&Metadata>) -> io::Result<Temporary> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        restrict(&mut options, existing);
        const ATTEMPTS: usize = 100;
        for _ in 0..ATTEMPTS {
            let unique = RandomState::new().hash_one(std::process::id());
            let path = folder.join(format!("{prefix}.{unique:016x}.tmp"));
            let file = match options.open(&path) {
                Ok(file) => file,
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(e),
            };
            // Before it was locked, somebody else may have taken it for one that a dead process left.
            let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
            if !taken && is_at(&file, &path) {
                return Ok(Temporary {
                    path,
                    file,
                    renamed: false,
                });
            }
        }
        Err(io::Error::other("no name is free for a temporary file"))
    }

    fn fill(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        existing: Option<&Metadata>,
    ) -> io::Result<()> {
        let mut buffered = BufWriter::with_capacity(1 << 16, &self.file);
        write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(existing) = existing {
            keep_owner_and_mode(&self.file, existing);
        }
        self.file.sync_all()
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // What could be written is of no use, and its removal failing changes nothing about the error.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Nobody may read the new file who could not read the one before.
#[cfg(unix)]
fn restrict(options: &mut OpenOptions, existing: Option<&Metadata>) {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    if let Some(existing) = existing {
        options.mode(existing.mode() & 0o777);
    }
}

#[cfg(not(unix))]
fn restrict(_: &mut OpenOptions, _: Option<&Metadata>) {}

/// Where the system refuses, the file has the owner that writes it, and no more permissions than before.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, existing: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let wanted = (existing.uid(), existing.gid());
    if file.metadata().is_ok_and(|m| (m.uid(), m.gid()) != wanted) {
        let _ = fchown(file, Some(wanted.0), Some(wanted.1));
    }
    let _ = file.set_permissions(existing.permissions());
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_: &File, _: &Metadata) {}

/// Whether the path is still that of the file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |m: Metadata| (m.dev(), m.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(a), Ok(b)) => id(a) == id(b),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Makes the rename last through a power failure.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    match synced {
        // Some file systems have no such thing, and a folder that may not be read cannot be opened.
        Err(e)
            if matches!(
                e.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let name = format!("nn-{name}-{}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir(&folder).unwrap();
            Folder(folder)
        }

        fn files(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap().flatten();
            let mut names: Vec<String> = entries
                .map(|e| e.file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else() {
        let folder = Folder::new("half");
        let path = folder.0.join("m");
        write_whole(&path, b"old").unwrap();
        let full = |file: &mut dyn Write| {
            file.write_all(&[1; 1 << 20])?;
            Err(ErrorKind::StorageFull.into())
        };
        let e = write_with(&path, full).unwrap_err().to_string();
        assert!(e.contains("nothing was saved") && e.contains('m'), "{e}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(folder.files(), ["m"]);
    }

    #[test]
    fn dead_temporaries_are_removed_and_those_in_use_are_not() {
        let folder = Folder::new("dead");
        let path = folder.0.join("m");
        let dead = folder.0.join("m.0123456789abcdef.tmp");
        fs::write(&dead, "half").unwrap();
        fs::write(folder.0.join("m.backup.tmp"), "not ours").unwrap();
        let living = Temporary::create(&folder.0, &prefix(OsStr::new("m")), None).unwrap();
        write_whole(&path, b"new").unwrap();
        assert!(!dead.exists() && living.path.exists());
        drop(living);
        assert_eq!(folder.files(), ["m", "m.backup.tmp"]);
    }

    #[test]
    fn nothing_is_left_of_two_savers_that_were_ended_once_somebody_saves_again() {
        let folder = Folder::new("two");
        let path = folder.0.join("m");
        write_whole(&path, b"old").unwrap();
        let mut mode = fs::metadata(&path).unwrap().permissions();
        mode.set_readonly(true);
        fs::set_permissions(&path, mode.clone()).unwrap();
        for unique in ["0123456789abcdef", "fedcba9876543210"] {
            let dead = folder.0.join(format!("m.{unique}.tmp"));
            fs::write(&dead, "half").unwrap();
            fs::set_permissions(&dead, mode.clone()).unwrap();
        }
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(folder.files(), ["m"]);
    }

    #[test]
    fn every_name_that_a_file_can_have_has_room_for_a_temporary() {
        let folder = Folder::new("names");
        for name in [
            "a".repeat(255),
            "ü".repeat(127),
            "b".repeat(200),
            "c".repeat(64),
        ] {
            let path = folder.0.join(&name);
            write_whole(&path, b"1").unwrap();
            write_whole(&path, b"2").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"2");
            fs::remove_file(&path).unwrap();
        }
        assert!(folder.files().is_empty());
        let e = write_whole(&folder.0.join("a".repeat(256)), b"1").unwrap_err();
        assert!(e.to_string().contains("nothing was saved"), "{e}");
        // Two long names with one beginning do not remove each other's files.
        let of = |last: char| prefix(OsStr::new(&format!("{}{last}", "a".repeat(200))));
        assert_ne!(of('1'), of('2'));
    }
}
