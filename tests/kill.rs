//! Processes that are killed while they save: the file is always whole, and what they leave behind is removed by the next save.
//!
//! `NN_KILLS` says how many are killed, 20 without it; `.ci/fuzz` kills 1,000 alone and 1,000 in pairs.

mod common;

use common::folder;
use nn::prelude::*;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A model all of whose numbers are one.
fn model(k: f32) -> Sequential {
    let model = Sequential::new().add(Dense::new(128)).add(Dense::new(64));
    model.build([100]).unwrap();
    for p in model.parameters() {
        p.set_value(&Tensor::full(p.shape(), k)).unwrap();
    }
    model
}

/// Saves until it is killed.
fn child(path: &str) {
    let (one, two) = (model(1.0), model(2.0));
    loop {
        one.save_model(path).unwrap();
        two.save_model(path).unwrap();
    }
}

fn start(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env("NN_TEST_SAVE_TO", path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Checks that the file is one of the models, and says how many others are beside it.
fn check(path: &Path) -> usize {
    let found = Sequential::load_model(path).unwrap();
    let values = found.parameters().into_iter();
    let values: Vec<f32> = values
        .flat_map(|p| p.value().to_vec::<f32>().unwrap())
        .collect();
    assert!(
        values.iter().all(|v| *v == values[0]),
        "a mixture of models"
    );
    std::fs::read_dir(path.parent().unwrap()).unwrap().count() - 1
}

fn main() {
    if let Ok(path) = std::env::var("NN_TEST_SAVE_TO") {
        return child(&path);
    }
    let kills = std::env::var("NN_KILLS").map_or(20, |n| n.parse::<usize>().unwrap());
    for savers in [1, 2] {
        let folder = folder(&format!("kill{savers}"));
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("m.safetensors");
        model(0.0).save_model(&path).unwrap();
        let (mut left, mut rounds) = (0, 0);
        while rounds * savers < kills {
            let mut children: Vec<Child> = (0..savers).map(|_| start(&path)).collect();
            // Between the start of the process and some saves later.
            std::thread::sleep(Duration::from_micros(
                3_000 + (rounds as u64 * 7_919) % 25_000,
            ));
            for child in &mut children {
                child.kill().unwrap();
                child.wait().unwrap();
            }
            let beside = check(&path);
            assert!(beside <= savers, "{beside} temporaries of {savers} savers");
            left += beside;
            rounds += 1;
        }
        // One save later nothing is left of them.
        model(3.0).save_model(&path).unwrap();
        assert_eq!(check(&path), 0);
        println!(
            "test kill with {savers} savers ... ok ({} killed, {left} of them while they wrote)",
            rounds * savers
        );
    }
}
