//! Saving onto a disk that is full.
#![cfg(target_os = "linux")]

mod common;

use common::{Mlp, folder};
use nn::prelude::*;

#[test]
fn the_error_names_the_file_and_the_one_from_before_stays() {
    let folder = folder("full_disk");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("model.safetensors");
    let model = Mlp::new(3, 2);
    model.build([4]).unwrap();
    model.save_model(&path).unwrap();
    let before = std::fs::read(&path).unwrap();

    // What is written beside the file goes to a device that has no room, which fails as a full disk does.
    let temporary = folder.join(format!("model.safetensors.{}.tmp", std::process::id()));
    std::os::unix::fs::symlink("/dev/full", &temporary).unwrap();
    let error = model.save_model(&path).unwrap_err().to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    assert!(error.contains("nothing was saved"), "{error}");
    assert!(error.contains("No space left"), "{error}");

    assert_eq!(std::fs::read(&path).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["model.safetensors"]);
    // With room again it works.
    model.save_model(&path).unwrap();
}
