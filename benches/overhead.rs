//! What an operation costs beside its work: operations on a few numbers, with and without a tape, and a layer's call.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random, read};

fn overhead(c: &mut Criterion) {
    let x = random([4]);
    let matrix = random([1, 4]);
    let dense = Dense::new(4);
    let _ = dense.forward(&matrix);
    let work = Work::Flops(4);
    measure(c, "add 4 numbers", work, || &x + &x);
    measure(c, "exp of 4 numbers", work, || x.exp());
    measure(c, "sum of 4 numbers", work, || x.sum());
    measure(c, "dense layer of 4 by 4", Work::Flops(40), || {
        read(dense.forward(&matrix))
    });
    measure(
        c,
        "100 additions of 4 numbers on a tape",
        Work::Flops(400),
        || {
            let tape = GradientTape::new();
            tape.watch(&x);
            (0..100).fold(x.clone(), |sum, _| sum + &x)
        },
    );
    measure(
        c,
        "100 additions of 4 numbers and their gradient",
        Work::Flops(800),
        || {
            let tape = GradientTape::new();
            tape.watch(&x);
            let sum = (0..100).fold(x.clone(), |sum, _| sum + &x);
            tape.gradient(&sum, &x)
        },
    );
}

benches!(overhead);
