//! A training goes on when nobody reads what it prints any more.

mod common;

use common::{Mlp, classify, folder};
use nn::prelude::*;
use std::fs::File;
use std::process::{Command, Stdio};

/// What the process does whose output goes nowhere: it trains, and says so in a file.
fn child(done: &str) {
    let y = Tensor::from((0..32).map(|i| i % 2).collect::<Vec<i64>>());
    let x = Tensor::random_uniform([32, 4]);
    for verbose in [Verbose::Lines, Verbose::Bar, Verbose::Auto] {
        let mut model = Mlp::new(3, 2).compile(classify());
        let fit = Fit::new().epochs(3).verbose(verbose);
        model.fit((&x, &y), fit).unwrap();
    }
    let mut bad = Mlp::new(3, 2).compile(classify());
    let nan = Tensor::full([32, 4], f32::NAN);
    let fit = Fit::new().callback(TerminateOnNaN::new());
    bad.fit((&nan, &y), fit).unwrap();
    std::fs::write(done, "trained").unwrap();
}

// Without the harness of other tests, which ends itself when it cannot print.
fn main() {
    if !cfg!(target_os = "linux") {
        return;
    }
    if let Ok(done) = std::env::var("NN_TEST_DONE") {
        return child(&done);
    }
    let done = folder("closed_output").join("done");
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    // A pipe whose reader has ended already.
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    for (out, err) in [
        (closed(), closed()),
        (full(), full()),
        (closed(), Stdio::null()),
    ] {
        let _ = std::fs::remove_file(&done);
        let mut process = Command::new(std::env::current_exe().unwrap())
            .env("NN_TEST_DONE", &done)
            .env("NN_KERNELS", "nonsense")
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        assert!(process.wait().unwrap().success());
        assert_eq!(std::fs::read_to_string(&done).unwrap(), "trained");
    }
    println!("test a_closed_pipe_or_a_full_disk_ends_no_training ... ok");
}
