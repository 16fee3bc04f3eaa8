//! Long trainings do not grow.

mod common;

use common::classify;
use nn::prelude::*;

#[model]
struct Small {
    hidden: Dense,
    bn: BatchNormalization,
    dropout: Dropout,
    output: Dense,
}

#[model]
impl Small {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.dropout(self.bn(self.hidden(x)).relu());
        self.output(x)
    }
}

/// Memory of this process that is in use, in KiB.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn ten_thousand_steps_take_the_memory_of_a_thousand() {
    let mut model = Small {
        hidden: Dense::new(16),
        bn: BatchNormalization::new(),
        dropout: Dropout::new(0.2),
        output: Dense::new(4),
    }
    .compile(classify());
    let x = Tensor::ones([8, 12]);
    let y = Tensor::from((0..8).map(|i| i % 4).collect::<Vec<i64>>());
    let mut train = |steps: usize| {
        for _ in 0..steps {
            model.train_on_batch(&x, &y).unwrap();
        }
        resident()
    };
    let early = train(1_000);
    let late = train(9_000);
    // 512 KiB are 58 bytes a step: less than the smallest tensor takes. The allocator's own bookkeeping stays below.
    assert!(
        late <= early + 512,
        "{early} KiB after 1,000 steps, {late} after 10,000"
    );
}

/// What is left of the memory while this lives: a reserve of so many bytes, which is given back, and nothing else.
#[cfg(target_os = "linux")]
struct Scarce {
    _all: Vec<Vec<u8>>,
}

#[cfg(target_os = "linux")]
impl Scarce {
    fn leaving(bytes: usize) -> Scarce {
        let reserve: Vec<u8> = Vec::with_capacity(bytes);
        let (mut all, mut piece) = (Vec::with_capacity(1 << 12), 64 << 20);
        while piece >= 1 << 20 {
            let mut memory = Vec::new();
            match memory.try_reserve_exact(piece) {
                Ok(()) => all.push(memory),
                Err(_) => piece /= 2,
            }
        }
        drop(reserve);
        Scarce { _all: all }
    }
}

/// Runs a test once more in a process that may take 1.5 GB of address space; `true` in that process.
#[cfg(target_os = "linux")]
fn is_limited(test: &str) -> bool {
    const MARK: &str = "NN_LIMITED_TEST";
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let run = std::process::Command::new("sh")
        .args([
            "-c",
            "ulimit -v 1500000 && exec \"$0\" --exact \"$1\" --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .arg(test)
        .env(MARK, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.success(), "{}: {text}", run.status);
    false
}

#[test]
#[cfg(target_os = "linux")]
fn working_memory_that_is_refused_is_the_error_of_the_operation() {
    if !is_limited("working_memory_that_is_refused_is_the_error_of_the_operation") {
        return;
    }
    let flat = Tensor::random_uniform([4 << 20]);
    let many = Tensor::random_uniform([1 << 17, 4, 4]) + Tensor::eye(4) * 5.0;
    let labels = (&flat * 1000.0).cast(DType::I64);
    // 48 MB of kernel, as much again as the convolution lays out anew.
    let (image, kernel) = (Tensor::ones([1, 4, 4, 1]), Tensor::ones([3, 2, 1, 2 << 20]));
    let options = nn::ops::Conv2dOptions::new(Padding::Same);
    let segment = |x: &Tensor| x.segment_max(&labels, None);
    let gradient_of = |f: &dyn Fn(&Tensor) -> Tensor| {
        let tape = GradientTape::new();
        tape.watch(&flat);
        let y = f(&flat).sum();
        tape.gradient(&y, &flat).err()
    };
    let error = |x: Tensor| x.error().cloned();
    let operations: [(&str, &dyn Fn() -> Option<nn::Error>); 11] = [
        ("conv2d", &|| {
            error(nn::ops::conv2d(&image, &kernel, options))
        }),
        ("resize", &|| {
            let line = flat.slice(..1 << 20).reshape([1, 1 << 20, 1, 1]);
            let size = [1 << 19, 1];
            error(nn::ops::resize(&line, size, Interpolation::Lanczos5, true))
        }),
        ("inv", &|| error(many.inv())),
        ("svd", &|| error(many.svd_with(false).1)),
        ("fft", &|| error(nn::ops::fft(&flat, &flat).0)),
        ("unique", &|| error(labels.unique())),
        ("nonzero", &|| error(flat.nonzero()[0].clone())),
        ("to_vec", &|| flat.to_vec::<f32>().err()),
        ("unstack", &|| error(flat.unstack(0)[0].clone())),
        ("prod", &|| gradient_of(&|x| x.prod())),
        ("segment_max", &|| gradient_of(&segment)),
    ];
    // The threads and what they keep are there before memory is short.
    let warm = Tensor::ones([512, 512])
        .matmul(Tensor::ones([512, 512]))
        .sum();
    assert!(warm.to_f64().is_ok());
    for (name, run) in operations {
        let scarce = Scarce::leaving(6 << 20);
        let refused = run();
        drop(scarce);
        let message = refused
            .unwrap_or_else(|| panic!("{name} had enough"))
            .to_string();
        assert!(
            message.contains("B of memory are needed"),
            "{name}: {message}"
        );
    }
    assert!(error(labels.unique()).is_none(), "there is memory again");
}

#[test]
#[cfg(target_os = "linux")]
fn a_step_that_is_refused_memory_changes_nothing() {
    if !is_limited("a_step_that_is_refused_memory_changes_nothing") {
        return;
    }
    let layers = || (0..3).fold(Sequential::new(), |all, _| all.add(Dense::new(900)));
    let (x, y) = (Tensor::random_uniform([4, 900]), Tensor::zeros([4, 900]));
    let bits = |model: &Compiled<Sequential>| -> Vec<Vec<f32>> {
        let values = model.parameters().into_iter().map(|p| p.value());
        values.map(|value| value.to_vec().unwrap()).collect()
    };
    for average in [false, true] {
        let mut failed = 0;
        // From too little for the forward pass to enough for all of the step.
        for left in (8..80).step_by(4) {
            let optimizer = match average {
                true => Adam::new(1e-3).ema(0.9),
                false => Adam::new(1e-3),
            };
            let mut model = layers().compile(Compile::new(optimizer, MeanSquaredError::new()));
            model.build([900]).unwrap();
            let before = bits(&model);
            let scarce = Scarce::leaving(left << 20);
            let step = model.train_on_batch(&x, &y);
            drop(scarce);
            failed += u32::from(step.is_err());
            assert_eq!(step.is_err(), bits(&model) == before, "{left} MB: {step:?}");
            model.train_on_batch(&x, &y).expect("there is memory again");
        }
        assert!(failed > 0, "every step had enough");
    }
}
