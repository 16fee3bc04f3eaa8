//! Pooling of images, forward and backward.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random};

fn pooling(c: &mut Criterion) {
    for shape in [[64, 28, 28, 32], [64, 14, 14, 128]] {
        let x = random(shape);
        let (max, average) = (MaxPooling2D::new(2), AveragePooling2D::new(2));
        let global = GlobalAveragePooling2D::new();
        let bytes = 4 * shape.iter().product::<usize>();
        let pools: [(&str, &dyn Fn(&Tensor) -> Tensor, usize); 3] = [
            ("max pooling", &|x| max.forward(x), bytes / 4),
            ("average pooling", &|x| average.forward(x), bytes / 4),
            ("global average pooling", &|x| global.forward(x), 0),
        ];
        for (name, pool, result) in pools {
            let work = Work::Bytes(bytes + result);
            measure(c, &format!("{name} {shape:?}"), work, || pool(&x));
            let tape = GradientTape::persistent();
            tape.watch(&x);
            let y = pool(&x);
            let upstream = y.ones_like();
            measure(c, &format!("{name} gradient {shape:?}"), work, || {
                tape.gradient_with(&y, &x, &upstream)
            });
        }
    }
}

benches!(pooling);
