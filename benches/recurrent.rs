//! Recurrent layers: a forward pass, and all gradients of one.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random};

fn measured<L: Layer<Input = Tensor, Output = Tensor>>(
    c: &mut Criterion,
    name: &str,
    layer: &L,
    gates: usize,
    [batch, time, features, units]: [usize; 4],
) {
    let x = random([batch, time, features]);
    let flops = 2 * batch * time * gates * units * (features + units);
    let of = format!("{name} {batch}x{time}x{features} to {units}");
    measure(c, &of, Work::Flops(flops), || layer.forward(&x));
    let tape = GradientTape::persistent();
    tape.watch(&x);
    let y = layer.forward(&x);
    let upstream = y.ones_like();
    let mut sources: Vec<Tensor> = layer.parameters().iter().map(|p| p.value()).collect();
    sources.push(x);
    // The gradients of the input and of both kernels: twice the products of the forward pass.
    let work = Work::Flops(2 * flops);
    measure(c, &format!("{of} gradient"), work, || {
        tape.gradient_with(&y, &sources[..], &upstream)
    });
}

fn recurrent(c: &mut Criterion) {
    for shape in [[64, 28, 28, 128], [32, 100, 64, 256]] {
        let units = shape[3];
        measured(c, "SimpleRNN", &SimpleRNN::new(units), 1, shape);
        measured(c, "LSTM", &LSTM::new(units), 4, shape);
        measured(c, "GRU", &GRU::new(units), 3, shape);
    }
}

benches!(recurrent);
