//! Matrix products of several shapes: square, and those of a dense layer and its gradients.
//!
//! `cargo bench --bench matmul -- lines` prints a line for each shape of `matmul.py`, which runs it beside PyTorch:
//!
//! ```text
//! nn 32x784x16 ab 4.651 4.502
//! ```
//!
//! rows, steps and columns of the product; which operand is stored transposed (`ab` none, `Ab` the first, `aB` the second); the best
//! microseconds of `Tensor::matmul` (or what a gradient calls) and of the kernel alone.

mod support;

use criterion::Criterion;
use nn::Tensor;
use nn_kernels::gemm::{Gemm, Mat};
use std::hint::black_box;
use std::time::Instant;
use support::{Work, measure, random, read};

fn matmul(c: &mut Criterion) {
    for [m, k, n] in [
        [64, 64, 64],
        [256, 256, 256],
        [1024, 1024, 1024],
        [64, 784, 512],
        [784, 64, 512],
        [1, 1024, 1024],
    ] {
        let (a, b) = (random([m, k]), random([k, n]));
        let name = format!("matmul {m}x{k} by {k}x{n}");
        measure(c, &name, Work::Flops(2 * m * k * n), || read(a.matmul(&b)));
    }
}

/// The best seconds of a call in some 20 ms, calls that take less than 10 µs being timed together.
fn best(mut run: impl FnMut()) -> f64 {
    run();
    let start = Instant::now();
    run();
    let together = (1e-5 / start.elapsed().as_secs_f64().max(1e-8)).clamp(1.0, 1000.0) as usize;
    let (began, mut best) = (Instant::now(), f64::INFINITY);
    while began.elapsed().as_millis() < 20 {
        let start = Instant::now();
        (0..together).for_each(|_| run());
        best = best.min(start.elapsed().as_secs_f64() / together as f64);
    }
    best
}

/// The elements of `x` from the start of a cache line on, as tensors have them.
fn aligned(x: &Tensor) -> &'static mut [f32] {
    let elements = x.to_vec::<f32>().unwrap();
    let memory = vec![0.0; elements.len() + 15].leak();
    let start = memory.as_ptr().align_offset(64);
    let memory = &mut memory[start..][..elements.len()];
    memory.copy_from_slice(&elements);
    memory
}

/// One line for a product such as `32x784x16:Ab`.
fn line(product: &str) {
    let (size, stored) = product
        .split_once(':')
        .expect("a product such as 32x784x16:ab");
    let sizes: Vec<usize> = size.split('x').map(|n| n.parse().unwrap()).collect();
    let [m, k, n] = sizes[..] else {
        panic!("expected three sizes, found {size}")
    };
    let (transpose_a, transpose_b) = (stored.starts_with('A'), stored.ends_with('B'));
    let a = random(if transpose_a { [k, m] } else { [m, k] });
    let b = random(if transpose_b { [n, k] } else { [k, n] });
    let mat = |x: &'static [f32], rows, columns, transposed| Mat {
        data: x,
        row_stride: if transposed { 1 } else { columns },
        col_stride: if transposed { rows } else { 1 },
    };
    let (left, right) = (
        mat(aligned(&a), m, k, transpose_a),
        mat(aligned(&b), k, n, transpose_b),
    );
    let c = aligned(&Tensor::zeros([m, n]));
    let kernel = best(|| f32::gemm(m, n, k, left, right, black_box(&mut *c), n, false));
    let whole = match (transpose_a, transpose_b) {
        (false, false) => best(|| _ = black_box(read(a.matmul(&b)))),
        (false, true) => best(|| _ = black_box(read(a.matmul_transposed(&b)))),
        // Only gradients call these.
        _ => kernel,
    };
    println!("nn {size} {stored} {:.3} {:.3}", whole * 1e6, kernel * 1e6);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("lines") {
        // One thread, as the benches; only the first call can.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build_global();
        return arguments.filter(|a| a.contains(':')).for_each(|a| line(&a));
    }
    let mut c = support::criterion();
    matmul(&mut c);
    c.final_summary();
}
