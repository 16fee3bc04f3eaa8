//! Convolutions over a grid of shapes: forward, and the gradients of input and kernel.

mod support;

use criterion::Criterion;
use nn::ops::{Conv2dOptions, conv2d};
use nn::{GradientTape, Padding};
use support::{Work, measure, random, read};

fn convolutions(c: &mut Criterion) {
    for (batch, size, channels, filters, span) in [
        (16, 28, 1, 32, 3),
        (16, 28, 32, 64, 3),
        (16, 14, 128, 128, 3),
        (16, 7, 256, 256, 3),
        (16, 28, 64, 128, 1),
        (16, 28, 16, 32, 5),
    ] {
        let x = random([batch, size, size, channels]);
        let kernel = random([span, span, channels, filters]);
        let options = Conv2dOptions::new(Padding::Same);
        let upstream = random([batch, size, size, filters]);
        let shape = format!("{batch}x{size}x{size}x{channels} by {span}x{span} to {filters}");
        // Of the direct method, at every pixel; others need fewer.
        let work = Work::Flops(2 * batch * size * size * span * span * channels * filters);
        measure(c, &format!("conv2d {shape}"), work, || {
            read(conv2d(&x, &kernel, options))
        });
        for (what, source) in [("input", &x), ("kernel", &kernel)] {
            let tape = GradientTape::persistent();
            tape.watch(source);
            let y = conv2d(&x, &kernel, options);
            measure(c, &format!("conv2d {what} gradient {shape}"), work, || {
                tape.gradient_with(&y, source, &upstream)
            });
        }
    }
}

benches!(convolutions);
