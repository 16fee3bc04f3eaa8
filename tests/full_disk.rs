//! Saving onto a disk that is full.
#![cfg(target_os = "linux")]

mod common;

use common::{Mlp, folder};
use nn::prelude::*;
use std::process::Command;

/// What happens on a disk with little room: a small model fits, a large one does not.
fn on_small_disk(folder: &std::path::Path) {
    let path = folder.join("model.safetensors");
    let small = Mlp::new(3, 2);
    small.build([4]).unwrap();
    small.save_model(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let large = Mlp::new(3000, 2);
    large.build([1000]).unwrap();
    let error = large.save_model(&path).unwrap_err().to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    assert!(error.contains("nothing was saved"), "{error}");
    assert!(error.contains("No space left"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let entries = std::fs::read_dir(folder).unwrap();
    let left: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["model.safetensors"]);
    // With room again it works.
    small.save_model(&path).unwrap();
    std::fs::write(folder.join("done"), "").unwrap();
}

#[test]
fn the_error_names_the_file_and_the_one_from_before_stays() {
    if let Ok(folder) = std::env::var("NN_TEST_SMALL_DISK") {
        return on_small_disk(folder.as_ref());
    }
    // A file system of its own, of one megabyte, which is gone with the process. Where users may not mount one, the unit tests of
    // writing files have what is left: a writer that says the disk is full.
    let folder = folder("full_disk");
    let script = r#"
        mount -t tmpfs -o size=1m tmpfs "$1" || exit 77
        NN_TEST_SMALL_DISK="$1" "$2" --exact the_error_names_the_file_and_the_one_from_before_stays || exit 1
        test -e "$1/done""#;
    let status = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .arg(&folder)
        .arg(std::env::current_exe().unwrap())
        .status();
    match status.map(|s| s.code()) {
        Ok(Some(0)) => {}
        // No `unshare` here, or not allowed to.
        Err(_) | Ok(Some(77)) => println!("no file system of its own: nothing was tested"),
        Ok(code) if code == Some(1) && !may_unshare() => {
            println!("no namespaces: nothing was tested");
        }
        other => panic!("{other:?}"),
    }
}

fn may_unshare() -> bool {
    let status = Command::new("unshare")
        .args(["--mount", "--map-root-user", "true"])
        .status();
    status.is_ok_and(|s| s.success())
}
