//! Models that many tasks use at once, inside and outside of pools of threads: nobody waits for ever.
//!
//! A second or two for each test here; with `NN_STRESS_SECONDS=600` the mixed one runs for ten minutes.

use nn::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `work`, which calls its argument now and then; if it does not for a minute, somebody waits for somebody who waits for him.
fn watched(work: impl FnOnce(&dyn Fn()) + Send + 'static) {
    let (send, receive) = channel();
    let worker = std::thread::spawn(move || work(&|| send.send(()).expect("somebody watches")));
    loop {
        match receive.recv_timeout(PATIENCE) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            // The threads that sleep cannot be ended, so the process is.
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("nothing has happened for {PATIENCE:?}: a deadlock");
                std::process::abort();
            }
        }
    }
    worker.join().expect("the work does not panic");
}

fn pool(threads: usize) -> ThreadPool {
    let pool = ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap()
}

/// Numbers that depend on nothing but the shape.
fn numbers(shape: impl Into<nn::Shape>) -> Tensor {
    nn::set_seed(7);
    let shape = shape.into();
    Tensor::random_uniform(shape) - 0.5
}

#[test]
fn a_held_back_result_is_read_by_many() {
    watched(|alive| {
        let conv = Conv2D::new(64, 3).padding(Padding::Same);
        conv.build([32, 32, 32]).unwrap();
        let x = numbers([8, 32, 32, 32]);
        let expected = conv.forward(&x).to_vec::<f32>().unwrap();
        for (threads, round) in [2, 3, 4, 8, 16]
            .into_iter()
            .flat_map(|t| (0..6).map(move |r| (t, r)))
        {
            let y = conv.forward(&x);
            pool(threads).install(|| {
                rayon::scope(|s| {
                    for k in 0..16 {
                        let (y, expected) = (&y, &expected);
                        s.spawn(move |_| assert_eq!(y.data::<f32>()[k], expected[k]));
                        let began = Instant::now();
                        while began.elapsed().as_micros() < round * 60 {
                            std::hint::spin_loop();
                        }
                    }
                });
            });
            assert_eq!(y.data::<f32>(), expected);
            alive();
        }
    });
}

#[test]
fn one_is_trained_while_others_ask_it() {
    watched(|alive| {
        let dense = Dense::new(512);
        dense.build([512]).unwrap();
        let x = numbers([8, 512]);
        for threads in [2, 4, 16] {
            let pool = pool(threads);
            for _ in 0..10 {
                pool.install(|| {
                    rayon::scope(|s| {
                        s.spawn(|_| step(&dense, &x));
                        for _ in 0..32 {
                            s.spawn(|_| assert!(dense.forward(&x).sum().item::<f32>().is_ok()));
                        }
                    });
                });
                alive();
            }
        }
    });
}

/// What a task sees of training, tapes and random numbers is its own, not that of a task whose thread waits for its kernel.
#[test]
fn a_task_is_not_in_the_training_of_another() {
    watched(|alive| {
        let model = Sequential::new()
            .add(Dense::new(300))
            .add(Dropout::new(0.5));
        model.build([300]).unwrap();
        let x = numbers([64, 300]);
        let expected = model.forward(&x).to_vec::<f32>().unwrap();
        let pool = pool(4);
        for _ in 0..30 {
            pool.install(|| {
                rayon::scope(|s| {
                    for _ in 0..4 {
                        s.spawn(|_| {
                            let tape = GradientTape::new();
                            let y = model.call(&x, true).square().sum();
                            let gradients = tape.gradient(&y, &model).unwrap();
                            assert_eq!(gradients.len(), 2);
                        });
                        s.spawn(|_| {
                            assert_eq!(model.forward(&x).to_vec::<f32>().unwrap(), expected)
                        });
                    }
                });
            });
            alive();
        }
    });
}

/// A step of training.
fn step<M: Layer<Input = Tensor, Output = Tensor>>(model: &M, x: &Tensor) {
    let tape = GradientTape::new();
    let loss = model.call(x, true).square().mean();
    let gradients = tape.gradient(&loss, model).unwrap();
    Adam::new(1e-5).apply(model, &gradients).unwrap();
}

/// A convolution whose result is held back, a normalization with moving statistics, and a layer of many weights.
#[model]
struct Shared {
    conv: Conv2D,
    norm: BatchNormalization,
    dense: Dense,
}

#[model]
impl Shared {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.norm(self.conv(x)).relu();
        self.dense(x.flatten_from(1))
    }
}

/// One of the things that are done with a model.
fn task(model: &Shared, x: &Tensor, kind: usize, folder: &std::path::Path) {
    match kind % 7 {
        0 => step(model, x),
        1 | 2 => assert_eq!(model.forward(x).shape(), [x.shape()[0], 64]),
        3 => assert!(model.forward(x).sum().item::<f32>().is_ok()),
        4 => {
            for p in model.parameters() {
                assert!(p.value().sum().item::<f32>().is_ok());
            }
        }
        // Savers of one path are another matter.
        5 => {
            let one = std::thread::current().id();
            let path = folder.join(format!("{one:?}.safetensors"));
            model.save_model(&path).unwrap();
            // Ten minutes of them would be gigabytes, whose removal takes longer than the watch waits.
            std::fs::remove_file(path).unwrap();
        }
        _ => {
            let p = &model.parameters()[0];
            p.set_value(&(p.value() * 0.999)).unwrap();
        }
    }
}

#[test]
fn everything_at_once() {
    let seconds = std::env::var("NN_STRESS_SECONDS");
    let seconds = seconds.map_or(3, |s| s.parse().expect("NN_STRESS_SECONDS is a number"));
    watched(move |alive| {
        let folder = std::env::temp_dir().join(format!("nn_shared_models_{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let model = Shared {
            conv: Conv2D::new(16, 3).padding(Padding::Same),
            norm: BatchNormalization::new(),
            dense: Dense::new(64),
        };
        model.build([12, 12, 8]).unwrap();
        let x = numbers([4, 12, 12, 8]);
        let (began, mut round) = (Instant::now(), 0);
        while began.elapsed() < Duration::from_secs(seconds) {
            let threads = [1, 2, 3, 4, 8, 16][round % 6];
            let (model, x, folder) = (&model, &x, &folder);
            // Each a task of its own, which the threads of a pool take from each other.
            let all = |first: usize| {
                rayon::scope(|s| {
                    for k in 0..12 {
                        s.spawn(move |_| task(model, x, first + k * 5, folder));
                    }
                });
            };
            std::thread::scope(|outside| {
                // Outside of all pools, and within the pool of all.
                for k in 0..2 {
                    outside.spawn(move || {
                        (0..4).for_each(|i| task(model, x, round + k + i * 3, folder))
                    });
                }
                pool(threads).install(|| all(round));
                all(round + 3);
            });
            alive();
            round += 1;
        }
        std::fs::remove_dir_all(&folder).unwrap();
    });
}
