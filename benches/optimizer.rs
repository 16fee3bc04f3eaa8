//! One update of the parameters of a dense layer.

mod support;

use criterion::Criterion;
use nn::prelude::*;
use support::{Work, measure, random};

fn updates(c: &mut Criterion) {
    for units in [256, 2048] {
        let model = Dense::new(units);
        let x = random([8, units]);
        let tape = GradientTape::new();
        let loss = model.forward(&x).square().sum();
        let gradients = tape
            .gradient(&loss, &model)
            .expect("a dense layer has gradients");
        // Gradient read, parameter and every slot read and written.
        let optimizers: [(&str, Box<dyn Optimizer>, usize); 4] = [
            ("sgd", Box::new(SGD::new(1e-3)), 3),
            (
                "sgd with momentum",
                Box::new(SGD::new(1e-3).momentum(0.9)),
                5,
            ),
            ("rmsprop", Box::new(RMSprop::new(1e-3)), 5),
            ("adam", Box::new(Adam::new(1e-3)), 7),
        ];
        for (name, mut optimizer, passes) in optimizers {
            let work = Work::Bytes(4 * passes * model.count_params());
            let name = format!("{name}, {} parameters", model.count_params());
            measure(c, &name, work, || {
                optimizer.update(&model.parameters(), &gradients)
            });
        }
    }
}

benches!(updates);
