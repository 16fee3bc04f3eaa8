//! Pooling of images, forward and backward.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random};

fn pooling(c: &mut Criterion) {
    let (max, average) = (MaxPooling2D::new(2), AveragePooling2D::new(2));
    let global = GlobalAveragePooling2D::new();
    for shape in [[64, 28, 28, 32], [64, 14, 14, 128]] {
        both_ways(c, "max pooling", shape, |x| max.forward(x));
        both_ways(c, "average pooling", shape, |x| average.forward(x));
        both_ways(c, "global average pooling", shape, |x| global.forward(x));
    }
}

fn both_ways(c: &mut Criterion, name: &str, shape: [usize; 4], pool: impl Fn(&Tensor) -> Tensor) {
    let x = random(shape);
    let tape = GradientTape::persistent();
    tape.watch(&x);
    let y = pool(&x);
    let upstream = y.ones_like();
    let work = Work::Bytes(4 * (x.num_elements() + y.num_elements()));
    // With what the gradient needs, the cells of the greatest.
    measure(c, &format!("{name} recorded {shape:?}"), work, || {
        let tape = GradientTape::new();
        tape.watch(&x);
        pool(&x)
    });
    measure(c, &format!("{name} gradient {shape:?}"), work, || {
        tape.gradient_with(&y, &x, &upstream)
    });
    drop(tape);
    measure(c, &format!("{name} {shape:?}"), work, || pool(&x));
}

benches!(pooling);
