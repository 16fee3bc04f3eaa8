//! Matrix products of several shapes: square, and those of a dense layer and its gradients.

mod support;

use criterion::Criterion;
use support::{Work, measure, random};

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
        measure(c, &name, Work::Flops(2 * m * k * n), || a.matmul(&b));
    }
}

benches!(matmul);
