//! How the cost of a training step grows: the model of `cnn` in `train.rs` with other batches and other widths. Prints one line:
//!
//! ```text
//! nn growth batch 64 channels 128 train best 74.1 ms peak 310 MB
//! ```
//!
//! usage: `cargo bench --bench growth -- BATCH CHANNELS [THREADS]`, with the channels of the last of the three blocks; `growth.py` runs it
//! over a grid beside PyTorch, and draws the result.

use nn::prelude::*;
use std::time::Instant;

#[model(new(channels: usize))]
struct CnnBlock {
    #[layer(channels, 3, padding = Padding::Same)]
    conv: Conv2D,
    #[layer]
    bn: BatchNormalization,
}

#[model]
impl CnnBlock {
    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

#[model(new(channels: usize = 128), input = [28, 28, 1])]
struct Cnn {
    #[layer(channels / 4)]
    block1: CnnBlock,
    #[layer(channels / 2)]
    block2: CnnBlock,
    #[layer(channels)]
    block3: CnnBlock,
    #[layer]
    flatten: Flatten,
    #[layer(10)]
    classifier: Dense,
}

#[model]
impl Cnn {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.block3(self.block2(self.block1(x)));
        self.classifier(self.flatten(x))
    }
}

/// The most memory that this process had, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |kb| kb / 1024.0)
}

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let &[batch, channels, ref rest @ ..] = &numbers[..] else {
        eprintln!("usage: cargo bench --bench growth -- BATCH CHANNELS [THREADS]");
        std::process::exit(2);
    };
    let threads = rest.first().copied().unwrap_or(2);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .expect("the pool is not built yet");
    nn::set_seed(0);
    let mut model = Cnn::new(channels).compile(Compile::new(
        Adam::new(1e-3),
        SparseCategoricalCrossentropy::from_logits(),
    ));
    let x = Tensor::random_uniform([batch, 28, 28, 1]);
    let y = Tensor::from((0..batch).map(|i| (i % 10) as i64).collect::<Vec<_>>());
    let (began, mut best, mut steps) = (Instant::now(), f64::INFINITY, 0);
    while steps < 5 || began.elapsed().as_secs_f64() < 3.0 {
        let start = Instant::now();
        model.train_on_batch(&x, &y).expect("a training step");
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        steps += 1;
    }
    let peak = peak();
    println!(
        "nn growth batch {batch} channels {channels} train best {best:.3} ms peak {peak:.0} MB"
    );
}
