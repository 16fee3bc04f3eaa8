use nn::prelude::*;

#[model(input = [8], loss = MeanSquaredError, targets = [3])]
struct Net {
    dense: Dense,
}

#[model]
impl Net {
    const fn new() -> Self {
        Self { dense: Dense::new(1) }
    }

    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}

fn main() {}
