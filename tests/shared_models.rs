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

/// Two layers, each of which runs on a thread of its own.
#[model]
struct Apart {
    a: Dense,
    b: Dense,
    /// Whether what `a` gives is said to be a constant.
    #[config]
    constant: bool,
}

#[model]
impl Apart {
    fn call(&self, x: Tensor) -> Tensor {
        let a = || match self.constant {
            true => self.a(&x).stop_gradient(),
            false => self.a(&x),
        };
        let a = std::thread::scope(|scope| scope.spawn(a).join().expect("no panic"));
        a + self.b(&x)
    }
}

/// A layer, and what another thread makes of its kernel or of its input.
#[model]
struct Aside {
    layer: Dense,
    #[config]
    flags: bool,
}

#[model]
impl Aside {
    fn call(&self, x: Tensor) -> Tensor {
        let aside = || match self.flags {
            true => x.greater(0.0),
            false => self.layer.kernel().square().sum(),
        };
        let aside = std::thread::scope(|scope| scope.spawn(aside).join().expect("no panic"));
        self.layer(&x).sum_axis(-1).expand_dims(-1) + &x + aside
    }
}

impl Apart {
    fn built(constant: bool) -> Apart {
        let model = Apart {
            a: Dense::new(2),
            b: Dense::new(2),
            constant,
        };
        for layer in [&model.a, &model.b] {
            layer.build([3]).unwrap();
        }
        model
    }
}

#[test]
fn what_another_thread_computes_is_never_a_silent_constant() {
    let x = numbers([4, 3]);
    let model = Apart::built(false);
    // Where nobody asks for gradients, any thread may compute.
    let there = model.forward(&x);
    let here = model.a.forward(&x) + model.b.forward(&x);
    assert_eq!(there.data::<f32>(), here.data::<f32>());

    let elsewhere = |error: nn::Error| {
        let error = error.to_string();
        assert!(
            error.contains("another thread") && error.contains("stop_gradient"),
            "{error}"
        );
    };
    let tape = GradientTape::new();
    let loss = model.forward(&x).sum();
    elsewhere(tape.gradient(&loss, &model).unwrap_err());
    // What has no numbers yet is no constant, whatever is said about it.
    let traced = |error: nn::Error| {
        let error = error.to_string();
        assert!(error.contains("another thread"), "{error}");
        assert!(!error.contains("stop_gradient"), "{error}");
    };
    traced(model.trace([3]).unwrap_err());
    // What is made of a parameter has numbers; flags have no gradient.
    for flags in [false, true] {
        let layer = Dense::new(2);
        layer.build([3]).unwrap();
        let error = Aside { layer, flags }.trace([3]).unwrap_err();
        match flags {
            false => elsewhere(error),
            true => traced(error),
        }
    }
    // What is watched, without a parameter.
    let tape = GradientTape::new();
    tape.watch(&x);
    let square = std::thread::scope(|scope| scope.spawn(|| x.square()).join().expect("no panic"));
    elsewhere(tape.gradient(&(square + &x).sum(), &x).unwrap_err());
    // A value of a thread that has a tape of its own.
    let tape = GradientTape::new();
    let own = std::thread::scope(|scope| {
        let work = || {
            let tape = GradientTape::new();
            let y = model.a.forward(&x);
            tape.gradient(&y.sum(), &model.a).map(|_| y)
        };
        scope.spawn(work).join().expect("no panic").unwrap()
    });
    elsewhere(
        tape.gradient(&(own + model.b.forward(&x)).sum(), &model.b)
            .unwrap_err(),
    );

    let mut compiled = model.compile(Compile::new(SGD::new(0.1), MeanSquaredError::new()));
    let bits = |m: &Apart| -> Vec<Vec<f32>> {
        let values = m.parameters().into_iter().map(|p| p.value());
        values.map(|v| v.to_vec::<f32>().unwrap()).collect()
    };
    let before = bits(&compiled);
    let fit = Fit::new().epochs(1).verbose(Verbose::Silent);
    traced(compiled.fit((&x, numbers([4, 2])), fit).unwrap_err());
    assert_eq!(bits(&compiled), before);
    assert_eq!(
        compiled.predict(&x).unwrap().data::<f32>(),
        here.data::<f32>()
    );
}

#[test]
fn what_another_thread_says_to_be_constant_is() {
    let x = numbers([4, 3]);
    let model = Apart::built(true);
    let tape = GradientTape::new();
    let loss = model.forward(&x).sum();
    let gradients = tape.gradient_of_connected(&loss, &model).unwrap();
    assert_eq!(gradients.len(), 2, "those of `b` alone");
    // What one thread watches is data for another. What a model predicted on another thread, and what a layer of states keeps from one, are constants too.
    let watcher = GradientTape::new();
    watcher.watch(&x);
    let elsewhere = std::thread::scope(|scope| {
        let work = || {
            let tape = GradientTape::new();
            tape.gradient(&model.b.forward(&x).sum(), &model.b)
                .map(|_| ())
        };
        scope.spawn(work).join().expect("no panic")
    });
    elsewhere.unwrap();
    drop(watcher);
    let teacher = Sequential::new().add(Dense::new(2));
    let target = std::thread::scope(|scope| {
        scope
            .spawn(|| teacher.predict(&x))
            .join()
            .expect("no panic")
    });
    let tape = GradientTape::new();
    let loss = (model.b.forward(&x) - target.unwrap()).square().sum();
    assert!(tape.gradient(&loss, &model.b).is_ok());
    let rnn = GRU::new(2).stateful(true);
    let rows = numbers([4, 5, 3]);
    for _ in 0..3 {
        std::thread::scope(|scope| {
            let work = || {
                let tape = GradientTape::new();
                let loss = rnn.forward(&rows).sum();
                tape.gradient(&loss, &rnn).map(|_| ())
            };
            scope.spawn(work).join().expect("no panic").unwrap();
        });
    }
}
