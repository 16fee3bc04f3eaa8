//! Batch normalization in training, forward and backward, and in inference.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random, read};

fn batch_norm(c: &mut Criterion) {
    for shape in [[64, 28, 28, 32], [64, 7, 7, 256], [256, 1, 1, 512]] {
        let (x, upstream) = (random(shape), random(shape));
        let layer = BatchNormalization::new();
        let _ = layer.call(&x, false);
        let bytes = 4 * shape.iter().product::<usize>();
        let of = format!("{shape:?}");
        // Statistics read the input once more.
        measure(
            c,
            &format!("batch norm training {of}"),
            Work::Bytes(3 * bytes),
            || read(layer.call(&x, true)),
        );
        measure(
            c,
            &format!("batch norm inference {of}"),
            Work::Bytes(2 * bytes),
            || read(layer.call(&x, false)),
        );
        let tape = GradientTape::persistent();
        tape.watch(&x);
        let y = layer.call(&x, true);
        // Input and upstream gradient twice, the result once.
        measure(
            c,
            &format!("batch norm gradient {of}"),
            Work::Bytes(5 * bytes),
            || tape.gradient_with(&y, &x, &upstream),
        );
    }
}

benches!(batch_norm);
