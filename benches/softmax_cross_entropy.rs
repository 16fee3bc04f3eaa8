//! Softmax, and the cross-entropy of scores and labels with its gradient.

mod support;

use criterion::Criterion;
use nn::ops::sparse_softmax_cross_entropy;
use nn::{GradientTape, Tensor};
use support::{Work, measure, random};

fn softmax_cross_entropy(c: &mut Criterion) {
    for [batch, classes] in [[64, 10], [256, 1000], [64, 32_000]] {
        let logits = random([batch, classes]);
        let labels = Tensor::from((0..batch).map(|i| (i % classes) as i64).collect::<Vec<_>>());
        let bytes = 4 * batch * classes;
        let of = format!("{batch}x{classes}");
        measure(c, &format!("softmax {of}"), Work::Bytes(2 * bytes), || {
            logits.softmax(-1)
        });
        measure(
            c,
            &format!("cross-entropy {of}"),
            Work::Bytes(bytes),
            || sparse_softmax_cross_entropy(&logits, &labels),
        );
        let tape = GradientTape::persistent();
        tape.watch(&logits);
        let loss = sparse_softmax_cross_entropy(&logits, &labels);
        let work = Work::Bytes(2 * bytes);
        measure(c, &format!("cross-entropy gradient {of}"), work, || {
            tape.gradient(&loss, &logits)
        });
    }
}

benches!(softmax_cross_entropy);
